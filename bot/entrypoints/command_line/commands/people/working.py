"""What the commands that change people share: a service on the database, without its worker and its server."""

from __future__ import annotations

import asyncio
import getpass
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from bot.domain.audit import Deed
from bot.domain.ids import ProfileId
from bot.entrypoints.command_line.event_log import require_file
from bot.entrypoints.serving.logs import set_up_logs
from bot.entrypoints.wiring.service import open_service
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime
from bot.settings import Settings

T = TypeVar("T")


def work(settings: Settings, doing: Callable[[Runtime], Awaitable[T]]) -> T:
    """Do it, with the journeys and segments that are in force; raises SettingsError where there is no database."""
    set_up_logs(settings.log, level=logging.WARNING)
    require_file(settings.database_url, "look into")
    return asyncio.run(_work(settings, doing))


async def _work(settings: Settings, doing: Callable[[Runtime], Awaitable[T]]) -> T:
    async with open_service(settings, understands_when_asked=True) as service:
        return await doing(service.runtime)


async def note(uow: UnitOfWork, what: str, person: ProfileId, who: str, now: datetime) -> None:
    """In the audit log, in the transaction that does it."""
    await uow.audit.note(Deed(f"person.{what}", f"terminal:{who}", person), now)


def whoever() -> str:
    """Who is at this terminal, for the record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
