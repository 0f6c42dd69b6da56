"""How the store uses SQLite: durable, one writer at a time, and nobody ever sees "database is locked"."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import StatementError

from bot.adapters.database import Database
from tests.contracts.samples import ANNA, NOON, opened, profile


async def test_a_commit_is_on_the_disk_and_keys_are_checked(sqlite_store: Database) -> None:
    async with sqlite_store._backend.transaction() as session:
        pragmas = [
            (await session.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]


async def test_transactions_take_turns(sqlite_store: Database) -> None:
    """Read, wait, write: if two could do that at once, one of the counts would be lost."""
    async with sqlite_store.transaction() as uow:
        await uow.profiles.add(profile(attributes={"count": 0}))

    async def count() -> None:
        async with sqlite_store.transaction() as uow:
            read = await uow.profiles.get(ANNA)
            await asyncio.sleep(0)
            await uow.profiles.save(replace(read, attributes={"count": read.attributes["count"] + 1}))

    await asyncio.gather(*(count() for _ in range(50)))
    async with sqlite_store.transaction() as uow:
        assert (await uow.profiles.get(ANNA)).attributes["count"] == 50


async def test_another_process_that_writes_is_waited_for(sqlite_store: Database, sqlite_url: str) -> None:
    other = sqlite3.connect(str(make_url(sqlite_url).database), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.2, other.execute, ["COMMIT"])
    timer.start()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    async with sqlite_store.transaction() as uow:
        await uow.profiles.add(profile())
    ticking.cancel()
    timer.join()
    other.close()
    assert ticks > 3, "the event loop went on meanwhile"


async def test_a_transaction_inside_a_transaction_is_an_error_not_a_deadlock(sqlite_store: Database) -> None:
    async with sqlite_store.transaction():
        with pytest.raises(RuntimeError, match="inside a transaction"):
            async with sqlite_store.transaction():
                pass


async def test_a_cancelled_transaction_leaves_nothing_and_frees_the_store(sqlite_store: Database) -> None:
    entered = asyncio.Event()

    async def hang() -> None:
        async with sqlite_store.transaction() as uow:
            await uow.profiles.add(profile())
            entered.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(hang())
    await entered.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with sqlite_store.transaction() as uow:
        with pytest.raises(LookupError):
            await uow.profiles.get(ANNA)


async def test_a_store_in_memory_works(tmp_path: Path) -> None:
    async with opened("sqlite+aiosqlite://") as store:
        await store.migrate()
        async with store.transaction() as uow:
            await uow.profiles.add(profile())
            await uow.feeds.append("explain", "k", {}, NOON)
        async with store.transaction() as uow:
            assert await uow.profiles.get(ANNA) == profile()


async def test_what_fails_at_the_very_end_undoes_the_rest_and_tells_no_values(sqlite_store: Database) -> None:
    """Feeds are written last."""
    with pytest.raises(StatementError, match="time zone") as failure:  # noqa: PT012
        async with sqlite_store.transaction() as uow:
            await uow.profiles.add(profile())
            await uow.feeds.append("explain", "k", {"said": "a secret"}, NOON.replace(tzinfo=None))
    assert "a secret" not in str(failure.value)
    async with sqlite_store.transaction() as uow:
        with pytest.raises(LookupError):
            await uow.profiles.get(ANNA)
