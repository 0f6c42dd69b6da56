"""Watch complaints: tell the desk when so many call our messages spam that mail services would turn on their sender."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.domain.complaints import WITHIN, Complaints, enough_for
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime
from bot.services.tell_desk import tell_desk

log = structlog.get_logger()

WHAT_TO_DO = (
    "Gmail and Yahoo want fewer than 3 of 1,000, and put what others send into the spam folder. Pause what is sent to "
    "many (overture journeys pause JOURNEY), and see whether they had asked for it."
)


async def watch_complaints(uow: UnitOfWork, runtime: Runtime, channel: str, now: datetime) -> None:
    """After each complaint; the log and the desk are told once a day."""
    found = await complaints_of(uow, channel, now)
    if found.are_too_many:
        log.error("too many complaints", channel=channel, complaints=found.complaints, sent=found.sent)
        await tell_desk(uow, runtime, f"complaints:{channel}:{now.date()}", f"{channel}: {found}. {WHAT_TO_DO}", now)


async def complaints_of(uow: UnitOfWork, channel: str, now: datetime) -> Complaints:
    """Of the last week."""
    since = now - WITHIN
    complaints = await uow.consents.complaints(channel, since)
    enough = enough_for(complaints)
    return Complaints(complaints, await uow.outbox.left_by(channel, since, at_most=enough) if enough else 0)
