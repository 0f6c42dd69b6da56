"""A database that has something in it before the browser looks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from bot.adapters.database import Database

T = TypeVar("T")


def stock(data: Path, fill: Callable[[Database], Awaitable[T]]) -> T:
    """Make the database of a service with this data folder, which is made, too, and have it filled."""
    data.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright has an event loop running in this thread
        return elsewhere.submit(lambda: asyncio.run(_stock(data, fill))).result()


async def _stock(data: Path, fill: Callable[[Database], Awaitable[T]]) -> T:
    store = Database(f"sqlite+aiosqlite:///{data / 'overture.db'}")
    await store.migrate()
    try:
        return await fill(store)
    finally:
        await store.close()
