"""A process that dies in the middle of a delivery, and the next one that takes up what it left."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta

from bot.domain.delivery import OutboxEntry
from bot.services.compose_outbound import STALE_AFTER
from bot.services.deliver import deliver_due, deliver_what_a_crash_left
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import Stage

SECOND = timedelta(seconds=1)


async def die_while_sending(stage: Stage, channel: FakeChannel) -> None:
    """The vendor takes the message, and the process ends before it can write that down."""
    channel.lost = asyncio.Event()
    delivering = asyncio.create_task(deliver_due(stage.runtime))
    await channel.lost.wait()
    delivering.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await delivering
    channel.lost = None


async def claimed(stage: Stage) -> Sequence[OutboxEntry]:
    """A process has claimed what is due, and done no more."""
    async with stage.store.transaction() as uow:
        return await uow.outbox.claim(stage.clock.now(), 10, stale_after=STALE_AFTER)


async def restart(stage: Stage) -> None:
    stage.clock.forward(SECOND)
    await deliver_what_a_crash_left(stage.runtime)
