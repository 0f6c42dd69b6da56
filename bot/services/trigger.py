"""Trigger: take the turn of what somebody outside wants of a conversation: an intent to answer, or an action to run."""

from __future__ import annotations

from bot.domain.conversation import FollowupAction, UserUttered
from bot.domain.ids import MessageId
from bot.domain.message import CustomerMessage, ExecuteAction, FromOutside, TriggerIntent
from bot.domain.rasa_message import as_rasa_messages
from bot.domain.understanding import IntentScore, Understood
from bot.ports import InboxEntry
from bot.services.ask import finish
from bot.services.respond import respond
from bot.services.run_action import run_action
from bot.services.runtime import Runtime
from bot.services.situation import Situation, begin_session, read_situation
from bot.services.think import answer
from bot.services.thought import Thought
from bot.services.write_turn import unasked, write_turn

EXTERNAL = "external"
"""The feed of what was said to a caller instead of the customer, each under the key of its trigger."""


async def trigger(runtime: Runtime, entry: InboxEntry, wanted: TriggerIntent) -> None:
    """Answer the intent as if the customer had meant it."""
    situation, thought = await _begin(runtime, entry, wanted)
    intent = wanted.intent
    understood = Understood(f"EXTERNAL: {intent}", IntentScore(intent, 1.0), wanted.entities, stage=EXTERNAL)
    message_id = MessageId(wanted.vendor_id)
    message = CustomerMessage(wanted.channel, wanted.vendor_id, wanted.address, payload=f"/{intent}")
    thought.apply(UserUttered("", understood, message_id, thought.now, wanted.channel))
    await respond(runtime, thought, situation, message, message_id, None)
    await _end(runtime, entry, wanted, situation, thought)


async def execute(runtime: Runtime, entry: InboxEntry, wanted: ExecuteAction) -> None:
    """Run this one action, whatever the dialogue would do."""
    if wanted.enrolment_id:
        await run_action(runtime, entry, wanted)
        return
    situation, thought = await _begin(runtime, entry, wanted)
    thought.apply(FollowupAction(wanted.action))
    await answer(runtime, thought, situation.profile, MessageId(wanted.vendor_id), only=wanted.action)
    await _end(runtime, entry, wanted, situation, thought)


async def _begin(runtime: Runtime, entry: InboxEntry, wanted: FromOutside) -> tuple[Situation, Thought]:
    async with runtime.store.transaction() as uow:
        situation = await read_situation(uow, runtime, entry.conversation_id)
    thought = Thought(
        situation.conversation.tracker, wanted.channel, situation.conversation.address, runtime.clock.now()
    )
    await begin_session(runtime, thought, situation, MessageId(wanted.vendor_id))
    return situation, thought


async def _end(
    runtime: Runtime, entry: InboxEntry, wanted: FromOutside, situation: Situation, thought: Thought
) -> None:
    said = []
    if not wanted.aloud:
        said, thought.says = thought.says, []
    messages = [message for say in said for message in as_rasa_messages("", say.content)]
    async with runtime.store.transaction() as uow:
        await write_turn(uow, runtime, unasked(situation, thought, wanted.vendor_id), thought.now)
        told = {"messages": messages, "person": situation.conversation.profile_id}
        await uow.feeds.append(EXTERNAL, wanted.vendor_id, told, thought.now)
        await finish(uow, entry, thought.now)
