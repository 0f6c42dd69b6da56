"""Attend to a conversation from outside its inbox, with everybody else's turns kept out meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from time import monotonic

from bot.domain.conversation import Conversation
from bot.domain.errors import Conflict
from bot.domain.ids import ConversationId
from bot.domain.message import CustomerMessage
from bot.ports import UnitOfWork
from bot.services.meet import meet
from bot.services.runtime import Runtime

TURN_LEASE = timedelta(seconds=15)
"""How long a conversation waits for a worker that was killed. A living one renews it; one that slept loses its turn,
for its conversation has another version then."""

WAIT_AT_MOST = timedelta(seconds=10)
PAUSE_WHILE_TAKEN = 0.05


def lease_of(conversation_id: ConversationId) -> str:
    """The name of the lease that whoever takes turns in the conversation holds."""
    return f"conversation:{conversation_id}"


@asynccontextmanager
async def attend(runtime: Runtime, conversation_id: ConversationId) -> AsyncIterator[None]:
    """Hold the conversation for the body; raises Conflict when its turns leave no gap for long."""
    deadline = monotonic() + WAIT_AT_MOST.total_seconds()
    while True:
        async with runtime.leases.hold(lease_of(conversation_id), ttl=TURN_LEASE) as held:
            if held:
                yield
                return
        if monotonic() > deadline:
            raise Conflict("the conversation is busy. Try again in a moment.")
        await asyncio.sleep(PAUSE_WHILE_TAKEN)


async def look_up(uow: UnitOfWork, channel: str, name: str) -> Conversation | None:
    """The conversation by the address that it has on `channel`, or by our own id of it."""
    found = await uow.conversations.at(channel, name)
    if found is not None:
        return found
    try:
        return await uow.conversations.get(ConversationId(name))
    except LookupError:
        return None


async def find_or_start(runtime: Runtime, channel: str, name: str) -> Conversation:
    """The conversation of this name, or else a new one with this address on `channel`."""
    async with runtime.store.transaction() as uow:
        found = await look_up(uow, channel, name)
        if found is not None:
            return found
        return await meet(
            uow, runtime, runtime.channel(channel), CustomerMessage(channel, "", name), runtime.clock.now()
        )
