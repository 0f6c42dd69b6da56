"""Await a turn: what was said to a message, for a caller who waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any

import structlog

from bot.domain.delivery import OutboxStatus
from bot.domain.message import CustomerMessage
from bot.ports import AwaitTurn, Meanwhile, Said, UnitOfWork
from bot.services.compose_outbound import disclosure_key
from bot.services.hand_off import transfer_key
from bot.services.runtime import FEEDS, Runtime

log = structlog.get_logger()

LOOK_EVERY = timedelta(milliseconds=250)
"""A wake-up may be lost, so the store is also looked into by the clock."""

ON_ITS_WAY = (OutboxStatus.WAITING, OutboxStatus.SENDING)


async def await_turn(
    runtime: Runtime, messages: Sequence[CustomerMessage], awaited: AwaitTurn[object], *, channel: str
) -> Said:
    """What the turns of `messages` put on the feed, once all of it has left; at the deadline, what has by then.

    A message whose turn was taken before gives the same again.
    """
    waiting = asyncio.create_task(
        _wait(
            runtime,
            [*awaited.earlier, *(one.vendor_id for one in messages)],
            awaited,
            channel,
            messages[-1].address if messages else "",
        )
    )
    try:
        if awaited.meanwhile is not None:
            await _say_meanwhile(waiting, awaited.meanwhile)
        return await waiting
    finally:
        waiting.cancel()


async def _say_meanwhile(waiting: asyncio.Task[Said], meanwhile: Meanwhile) -> None:
    """Nothing depends on it: where it fails, the customer waits in silence."""
    done, _ = await asyncio.wait([waiting], timeout=meanwhile.after.total_seconds())
    if done:
        return
    try:
        async with asyncio.timeout(meanwhile.after.total_seconds()):
            await meanwhile.act()
    except Exception as error:
        log.warning("the customer could not be told that it takes a moment", error=type(error).__name__)


async def _wait(
    runtime: Runtime, vendor_ids: Sequence[str], awaited: AwaitTurn[object], channel: str, address: str
) -> Said:
    deadline = monotonic() + awaited.within.total_seconds()
    async with runtime.wakeups.listen(FEEDS) as listener:
        while True:
            async with runtime.store.transaction() as uow:
                progress = [await _progress(uow, channel, one) for one in vendor_ids]
                finished = all(done for done, _ in progress)
                remaining = deadline - monotonic()
                if finished or remaining <= 0:
                    said = await _said(uow, awaited, [key for _, keys in progress for key in keys], finished=finished)
                    return replace(said, slots=await _slots(uow, awaited, channel, address))
            await listener.wait(min(timedelta(seconds=remaining), LOOK_EVERY))


async def _said(uow: UnitOfWork, awaited: AwaitTurn[object], keys: Sequence[str], *, finished: bool) -> Said:
    if awaited.behind is None:
        return Said(await uow.feeds.find(awaited.feed, keys), finished)
    return Said(await uow.feeds.read([awaited.feed], after=awaited.behind), finished)


async def _slots(uow: UnitOfWork, awaited: AwaitTurn[object], channel: str, address: str) -> Mapping[str, Any]:
    """Those that the caller wants to know, and that the conversation has; an empty one is None."""
    conversation = await uow.conversations.at(channel, address) if awaited.slots else None
    known = conversation.tracker.slots if conversation is not None else {}
    return {name: known[name] for name in awaited.slots if name in known}


async def _progress(uow: UnitOfWork, channel: str, vendor_id: str) -> tuple[bool, list[str]]:
    """Whether nothing more will come of the message, and the keys of what came."""
    if await uow.inbox.waits(channel, vendor_id):
        return False, []
    message_id = f"{channel}:{vendor_id}"
    finished, keys = True, list[str]()
    while (entry := await uow.outbox.by_key(f"{message_id}:{len(keys) // 2}")) is not None:
        finished = finished and entry.status not in ON_ITS_WAY
        keys += [disclosure_key(entry.key), entry.key]
    transfer = await uow.outbox.by_key(transfer_key(message_id))
    if transfer is not None:
        finished = finished and transfer.status not in ON_ITS_WAY
        keys.append(transfer.key)
    return finished, keys
