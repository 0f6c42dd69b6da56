"""Append: put events into a conversation from outside, without an answer to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.slots import heard_slots
from bot.domain.conversation import BotUttered, Event, Restarted, SessionStarted, Tracker, UserUttered
from bot.domain.effects import OptOut, Say
from bot.domain.ids import ConversationId, MessageId, new_id
from bot.domain.message import Text
from bot.domain.understanding import OPT_OUT_INTENT, Understood
from bot.services.attend import attend
from bot.services.runtime import FEEDS, OUTBOX, TIMERS, Runtime
from bot.services.situation import asker_of, begin_session, read_situation
from bot.services.thought import Thought
from bot.services.understand import understand
from bot.services.write_turn import unasked, write_turn


async def append_events(
    runtime: Runtime, conversation_id: ConversationId, events: Sequence[Event], *, send: bool = False
) -> Tracker:
    """Append the events; with `send`, the customer hears what they say that the bot said."""
    return await _append(runtime, conversation_id, events, send=send)


async def replace_events(runtime: Runtime, conversation_id: ConversationId, events: Sequence[Event]) -> Tracker:
    """Make these events the conversation. The log only grows, so they come after a restart."""
    return await _append(runtime, conversation_id, [Restarted(at=events[0].at), *events])


async def note_message(
    runtime: Runtime, conversation_id: ConversationId, text: str, understood: Understood | None = None
) -> Tracker:
    """Note that the customer said `text`, and the slots that it fills; nothing answers it."""
    async with runtime.store.transaction() as uow:
        situation = await read_situation(uow, runtime, conversation_id)
    now = runtime.clock.now()
    if understood is None:
        asker = asker_of(situation, situation.conversation.channel, now)
        tracker = situation.conversation.tracker
        reading = await understand(runtime, tracker, text, situation.region, situation.zone, asker)
        understood = replace(reading, passages=())
    message_id = MessageId(f"noted:{new_id(now)}")
    said = UserUttered(text, understood, message_id, now, situation.conversation.channel)
    return await _append(runtime, conversation_id, [said], fill_slots=True)


async def _append(
    runtime: Runtime,
    conversation_id: ConversationId,
    events: Sequence[Event],
    *,
    send: bool = False,
    fill_slots: bool = False,
) -> Tracker:
    now = runtime.clock.now()
    assistant = runtime.library.current().assistant
    async with attend(runtime, conversation_id):
        async with runtime.store.transaction() as uow:
            situation = await read_situation(uow, runtime, conversation_id)
        thought = Thought(
            situation.conversation.tracker, situation.conversation.channel, situation.conversation.address, now
        )
        if not events or not isinstance(events[0], SessionStarted) or thought.tracker.event_count == 0:
            await begin_session(runtime, thought, situation, MessageId(f"session:{new_id(thought.now)}"))
        for event in events:
            _take(thought, event, send=send)
        if fill_slots:
            for heard in list(heard_slots(assistant, thought.tracker)):
                thought.apply(heard)
        async with runtime.store.transaction() as uow:
            await write_turn(uow, runtime, unasked(situation, thought, f"append:{new_id(now)}"), thought.now)
    for topic in (OUTBOX, FEEDS, TIMERS):
        await runtime.wakeups.notify(topic)
    return thought.tracker


def _take(thought: Thought, event: Event, *, send: bool) -> None:
    match event:
        case BotUttered(text=text) if send:
            thought.say(Say(Text(text), event.response))
        case UserUttered(understood=understood) if understood.intent.name == OPT_OUT_INTENT:
            # However it reached us, it ends all marketing.
            thought.apply(event)
            thought.effects.append(OptOut("said so through the API"))
        case _:
            thought.apply(event)
