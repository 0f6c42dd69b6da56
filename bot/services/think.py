"""Think: let the engine decide what is said and done, and run its actions, without writing to the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any

import structlog

from bot.dialogue.builtin import ANSWER_FROM_KNOWLEDGE, CHECK_CODE, SEND_CODE
from bot.dialogue.engine import MOST_ACTIONS
from bot.dialogue.features import fitted
from bot.dialogue.personal import Personal
from bot.dialogue.policies import SESSION, SLOT_FILLING, chosen_by
from bot.dialogue.responses import render
from bot.domain.assistant import Assistant
from bot.domain.conversation import (
    ACTION_LISTEN,
    REQUESTED_SLOT,
    ActionExecuted,
    AllSlotsReset,
    Event,
    ReminderScheduled,
    SessionStarted,
    SlotSet,
    Tracker,
    takes_back,
)
from bot.domain.effects import ActionResult, Apply, RunAction, Say, ScheduleReminder
from bot.domain.errors import ActionError, DialogueError
from bot.domain.ids import MessageId
from bot.domain.message import Text
from bot.domain.person import Profile
from bot.domain.understanding import base_intent
from bot.ports import ReadContext
from bot.services.action_context import action_context
from bot.services.compose_answer import compose_answer
from bot.services.rephrase import in_other_words
from bot.services.runtime import Runtime
from bot.services.thought import Thought
from bot.services.trace import as_said, trace
from bot.services.verify_contact import verify_in_talk

log = structlog.get_logger()

APOLOGY = "utter_internal_error"
NO_ANSWER_IN_A_FORM = "utter_no_answer_in_a_form"
"""Asks nothing: the form's question follows, and a yes is to that."""
RASAS_OWN_SLOTS = frozenset({REQUESTED_SLOT, "session_started_metadata"})


async def make_personal(runtime: Runtime, thought: Thought, profile: Profile, message_id: MessageId) -> None:
    """So that what is said beside the engine from here on may say what is known of the person, as it is now."""
    assistant = runtime.library.current().assistant
    if assistant.is_personal:
        context = await action_context(runtime, thought, profile, message_id)
        thought.personal = Personal.of_context(context, assistant.configuration.language)


async def answer(
    runtime: Runtime, thought: Thought, profile: Profile, message_id: MessageId, *, only: str | None = None
) -> None:
    """Let the dialogue engine decide, action by action, until it listens; with `only`, until that action is done."""
    assistant = runtime.library.current().assistant

    async def read_context() -> Mapping[str, Any]:
        return await action_context(runtime, thought, profile, message_id)

    actions = 0
    while actions <= MOST_ACTIONS:
        begun = perf_counter()
        try:
            effects = await runtime.dialogue.decide(thought.tracker, read_context, channel=thought.channel)
        except DialogueError as error:
            await make_personal(runtime, thought, profile, message_id)
            _give_up(assistant, thought, error)
            return
        finally:
            thought.took("decide", perf_counter() - begun)
        if not effects:
            return
        for effect in effects:
            match effect:
                case Apply(event=event):
                    actions += isinstance(event, ActionExecuted)
                    thought.apply(event)
                case Say():
                    thought.say(await _in_other_words(runtime, assistant, thought, effect))
                case RunAction():
                    actions += 1
                    await make_personal(runtime, thought, profile, message_id)
                    await _run(runtime, assistant, thought, profile, read_context, effect)
                case _:
                    thought.effects.append(trace(effect, "", thought.tracker.slots))
        if only is not None and any(isinstance(one, ActionExecuted) and one.name == only for one in thought.events):
            return
    log.error("the action limit is reached", conversation=thought.tracker.conversation_id, actions=actions)
    thought.acted.append((ACTION_LISTEN, f"stopped: more than {MOST_ACTIONS} actions on one message"))


def _give_up(assistant: Assistant, thought: Thought, error: DialogueError) -> None:
    """The engine has no answer to this message; the next one is a new try."""
    thought.failures.append(str(error))
    log.error("the dialogue engine failed", conversation=thought.tracker.conversation_id, error=str(error))
    thought.apply(ActionExecuted(ACTION_LISTEN, policy="the dialogue engine failed"))
    _apologise(assistant, thought)


def _apologise(assistant: Assistant, thought: Thought) -> None:
    """Say that something went wrong, once a turn."""
    if not any(say.response == APOLOGY for say in thought.says):
        thought.say_response(assistant, APOLOGY)


async def _run(
    runtime: Runtime,
    assistant: Assistant,
    thought: Thought,
    profile: Profile,
    read_context: ReadContext,
    action: RunAction,
) -> None:
    begun = perf_counter()
    if action.name == ANSWER_FROM_KNOWLEDGE:
        await _answer_from_knowledge(runtime, assistant, thought)
        thought.apply(ActionExecuted(action.name, policy=action.why))
        return
    if action.name in (SEND_CODE, CHECK_CODE):
        result = await verify_in_talk(runtime, action.name, thought.tracker, profile, thought.channel, thought.now)
        await _take_over(runtime, assistant, thought, result, ActionExecuted(action.name, policy=action.why))
        return
    try:
        person = await read_context()
        with runtime.tracer.span(f"action {action.name}", "call"):
            result = await runtime.actions.run(action.name, thought.tracker, person)
    except ActionError as error:
        log.error(
            "an action failed", action=action.name, conversation=thought.tracker.conversation_id, error=str(error)
        )
        thought.failures.append(str(error))
        thought.apply(ActionExecuted(action.name, policy=f"{action.why}; it failed"))
        if action.why not in (SESSION, SLOT_FILLING):  # nobody has asked for these
            _apologise(assistant, thought)
        return
    finally:
        thought.took("actions", perf_counter() - begun)
    if action.why == SESSION:
        result = replace(result, events=tuple(_of_a_session(thought.tracker, result.events)))
    chosen = chosen_by(action.name, action.why)
    if chosen.slot_filling or chosen.part_of_form:
        result = replace(result, events=tuple(_fitted(assistant, one) for one in result.events))
    result = _without_strange_reminders(assistant, thought, action.name, result)
    await _take_over(runtime, assistant, thought, result, ActionExecuted(action.name, policy=action.why))


def _without_strange_reminders(
    assistant: Assistant, thought: Thought, action: str, result: ActionResult
) -> ActionResult:
    """The result without reminders of intents that the assistant has not, of which nothing would come."""
    strange = {
        one.intent
        for one in (*result.events, *result.effects)
        if isinstance(one, ReminderScheduled | ScheduleReminder) and base_intent(one.intent) not in assistant.intents
    }
    if not strange:
        return result
    for intent in sorted(strange):
        _tell_author(thought, action, f'reminds of the intent "{intent}", which the domain has not')
    events = [one for one in result.events if not isinstance(one, ReminderScheduled) or one.intent not in strange]
    effects = [one for one in result.effects if not isinstance(one, ScheduleReminder) or one.intent not in strange]
    return replace(result, events=tuple(events), effects=tuple(effects))


def _tell_author(thought: Thought, action: str, what: str) -> None:
    """Note, in the log and in what explains the turn, what an action answered in vain."""
    log.error("an action answered in vain", action=action, conversation=thought.tracker.conversation_id, what=what)
    thought.acted.append((action, what))


async def _in_other_words(runtime: Runtime, assistant: Assistant, thought: Thought, say: Say) -> Say:
    """The response as a language model puts it, where its author lets it; else as it is."""
    reworded, calls = await in_other_words(runtime, assistant, thought.tracker, say)
    thought.note_calls(calls)
    return reworded


def _of_a_session(tracker: Tracker, events: Iterable[Event]) -> Iterator[Event]:
    """What an action_session_start sets. As Rasa has it, `session_started` empties the slots of the session before, and
    the action ends by noting that the bot listens, which is told by the customer's message here."""
    for event in events:
        match event:
            case SessionStarted() if tracker.latest_message is not None:
                yield AllSlotsReset()
            case SessionStarted() | ActionExecuted():
                pass
            case _:
                yield event


def _fitted(assistant: Assistant, event: Event) -> Event:
    """What fills slots or validates them is given the customer's words, and may give them back as they are."""
    if isinstance(event, SlotSet) and event.name in assistant.slots:
        return replace(event, value=fitted(assistant.slots[event.name], event.value))
    return event


async def _take_over(
    runtime: Runtime, assistant: Assistant, thought: Thought, result: ActionResult, executed: ActionExecuted
) -> None:
    """What the action says is worded before what it sets is set, as in Rasa: "Sent {amount}" may empty `amount`."""
    slots = as_said(thought.tracker, result.events)
    traced = [trace(effect, executed.name, slots) for effect in result.effects]
    if takes_back(result.events):
        thought.apply(executed)
    for say in result.says:
        if say.response and say.response not in assistant.responses:
            _tell_author(thought, executed.name, f'names the response "{say.response}", which the domain has not')
        thought.say(await _in_other_words(runtime, assistant, thought, _worded(assistant, thought, say)))
    for event in result.events:
        if isinstance(event, SlotSet) and not _is_slot(assistant, event.name):
            _tell_author(thought, executed.name, f'sets the slot "{event.name}", which the domain has not')
        thought.apply(event)
    if not takes_back(result.events):
        thought.apply(executed)
    thought.effects.extend(traced)


def _is_slot(assistant: Assistant, name: str) -> bool:
    """Also of those that Rasa gives every assistant: what a form asks for, and what its knowledge base talks of."""
    return name in assistant.slots or name in RASAS_OWN_SLOTS or name.startswith("knowledge_base_")


def _worded(assistant: Assistant, thought: Thought, say: Say) -> Say:
    """What an action says, with the words of the response that it named; its own text, buttons and image go with them,
    and before them."""
    response = assistant.responses.get(say.response)
    if response is None:
        return say
    worded = render(response, thought.tracker, thought.channel, values=say.arguments, personal=thought.personal)
    own = say.content
    content = replace(
        worded,
        text=own.text or worded.text,
        buttons=(*worded.buttons, *own.buttons),
        image=own.image or worded.image,
        extras={**worded.extras, **own.extras},
        template=None if own.text else worded.template,
    )
    return replace(say, content=content)


async def _answer_from_knowledge(runtime: Runtime, assistant: Assistant, thought: Thought) -> None:
    message = thought.tracker.latest_message
    found = message.understood.answer if message is not None else None
    if found is None and message is not None and thought.passages:
        found, calls = await compose_answer(runtime, thought.tracker.conversation_id, message.text, thought.passages)
        thought.note_calls(calls)
    if found is None:
        in_a_form = thought.tracker.loop is not None and NO_ANSWER_IN_A_FORM in assistant.responses
        thought.say_response(assistant, NO_ANSWER_IN_A_FORM if in_a_form else "utter_no_answer")
        return
    thought.say(Say(Text(found.text, source_title=found.title, source_url=found.url)))
