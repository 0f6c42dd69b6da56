"""The dialogue engine: from the state of a conversation to what comes next.

`decide` chooses one action and what it does; the caller carries that out and asks again, until there is nothing to do
(listen). Order of choice, as in Rasa 3.6: a follow-up, commands (`/restart`), the open form, rules, stories, an answer
from the knowledge pages, what stories do in like states, and the fallback. Pure: no clock, and the same tracker always
gives the same effects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.dialogue import forms, rules, stories
from bot.dialogue.builtin import (
    ANSWER_FROM_KNOWLEDGE,
    BUILTIN,
    BY_THE_SERVICE,
    COMMANDS,
    RESTART_INTENT,
    SESSION_START,
    do_builtin,
)
from bot.dialogue.generalise import guess
from bot.dialogue.personal import Personal, Unread
from bot.dialogue.policies import (
    COMMAND,
    FALLBACK,
    FOLLOW_UP,
    KNOWLEDGE,
    RETURN,
    SESSION,
    SLOT_FILLING,
    by_form,
    by_rule,
    by_story,
    chosen_by,
)
from bot.dialogue.prepared import prepared_of
from bot.dialogue.returning import GO_ON, form_to_return_to
from bot.dialogue.slots import VALIDATE_SLOT_MAPPINGS, filling_actions, heard_slots
from bot.dialogue.trail import Trail, as_stories_see_it, trail_of
from bot.dialogue.turn import SoFar, Turn, as_it_is_set, close_loop, so_far
from bot.domain.assistant import Assistant
from bot.domain.conversation import (
    ACTION_LISTEN,
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    FollowupAction,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
    Tracker,
)
from bot.domain.effects import DialogueEffect, RunAction
from bot.domain.message import Text

MOST_ACTIONS = 10
"""After this many actions on one message the engine listens, as Rasa does (`MAX_NUMBER_OF_PREDICTIONS`)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The next action, and what chose it. `after_interruption`: a form goes on, and the message was not for it."""

    action: str
    why: str
    after_interruption: bool = False


def decide(
    assistant: Assistant, tracker: Tracker, *, channel: str | None = None, personal: Personal | Unread | None = None
) -> Sequence[DialogueEffect]:
    """What comes next; nothing means: listen.

    Each call yields the effects of one action (slot filling comes with the first one after a message). A custom action
    is a RunAction: apply its events, then `ActionExecuted(name, policy=why)`, and decide again. Responses are worded
    for `channel`; where it is not given, for the one that the customer last wrote on. They may say what `personal`
    tells of the person: raises PersonWanted where one does and that is UNREAD, and nothing else ever.
    """
    if channel is None and tracker.latest_message is not None:
        channel = tracker.latest_message.input_channel
    if SESSION_START in assistant.actions and _began_just_now(tracker):
        return [RunAction(SESSION_START, SESSION)]
    turn = Turn(assistant, prepared_of(assistant), tracker, channel, personal=personal)
    history = so_far(tracker)
    if tracker.paused and not _wants_restart(tracker, history):
        return []
    if history.last is not None and history.last.part_of_form:
        if not forms.go_on(turn, history, history.last):
            _next_action(turn)
    elif _fills_slots(turn, history):
        _next_action(turn)
    return turn.effects


def next_action(assistant: Assistant, tracker: Tracker) -> Choice:
    """The action that comes next, and why, without doing it. What a test story is held against."""
    turn = Turn(assistant, prepared_of(assistant), tracker)
    paused = tracker.paused and not _wants_restart(tracker, so_far(tracker))
    return (None if paused else _choose(turn)) or Choice(ACTION_LISTEN, FALLBACK)


def _began_just_now(tracker: Tracker) -> bool:
    """Whether a session has begun and nothing has happened in it, but for slots that it begins with."""
    for event in reversed(tracker.recent):
        if isinstance(event, SessionStarted):
            return True
        if not isinstance(event, (SlotSet, ActiveLoop)):
            return False
    return False


def _wants_restart(tracker: Tracker, history: SoFar) -> bool:
    message = tracker.latest_message
    return history.answering and message is not None and message.understood.intent.name == RESTART_INTENT


# ---------------------------------------------------------------- slots


def _fills_slots(turn: Turn, history: SoFar) -> bool:
    """Fill slots from a new message; False while a custom action has to do a part of it."""
    if not history.answering:
        return True
    if history.last is None:
        _clear_stale_follow_up(turn)
        _leave_form_that_is_gone(turn)
        for name, value in turn.prepared.first_slots.items():
            if name not in turn.tracker.slots:
                turn.apply(SlotSet(name, value, heard=True))
        if _command(turn.tracker) is None:  # "/session_start" is nobody's name, though a question is open
            for event in list(heard_slots(turn.assistant, turn.tracker)):
                turn.apply(event)
    ran = {event.name for event in history.events if isinstance(event, ActionExecuted)}
    waiting = [action for action in filling_actions(turn.assistant, turn.tracker) if action not in ran]
    if not waiting:
        return True
    if waiting[0] == VALIDATE_SLOT_MAPPINGS and ran:
        # rasa-sdk's ValidationAction looks for the slots to validate at the end of the events.
        for name in dict.fromkeys(event.name for event in history.events if isinstance(event, SlotSet)):
            turn.apply(replace(as_it_is_set(turn.tracker, name), heard=True))
    turn.run(waiting[0], SLOT_FILLING)
    return False


def _clear_stale_follow_up(turn: Turn) -> None:
    if turn.tracker.followup is not None:
        turn.apply(FollowupAction(None))


def _leave_form_that_is_gone(turn: Turn) -> None:
    """An edit may take a form out, or rename it, while somebody is asked by it: what they say is heard without it."""
    if (loop := turn.tracker.loop) is not None and not can_do(turn.assistant, loop.name):
        close_loop(turn)


# ---------------------------------------------------------------- choosing


def _next_action(turn: Turn) -> None:
    """Choose the next action and do it. A form that passes on the message is asked once, then others are."""
    while True:
        choice = _choose(turn)
        if choice is None or choice.action == ACTION_LISTEN:
            if (form := form_to_return_to(turn.assistant, turn.tracker)) is None:
                turn.listen(choice.why if choice else FALLBACK)
            else:
                turn.say(GO_ON)
                turn.did(GO_ON, RETURN)
                turn.apply(FollowupAction(form))
            return
        if choice.after_interruption:
            turn.apply(LoopInterrupted(True))
        if _perform(turn, choice):
            return


def _perform(turn: Turn, choice: Choice) -> bool:
    """Do it; False when it was a form that passed on the message."""
    action, assistant = choice.action, turn.assistant
    if (form := assistant.forms.get(action)) is not None:
        opened_by = "" if choice.why == by_form(action) else choice.why
        return forms.run_form(turn, form, opened_by)
    if action in assistant.responses:
        turn.say(action)
        turn.did(action, choice.why)
    elif action in assistant.lines:
        turn.say_text(Text(action))
        turn.did(action, choice.why)
    elif _says_retrieved(assistant, action):
        turn.say(_retrieved(turn.tracker))
        turn.did(action, choice.why)
    elif action in BUILTIN and action not in assistant.actions:
        do_builtin(turn, action, choice.why)
    elif action.startswith("utter_"):  # of a response that is not there nothing is said, as in Rasa
        turn.did(action, choice.why)
    else:
        turn.run(action, choice.why)
    return True


def _choose(turn: Turn) -> Choice | None:
    tracker = turn.tracker
    history = so_far(tracker)
    if history.done >= MOST_ACTIONS:
        return None
    if (choice := _follow_up(turn)) is not None:
        return choice
    if tracker.latest_action == ACTION_LISTEN or not (history.spoke or history.done):
        return None
    if history.answering and (choice := _command(tracker)) is not None:
        return choice
    passed_on = _passed_on(history)
    loop = tracker.loop
    if loop is not None and not loop.rejected:
        return None if tracker.latest_action == loop.name else Choice(loop.name, by_form(loop.name))
    choice = _by_rules_and_stories(turn, history, passed_on)
    if choice is not None:
        return choice
    return _by_default(turn, history, passed_on)


def _follow_up(turn: Turn) -> Choice | None:
    action = turn.tracker.followup
    if action is None:
        return None
    if not can_do(turn.assistant, action):
        turn.apply(FollowupAction(None))
        return None
    if action == ACTION_LISTEN:
        turn.apply(FollowupAction(None))
        turn.did(ACTION_LISTEN, FOLLOW_UP)
    return Choice(action, FOLLOW_UP)


def can_do(assistant: Assistant, action: str) -> bool:
    """Whether the assistant has this action, of whatever kind."""
    return (
        action == ACTION_LISTEN
        or action in BY_THE_SERVICE
        or action in BUILTIN
        or action in assistant.actions
        or action in assistant.responses
        or action in assistant.forms
        or action in assistant.lines
        or _says_retrieved(assistant, action)
    )


def _says_retrieved(assistant: Assistant, action: str) -> bool:
    """Whether the action says what the message's retrieval intent chooses: `utter_faq`, of `utter_faq/ask_price`."""
    return any(name.startswith(f"{action}/") for name in assistant.responses)


def _retrieved(tracker: Tracker) -> str:
    return f"utter_{tracker.latest_message.understood.intent.name}" if tracker.latest_message else ""


def _command(tracker: Tracker) -> Choice | None:
    intent = tracker.latest_message.understood.intent.name if tracker.latest_message else ""
    return Choice(COMMANDS[intent], COMMAND) if intent in COMMANDS else None


def _passed_on(history: SoFar) -> str | None:
    """The form that passed on the message, with nothing done since."""
    for event in reversed(history.events):
        if isinstance(event, ActionExecutionRejected):
            return event.name
        if isinstance(event, ActionExecuted) and not chosen_by(event.name, event.policy).part_of_form:
            return None
    return None


def _by_rules_and_stories(turn: Turn, history: SoFar, passed_on: str | None) -> Choice | None:
    tracker, prepared = turn.tracker, turn.prepared
    trail = trail_of(tracker, turn.assistant.intents, prepared.rules.told)
    if (told := stories.recall(prepared.stories, trail, by_words=True)) is not None:
        action, story = told
        return Choice(action, by_story(f"{story} (in these words)"))
    advice = rules.advise(prepared.rules, trail.states(), turn.assistant.slots)
    loop = tracker.loop.name if tracker.loop else None
    if advice.action is not None and advice.action != passed_on:
        why = by_form(advice.action) if advice.resumes else by_rule(advice.rule)
        return Choice(advice.action, why, advice.returns and advice.action == loop)
    if advice.action is not None and not any(isinstance(event, LoopInterrupted) for event in history.events):
        return Choice(advice.action, by_rule(advice.rule), after_interruption=True)
    told_trail = as_stories_see_it(trail)
    if (found := stories.recall(prepared.stories, told_trail)) is not None and found[0] != passed_on:
        action, story = found
        return Choice(action, by_story(story), advice.returns and action == loop)
    if advice.stays_out:
        return Choice(ACTION_LISTEN, FALLBACK)
    return _by_experience(turn, told_trail, passed_on)


def _by_experience(turn: Turn, trail: Trail, passed_on: str | None) -> Choice | None:
    """What stories do where it is most like here. An answer from the knowledge pages goes before a guess."""
    message = turn.tracker.latest_message
    if message is not None and message.understood.answer is not None:
        return None
    states = stories.seen_states(turn.prepared.stories, trail)
    found = guess(turn.prepared.experience, states, sure_above=turn.assistant.configuration.sure_above)
    if found is None or found.action == passed_on:
        return None
    return Choice(found.action, by_story(f"{found.story} (generalised: {found.how})"))


def _by_default(turn: Turn, history: SoFar, passed_on: str | None) -> Choice | None:
    """Neither a rule nor a story knows what comes next."""
    tracker = turn.tracker
    loop = tracker.loop.name if tracker.loop else None
    if not history.answering:
        # An open form goes on after whatever was done about a message that was not for it.
        return Choice(loop, by_form(loop)) if loop is not None and loop != passed_on else None
    if loop is not None and passed_on is None:
        return Choice(loop, by_form(loop))
    message = tracker.latest_message
    if message is not None and message.understood.answer is not None:
        return Choice(ANSWER_FROM_KNOWLEDGE, KNOWLEDGE)
    configuration = turn.assistant.configuration
    return Choice(configuration.fallback_action, FALLBACK) if configuration.falls_back else None
