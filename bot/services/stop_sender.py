"""Stop a sender: nothing more leaves on a channel until an operator has put right what its vendor objects to."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.domain.consent import EVERY_ADDRESS, Consequence, Suppression
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime
from bot.services.tell_desk import tell_desk

log = structlog.get_logger()


async def stop_sender(uow: UnitOfWork, runtime: Runtime, channel: str, why: str, now: datetime) -> None:
    """Hold everything on this channel, and tell the log and the desk; once for each stop."""
    if any(one.channel == channel for one in await uow.consents.stopped()):
        return
    stop = Suppression(channel, EVERY_ADDRESS, why, now, Consequence.SENDER_STOPPED)
    await uow.consents.suppress(stop)
    log.error("a sender is stopped", channel=channel, why=why)
    words = (
        f"Nothing leaves by {channel} any more: {why}. See to it, then let it go on: overture senders lift {channel}"
    )
    await tell_desk(uow, runtime, f"stopped:{channel}:{now.isoformat()}", words, now)


async def lift_stop(uow: UnitOfWork, channel: str) -> bool:
    """Let the sender send again; what waits leaves at its next look. False where it is not stopped."""
    if all(one.channel != channel for one in await uow.consents.stopped()):
        return False
    await uow.consents.lift(channel, EVERY_ADDRESS, Consequence.SENDER_STOPPED)
    return True
