"""Locks of identities on PostgreSQL, which has room for some thousands of them."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.database import Database
from bot.adapters.database.people import MANY
from bot.domain.person import Identity


def identities(start: int, count: int) -> list[Identity]:
    return [Identity("email", f"person{number}@example.com") for number in range(start, start + count)]


async def lock(database: Database, wanted: list[Identity]) -> None:
    async with database.transaction() as uow:
        await uow.profiles.lock_identities(wanted)


async def test_who_wants_many_waits_for_whoever_has_many_and_who_wants_few_does_not(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    async with database.transaction() as uow:
        await uow.profiles.lock_identities(identities(0, MANY + 1))
        await lock(database, identities(1_000, MANY))
        many = asyncio.create_task(lock(database, identities(2_000, MANY + 1)))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(many), 0.2)
    await many
    await database.close()
