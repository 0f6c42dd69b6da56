"""While the server runs: keep the audit log's head outside the database, each minute."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.audit_head import AuditHeadFile
from bot.domain.errors import OvertureError
from bot.entrypoints.wiring.service import Service
from bot.services.verify_audit import head_after

log = structlog.get_logger()

EACH = 60.0
"""Seconds: what somebody cuts off of the last minute is not found by the kept head."""


async def keep_audit_head(service: Service) -> None:
    """Until it is cancelled."""
    file = AuditHeadFile(service.settings.data, service.secret)
    while True:
        await keep_it_once(service, file)
        await asyncio.sleep(EACH)


async def keep_it_once(service: Service, file: AuditHeadFile) -> None:
    """Where the log does not go on from the head that is kept, that is told, and the head stays."""
    try:
        kept = await asyncio.to_thread(file.read)
        head = await head_after(service.runtime.store, kept)
        if head != kept:
            await asyncio.to_thread(file.write, head)
    except OvertureError as error:
        log.error("the audit log cannot be vouched for", reason=str(error))
    except (SQLAlchemyError, OSError) as error:
        log.warning("the audit log's head was not kept this time", error=type(error).__name__)
