"""Forms: loops that ask for slots until all are filled (Rasa 3.6's `FormAction`).

A run of a form is one step of the dialogue, though a custom action may have to validate the answer and another one may
ask the next question. Those are executed with the form's own policy as their reason, which is how a run is taken up
again after each of them.
"""

from __future__ import annotations

from typing import Final

from bot.dialogue.accepting import invalid
from bot.dialogue.policies import Chosen, by_form
from bot.dialogue.protected import holds_consent
from bot.dialogue.slots import heard_slots, refused_slots
from bot.dialogue.turn import SoFar, Turn, as_it_is_set, close_loop, slot_before, so_far
from bot.domain.assistant import Assistant, Form
from bot.domain.conversation import (
    REQUESTED_SLOT,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    FollowupAction,
    LoopInterrupted,
    SlotSet,
)
from bot.domain.understanding import base_intent

ANSWER_REFUSED: Final = "action_answer_refused"
"""A custom action that is run, where the assistant has it, after an answer was refused by what its slot accepts."""
CORRECTION_NOTED: Final = "utter_correction_noted"
"""What is said where an earlier answer is put right, unless the slot has words of its own."""


def run_form(turn: Turn, form: Form, opened_by: str = "") -> bool:
    """Run the form; False when it passes on the message, which others may then answer.

    It opens where it is not open; else it takes the answer to its question, unless something else has answered the
    message already: then it only asks again.
    """
    history = so_far(turn.tracker)
    tracker = turn.tracker
    if tracker.loop is None or tracker.loop.name != form.name:
        over = _of_the_last_time(turn, form, history)
        turn.apply(ActiveLoop(form.name))
        for name in over:
            turn.set_slot(name, None)
        if history.spoke:
            _fill_for(turn, form, history)
        candidates = [name for name in form.required_slots if turn.tracker.slots.get(name) is not None]
    elif _takes_answer(turn, history):
        candidates = _answered(turn, form, history.events)
        refused = _refused(turn, form, history)
        if refused is not None:
            _refuse(turn, form, refused, candidates)
            return True
        if validation_of(form) not in turn.assistant.actions:
            if not candidates:
                return _pass_on(turn, form)
            _note_correction(turn, history, candidates)
    else:
        candidates = []
    _validate(turn, form, by_form(form.name, opened_by), candidates)
    return True


def _validate(turn: Turn, form: Form, policy: str, candidates: list[str]) -> None:
    """Have an action validate the answers, where there is one; else ask for what is missing."""
    if validation_of(form) in turn.assistant.actions:
        _present(turn, candidates)
        turn.run(validation_of(form), policy)
    else:
        _ask(turn, form, policy, [])


def _of_the_last_time(turn: Turn, form: Form, history: SoFar) -> list[str]:
    """The answers to be asked for anew: those of a form that was filled in, but for what this message says.

    One that was left lacks an answer, and goes on where it was.
    """
    before = len(history.events)
    if any(slot_before(turn.tracker, before, name) is None for name in form.required_slots):
        return []
    said = {event.name for event in history.events if isinstance(event, SlotSet)}
    return [name for name in form.ask_anew if name not in said]


def _fill_for(turn: Turn, form: Form, history: SoFar) -> None:
    """Fill what the message fills only now that the form is open; the rest is filled already, and validated. The words
    of a message that was answered, by what is said or by another form, are no answer to a question of this one.

    What is to be validated with it stands in the order in which the form asks.
    """
    filled = [(event.name, event.value) for event in history.events if isinstance(event, SlotSet) and event.heard]
    answered = any(_answers(event) for event in history.events)
    heard = heard_slots(turn.assistant, turn.tracker, words=not answered)
    new = {event.name: event for event in heard if (event.name, event.value) not in filled}
    asked = form.required_slots if new and validation_of(form) in turn.assistant.actions else ()
    for event in (one for name, one in new.items() if name not in asked):
        turn.apply(event)
    for name in asked:
        if name in new or turn.tracker.slots.get(name) is not None:
            turn.apply(new.get(name) or as_it_is_set(turn.tracker, name))


def _answers(event: Event) -> bool:
    return isinstance(event, BotUttered) or (isinstance(event, ActiveLoop) and event.name is None)


def go_on(turn: Turn, history: SoFar, chosen: Chosen) -> bool:
    """Take up the form whose validation or question has just been executed; False as in `run_form`."""
    policy, name = chosen.policy, str(chosen.form)
    form = turn.assistant.forms.get(name)
    if form is None or history.last_name not in (validation_of(form), ANSWER_REFUSED):
        turn.did(name, policy)
        return True
    loop = turn.tracker.loop
    if loop is None or loop.name != form.name:
        if loop is None:
            close_loop(turn)
        turn.did(form.name, policy)
        return True
    if history.last_name == ANSWER_REFUSED:
        _validate(turn, form, policy, _answered(turn, form, history.events))
        return True
    if chosen.failed:
        _take_back(turn, form, history)
        _ask(turn, form, policy, [])
        return True
    run = _since_it_began(form, history.since_last)
    names = (form.name, validation_of(form))
    if any(isinstance(event, ActionExecutionRejected) and event.name in names for event in run):
        return _pass_on(turn, form)
    if (
        _takes_answer(turn, history)
        and not _was_answered(turn, form, history)
        and _refused(turn, form, history) is None
    ):
        asked = slot_before(turn.tracker, len(history.events), REQUESTED_SLOT)
        if asked is not None and asked != turn.tracker.slots.get(REQUESTED_SLOT):
            turn.set_slot(REQUESTED_SLOT, asked)
        if asked is not None or _is_ignored(turn, form):
            return _pass_on(turn, form)
    requests = [event.value for event in run if isinstance(event, SlotSet) and event.name == REQUESTED_SLOT]
    _ask(turn, form, policy, requests)
    return True


def _is_ignored(turn: Turn, form: Form) -> bool:
    message = turn.tracker.latest_message
    return message is not None and base_intent(message.understood.intent.name) in form.ignored_intents


def _take_back(turn: Turn, form: Form, history: SoFar) -> None:
    """What the message told the form is not known, since nothing could look at it; the form asks for it again."""
    before = len(history.events)
    heard = {event.name for event in history.events if isinstance(event, SlotSet) and event.heard}
    for name in _answered(turn, form, history.events):
        if name in heard:
            turn.set_slot(name, slot_before(turn.tracker, before, name))


def _since_it_began(form: Form, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The events of this run, without those that led to it."""
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if isinstance(event, LoopInterrupted) or (isinstance(event, ActiveLoop) and event.name == form.name):
            return events[index + 1 :]
    return events


def validation_of(form: Form) -> str:
    return f"validate_{form.name}"


def corrected(slot: str) -> str:
    return f"utter_{slot}_corrected"


def _takes_answer(turn: Turn, history: SoFar) -> bool:
    """Whether the message is an answer to the form's question: it is open, asked before, and nothing else acted."""
    loop = turn.tracker.loop
    opened_now = any(isinstance(event, ActiveLoop) for event in history.events)
    return loop is not None and not loop.interrupted and history.answering and not opened_now


def _answered(turn: Turn, form: Form, events: tuple[Event, ...]) -> list[str]:
    """The form's slots that the message has filled."""
    wanted = (*form.required_slots, turn.tracker.slots.get(REQUESTED_SLOT))
    names = [event.name for event in events if isinstance(event, SlotSet) and event.name in wanted]
    return list(dict.fromkeys(names))


def _refused(turn: Turn, form: Form, history: SoFar) -> str | None:
    """The slot whose answer is refused: the one that was asked for, else one that was to be put right.

    What answers another question of the form was no answer to this one, unless an entity was meant for it.
    """
    before = len(history.events)
    asked = slot_before(turn.tracker, before, REQUESTED_SLOT)
    refused = refused_slots(turn.assistant, turn.tracker, (*form.required_slots, *([asked] if asked else [])))
    answered = _answered(turn, form, history.events)
    if asked in refused and (refused[asked] or not answered):
        return str(asked)
    if answered:
        return None
    return next((name for name in refused if slot_before(turn.tracker, before, name) is not None), None)


def _refuse(turn: Turn, form: Form, slot: str, candidates: list[str]) -> None:
    """Say why; whoever is refused time and again may get a person, whom an action offers."""
    policy = by_form(form.name)
    turn.say(invalid(slot))
    if ANSWER_REFUSED in turn.assistant.actions:
        turn.run(ANSWER_REFUSED, policy)
    else:
        _validate(turn, form, policy, candidates)


def _note_correction(turn: Turn, history: SoFar, answered: list[str]) -> None:
    """Acknowledge an earlier answer that is put right while the form asks for another, where there are words for it.

    A form whose answers an action validates leaves that to the action.
    """
    before = len(history.events)
    asked = slot_before(turn.tracker, before, REQUESTED_SLOT)
    known = {name: slot_before(turn.tracker, before, name) for name in answered if name != asked}
    changed = [name for name, value in known.items() if value not in (None, turn.tracker.slots.get(name))]
    if changed:
        own = corrected(changed[0])
        turn.say(own if own in turn.assistant.responses else CORRECTION_NOTED)


def _was_answered(turn: Turn, form: Form, history: SoFar) -> bool:
    asked = slot_before(turn.tracker, len(history.events), REQUESTED_SLOT)
    wanted = (*form.required_slots, asked)
    return any(
        isinstance(event, SlotSet) and event.name != REQUESTED_SLOT and (not event.heard or event.name in wanted)
        for event in history.events
    )


def _pass_on(turn: Turn, form: Form) -> bool:
    if turn.tracker.followup == form.name:
        turn.apply(FollowupAction(None))
    turn.apply(ActionExecutionRejected(form.name))
    return False


def _present(turn: Turn, candidates: list[str]) -> None:
    """Put the slots to validate last in the events, where rasa-sdk's FormValidationAction looks for them."""
    last: set[str] = set()
    for event in reversed(turn.tracker.recent):
        if not isinstance(event, SlotSet):
            break
        last.add(event.name)
    if not last.issuperset(candidates):
        for name in candidates:
            turn.apply(as_it_is_set(turn.tracker, name))


def _ask(turn: Turn, form: Form, policy: str, requests: list[object]) -> None:
    """Ask for the slot that the validation wants (the first of `requests`), else for the first that is missing.

    The form is done when there is none, or when the validation has unset the requested slot.
    """
    if requests and requests[-1] is None:
        slot = None
    elif requests and isinstance(requests[0], str):
        slot = requests[0]
    else:
        slot = next((name for name in form.required_slots if turn.tracker.slots.get(name) is None), None)
        if slot is not None:
            turn.set_slot(REQUESTED_SLOT, slot)
    if slot is None:
        close_loop(turn)
        turn.did(form.name, policy)
        return
    question = _question(turn, form, slot)
    if question is not None and _put(turn, question, policy):
        return
    turn.did(form.name, policy)


def ask_once_more(turn: Turn) -> None:
    """Repeat the question of the form that is open, after the default answer: it still waits for its answer."""
    form = turn.assistant.forms.get(turn.tracker.loop.name) if turn.tracker.loop is not None else None
    slot = turn.tracker.slots.get(REQUESTED_SLOT)
    question = _question(turn, form, str(slot)) if form is not None and slot is not None else None
    if form is not None and question is not None:
        _put(turn, question, by_form(form.name))


def _put(turn: Turn, question: str, policy: str) -> bool:
    """Ask it. True where an action does, after which the turn goes on."""
    if question in turn.assistant.responses:
        turn.say(question)
        return False
    turn.run(question, policy)
    return True


def _question(turn: Turn, form: Form, slot: str) -> str | None:
    known, again = turn.assistant, asks_again(slot)
    if again in known.responses and _was_asked(turn, slot) and not holds_consent(known, slot):
        return again
    return question_of(known, form.name, slot)


def _was_asked(turn: Turn, slot: str) -> bool:
    """Whether the form's question was this one before the message, too."""
    asked: str | None = slot_before(turn.tracker, len(so_far(turn.tracker).events), REQUESTED_SLOT)
    return asked == slot


def asks_again(slot: str) -> str:
    """The response that asks once more, where its author has other words for that; never for a question on consent,
    whose words are what is agreed to."""
    return f"utter_ask_again_{slot}"


def question_of(assistant: Assistant, form: str, slot: str) -> str | None:
    """The response or action that asks for the slot."""
    names = questions_for(form, slot)
    return next((name for name in names if name in assistant.actions or name in assistant.responses), None)


def questions_for(form: str, slot: str) -> tuple[str, ...]:
    """What may ask for the slot: the first that exists does."""
    return (f"action_ask_{form}_{slot}", f"utter_ask_{form}_{slot}", f"action_ask_{slot}", f"utter_ask_{slot}")
