"""Await a turn: what was said to a message, for a caller who waits for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

from bot.domain.delivery import OutboxStatus
from bot.domain.message import CustomerMessage
from bot.ports import UnitOfWork
from bot.services.deliver import disclosure_key
from bot.services.runtime import FEEDS, Runtime

LOOK_EVERY = timedelta(milliseconds=250)
"""A wake-up may be lost, so the store is also looked into by the clock."""

ON_ITS_WAY = (OutboxStatus.WAITING, OutboxStatus.SENDING)


async def await_turn(
    runtime: Runtime, message: CustomerMessage, feed: str, *, within: timedelta
) -> Sequence[Mapping[str, Any]]:
    """What the turn of `message` put on `feed`, once all of it has left; after `within`, what has by then.

    A message whose turn was taken before gives the same again.
    """
    deadline = monotonic() + within.total_seconds()
    async with runtime.wakeups.listen(FEEDS) as listener:
        while True:
            async with runtime.store.transaction() as uow:
                finished, keys = await _progress(uow, message)
                remaining = deadline - monotonic()
                if finished or remaining <= 0:
                    return [found.item for found in await uow.feeds.find(feed, keys)]
            await listener.wait(min(timedelta(seconds=remaining), LOOK_EVERY))


async def _progress(uow: UnitOfWork, message: CustomerMessage) -> tuple[bool, list[str]]:
    """Whether nothing more will come of the message, and the keys of what came."""
    if await uow.inbox.waits(message.channel, message.vendor_id):
        return False, []
    finished, keys = True, list[str]()
    while (entry := await uow.outbox.by_key(f"{message.channel}:{message.vendor_id}:{len(keys) // 2}")) is not None:
        finished = finished and entry.status not in ON_ITS_WAY
        keys += [disclosure_key(entry.key), entry.key]
    return finished, keys
