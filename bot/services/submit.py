"""Submit: put what somebody outside wants of a conversation into its inbox, and see its turn taken.

Whoever submits may go away or fail at any moment: what is in the inbox is done once, by this process or another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.conversation import Conversation, Tracker
from bot.domain.errors import Conflict
from bot.domain.ids import new_id
from bot.domain.message import ExecuteAction, FromOutside, TriggerIntent
from bot.domain.understanding import Entity
from bot.services.attend import attend
from bot.services.converse import converse
from bot.services.runtime import INBOX, Runtime
from bot.services.trigger import EXTERNAL


@dataclass(frozen=True, slots=True)
class Acted:
    """The conversation after it, and what was said to the caller instead of the customer (in Rasa's form)."""

    tracker: Tracker
    messages: Sequence[Mapping[str, Any]]


async def trigger_intent(
    runtime: Runtime,
    conversation: Conversation,
    intent: str,
    entities: Sequence[Entity] = (),
    *,
    aloud: bool,
    key: str | None = None,
) -> Acted:
    """Let the dialogue answer `intent` as if the customer had meant it; with `aloud`, the customer hears the answer.

    A second call with the same `key` changes nothing and gives the same answer.
    """
    vendor_id = _vendor_id(runtime, conversation, "trigger", key)
    wanted = TriggerIntent(conversation.channel, vendor_id, conversation.address, intent, tuple(entities), aloud)
    return await _submit(runtime, conversation, wanted)


async def execute_action(
    runtime: Runtime, conversation: Conversation, action: str, *, aloud: bool, key: str | None = None
) -> Acted:
    """Run this one action, whatever the dialogue would do; `aloud` and `key` as with a trigger."""
    vendor_id = _vendor_id(runtime, conversation, "execute", key)
    wanted = ExecuteAction(conversation.channel, vendor_id, conversation.address, action, aloud)
    return await _submit(runtime, conversation, wanted)


def _vendor_id(runtime: Runtime, conversation: Conversation, verb: str, key: str | None) -> str:
    return f"{verb}:{conversation.id}:{key}" if key else f"{verb}:{new_id(runtime.clock.now())}"


async def _submit(runtime: Runtime, conversation: Conversation, wanted: FromOutside) -> Acted:
    """Keep it, then take the turns that wait here, unless whoever else attends to the conversation has done so."""
    async with runtime.store.transaction() as uow:
        await uow.inbox.add(conversation.id, wanted, runtime.clock.now())
    await runtime.wakeups.notify(INBOX)
    async with attend(runtime, conversation.id):
        await converse(runtime, conversation.id)
    async with runtime.store.transaction() as uow:
        if await uow.inbox.waits(wanted.channel, wanted.vendor_id):
            raise Conflict("it is kept, and takes its turn after those before it.")
        after = await uow.conversations.get(conversation.id)
        found = await uow.feeds.find(EXTERNAL, [wanted.vendor_id])
    return Acted(after.tracker, [message for one in found for message in one.item["messages"]])
