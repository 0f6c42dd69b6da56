"""Read version: the journey that a run goes by, where this release can read what wrote it."""

from __future__ import annotations

import structlog

from bot.domain.journey import Journey
from bot.ports import UnitOfWork

log = structlog.get_logger()


async def read_version(uow: UnitOfWork, journey: str, version: str, *, otherwise: str) -> Journey | None:
    """None where it cannot be read: the log says so, and what comes of it. Whatever keeps the store from answering is
    raised: what was not read then is still to be done."""
    try:
        return await uow.enrolments.version(journey, version)
    except LookupError as error:  # without a traceback: each event may ask for it
        log.error(
            f"a version of a journey cannot be read; {otherwise}", error=str(error), why=str(error.__cause__ or "")
        )
        return None
