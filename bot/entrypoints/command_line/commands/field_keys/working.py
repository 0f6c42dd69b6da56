"""What the commands about field keys share: the database, whatever it is sealed with, and progress."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.adapters.database.resealing import Resealing, Step
from bot.adapters.field_keys import FieldKeys
from bot.domain.audit import Deed
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.people.working import whoever
from bot.entrypoints.command_line.commands.segments.reading import now_of
from bot.entrypoints.command_line.event_log import require_file
from bot.entrypoints.command_line.progress import bar
from bot.entrypoints.serving.running import alone_with
from bot.entrypoints.wiring.stores import store_of
from bot.settings import Settings


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Resealing, FieldKeys]]:
    """Raises SettingsError where there is no database, or no key."""
    require_file(settings.database_url, "look into")
    store = store_of(settings)
    if store.sealing.keys is None:
        raise SettingsError("OVERTURE_FIELD_KEYS is not set. Make keys: overture field-keys new")
    try:
        await store.migrate_tables()
        yield Resealing(store), store.sealing.keys
    finally:
        await store.close()


@asynccontextmanager
async def standstill(settings: Settings) -> AsyncIterator[None]:
    """Raises SettingsError where the service does not stand still."""
    store = store_of(settings)
    try:
        async with alone_with(store):
            yield
    finally:
        await store.close()


async def note(settings: Settings, what: str, key: str) -> None:
    """In the audit log, when it is done."""
    store = store_of(settings)
    try:
        async with store.transaction() as uow:
            await uow.audit.note(Deed(f"field_key.{what}", f"terminal:{whoever()}", key), now_of(settings))
    finally:
        await store.close()


async def follow(steps: AsyncIterator[Step]) -> int:
    """Go through the steps and show how far they are; how many fields were looked at."""
    total = 0
    with bar(None, "fields") as move:
        async for step in steps:
            total += step.fields
            move(step.fields)
    return total
