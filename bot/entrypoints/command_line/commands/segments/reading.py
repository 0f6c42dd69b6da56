"""What the commands about segments share: the content, and one reading of the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from bot.adapters.clock import SandboxClock
from bot.adapters.content.library import Contents, read_contents
from bot.domain.audience import Working
from bot.entrypoints.command_line.event_log import require_file
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.entrypoints.wiring.stores import store_of
from bot.ports import UnitOfWork
from bot.settings import Settings

T = TypeVar("T")


def contents_of(settings: Settings) -> Contents:
    """Raises ContentError where the content has faults."""
    return read_contents(shelves_of(settings, channel_names(settings)))


def read(settings: Settings, reading: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """What `reading` finds, in one transaction; raises SettingsError where there is no database to read."""
    require_file(settings.database_url, "look into")
    return asyncio.run(_read(settings, reading))


async def _read(settings: Settings, reading: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    store = store_of(settings)
    try:
        await store.migrate()
        async with store.transaction() as uow:
            return await reading(uow)
    finally:
        await store.close()


def now_of(settings: Settings) -> datetime:
    """The present; in a sandbox whose clock was moved, as that clock shows it."""
    return SandboxClock(settings.data / "sandbox-clock").now()


def told(working: Working | None, version: str) -> str:
    """How far the segment is worked out."""
    if working is None:
        return "not worked out yet; a running service does it"
    if working.version != version or working.finished_at is None:
        return "being worked out"
    return f"worked out {working.finished_at:%Y-%m-%d %H:%M} UTC"


def people(count: int) -> str:
    return f"{count} {'person' if count == 1 else 'people'}"
