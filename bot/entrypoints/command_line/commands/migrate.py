"""`overture migrate`: bring the database to this version's shape, or back to an earlier one."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import nullcontext

from bot.adapters.database import Database
from bot.adapters.migrations import HEAD, known_versions
from bot.entrypoints.serving.running import alone_with
from bot.entrypoints.wiring.stores import store_of
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    was, now = asyncio.run(_migrate(store_of(settings), options.to or HEAD))
    print(f"the database is at version {now}" + (" already." if was == now else f"; it was {was or 'empty'}."))
    return 0


async def _migrate(database: Database, revision: str) -> tuple[str | None, str | None]:
    try:
        was = await database.revision()
        async with alone_with(database) if _goes_back(was, revision) else nullcontext():
            await database.migrate_tables(revision)
        return was, await database.revision()
    finally:
        await database.close()


def _goes_back(was: str | None, revision: str) -> bool:
    """Then it takes away what processes use that run on it; forward, it only adds."""
    known = known_versions()
    return was in known and revision in known and known.index(was) > known.index(revision)
