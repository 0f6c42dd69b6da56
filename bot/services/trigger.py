"""Trigger: have the dialogue act without a message of the customer's: on an intent, or by running one action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from bot.domain.consent import Purpose
from bot.domain.conversation import FollowupAction, Tracker, UserUttered
from bot.domain.effects import Say
from bot.domain.ids import ConversationId, MessageId, new_id
from bot.domain.message import CustomerMessage, Text
from bot.domain.understanding import Entity, IntentScore, Understood
from bot.services.attend import attend
from bot.services.converse import respond
from bot.services.runtime import FEEDS, OUTBOX, TIMERS, Runtime
from bot.services.situation import Situation, begin_session, read_situation
from bot.services.think import Thought, answer
from bot.services.write_turn import Turn, write_turn


@dataclass(frozen=True, slots=True)
class Acted:
    """The conversation after it, and what was said to the caller instead of the customer."""

    tracker: Tracker
    said: tuple[Text, ...]


async def trigger_intent(
    runtime: Runtime, conversation_id: ConversationId, intent: str, entities: Sequence[Entity] = (), *, send: bool
) -> Acted:
    """Let the dialogue answer `intent` as if the customer had meant it; with `send`, the customer hears the answer."""
    async with attend(runtime, conversation_id):
        situation, thought, key = await _begin(runtime, conversation_id, "trigger")
        understood = Understood(f"EXTERNAL: {intent}", IntentScore(intent, 1.0), tuple(entities), stage="external")
        conversation = situation.conversation
        message = CustomerMessage(conversation.channel, key, conversation.address, payload=f"/{intent}")
        thought.apply(UserUttered("", understood, MessageId(key), thought.now, conversation.channel))
        await respond(runtime, thought, situation, message, MessageId(key), None)
        return await _end(runtime, situation, thought, key, send=send)


async def execute_action(runtime: Runtime, conversation_id: ConversationId, action: str, *, send: bool) -> Acted:
    """Run this one action, whatever the dialogue would do; with `send`, the customer hears what it says."""
    async with attend(runtime, conversation_id):
        situation, thought, key = await _begin(runtime, conversation_id, "execute")
        thought.apply(FollowupAction(action))
        await answer(runtime, thought, situation.profile, MessageId(key), only=action)
        return await _end(runtime, situation, thought, key, send=send)


async def _begin(runtime: Runtime, conversation_id: ConversationId, verb: str) -> tuple[Situation, Thought, str]:
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        situation = await read_situation(uow, runtime, conversation_id)
    thought = Thought(situation.conversation.tracker, situation.conversation.channel, now)
    key = f"{verb}:{new_id(now)}"
    await begin_session(runtime, thought, situation, MessageId(key))
    return situation, thought, key


async def _end(runtime: Runtime, situation: Situation, thought: Thought, key: str, *, send: bool) -> Acted:
    said: list[Say] = []
    if not send:
        said, thought.says = thought.says, []
    await write_from_outside(runtime, situation, thought, key)
    return Acted(thought.tracker, tuple(say.content for say in said))


async def write_from_outside(runtime: Runtime, situation: Situation, thought: Thought, key: str) -> None:
    """Write what came of a call from outside. What it says is no reply: the gate lets it out as a service message."""
    turn = Turn(
        conversation=situation.conversation,
        thought=thought,
        key=key,
        purpose=Purpose.SERVICE,
        message_id=None,
        text="",
        understood=None,
        handoff=situation.handoff,
        begun=perf_counter(),
    )
    async with runtime.store.transaction() as uow:
        await write_turn(uow, runtime, turn, thought.now)
    for topic in (OUTBOX, FEEDS, TIMERS):
        await runtime.wakeups.notify(topic)
