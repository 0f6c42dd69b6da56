"""Move a question: what a journey asked on one channel may be answered on another, and then it goes on there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.dialogue.slots import heard_slots
from bot.domain.assistant import Assistant
from bot.domain.conversation import (
    ACTION_LISTEN,
    REQUESTED_SLOT,
    ActionExecuted,
    ActiveLoop,
    Conversation,
    Event,
    SlotSet,
    Tracker,
    UserUttered,
)
from bot.domain.ids import MessageId
from bot.domain.message import CustomerMessage
from bot.domain.understanding import FALLBACK_INTENT, Understood, base_intent
from bot.ports import UnitOfWork
from bot.services.other_languages import language_of
from bot.services.runtime import Runtime
from bot.services.situation import Situation, asker_of
from bot.services.thought import Thought
from bot.services.understand import understand

STANDS_FOR = timedelta(days=3)
"""A question that was put longer ago is not what somebody has in mind who writes elsewhere."""


SAY_NOTHING_ELSE = frozenset({FALLBACK_INTENT, "inform", "correct"})
"""Intents of messages that state something, or that nothing has understood."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The conversation in which the question was asked, the events that put it into this one, and what the message
    means as the answer to it."""

    asked_in: Conversation
    events: tuple[Event, ...]
    reading: Understood


async def question_elsewhere(
    runtime: Runtime, thought: Thought, situation: Situation, message: CustomerMessage
) -> Moved | None:
    """The journey's question that this message answers, though it was put on another channel; None where it does not.

    Nothing is looked for while a form is open here, or a colleague has the floor.
    """
    elsewhere = situation.asking_elsewhere
    if elsewhere is None or thought.tracker.loop is not None or situation.rep_has_the_floor:
        return None
    if not message.text or message.payload:  # a button is for what it was shown with
        return None
    async with runtime.store.transaction() as uow:
        asked_in = await uow.conversations.get(elsewhere)
    assistant = runtime.library.current().assistant
    events = _as_asked_here(assistant, asked_in, thought.now)
    if not events:
        return None
    asker = asker_of(situation, message.channel, thought.now, language_of(thought.tracker))
    tracker = thought.tracker.apply_all(events)
    reading = await understand(runtime, tracker, message.text, situation.region, situation.zone, asker)
    return Moved(asked_in, events, reading) if _answers(assistant, tracker, reading) else None


def put_here(thought: Thought, situation: Situation, moved: Moved) -> Situation:
    """Go on as if the question had been put in this conversation: what the turn then starts from."""
    for event in moved.events:
        thought.apply(event)
    asking = moved.asked_in.asking_enrolment
    conversation = replace(situation.conversation, tracker=thought.tracker, asking_enrolment=asking)
    return replace(situation, conversation=conversation)


def _as_asked_here(assistant: Assistant, asked_in: Conversation, now: datetime) -> tuple[Event, ...]:
    """The form with what is filled in, and its question; nothing where the question is an old one, or is no more."""
    loop, slot = asked_in.tracker.loop, asked_in.tracker.slots.get(REQUESTED_SLOT)
    last = asked_in.last_message_at
    if loop is None or loop.name not in assistant.forms or not isinstance(slot, str):
        return ()
    if last is None or now - last > STANDS_FOR:
        return ()
    slots = asked_in.tracker.slots
    filled = [SlotSet(name, slots.get(name), at=now) for name in assistant.forms[loop.name].required_slots]
    return (
        *filled,
        ActionExecuted(loop.name, policy=f"a journey asked it on {asked_in.channel}", at=now),
        ActiveLoop(loop.name, at=now),
        SlotSet(REQUESTED_SLOT, slot, at=now),
        ActionExecuted(ACTION_LISTEN, at=now),
    )


def _answers(assistant: Assistant, tracker: Tracker, reading: Understood) -> bool:
    """Whether the message fills the slot that was asked for, and is not first of all a request or a greeting."""
    if reading.stage != "expected" and base_intent(reading.intent.name) not in SAY_NOTHING_ELSE:
        return False
    said = UserUttered(reading.text, reading, MessageId(""), None, "")
    asked = tracker.slots.get(REQUESTED_SLOT)
    return any(slot.name == asked and slot.value is not None for slot in heard_slots(assistant, tracker.apply(said)))


async def close_where_it_was_asked(uow: UnitOfWork, moved: Moved, now: datetime) -> None:
    """The question stands in one conversation at a time; raises Conflict where that one has gone on meanwhile."""
    events: list[Event] = [ActiveLoop(None, at=now), SlotSet(REQUESTED_SLOT, None, at=now)]
    before = moved.asked_in
    await uow.conversations.log(before.id, events, now)
    await uow.conversations.save(
        replace(
            before,
            tracker=before.tracker.apply_all(events),
            asking_enrolment=None,
            version=before.version + 1,
        )
    )
