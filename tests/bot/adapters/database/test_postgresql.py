"""PostgreSQL behind PgBouncer, where each transaction may get another connection than the last."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from bot.adapters.database import Database
from bot.adapters.migrations import HEAD
from bot.domain.errors import SettingsError
from bot.domain.ids import ProfileId
from bot.domain.person import Identity, Profile
from tests.servers import pgbouncer_url

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def pooled(postgresql_url: str) -> Iterator[str]:
    with pgbouncer_url(postgresql_url) as url:
        yield f"{url}?statement_cache_size=0"


async def test_transactions_share_the_connections_of_a_pgbouncer(pooled: str) -> None:
    """Ten at a time on two, each with statements that others have run on the same connection."""
    processes = [Database(pooled) for _ in range(3)]

    async def meet(number: int) -> None:
        person, phone = ProfileId(f"person {number}"), Identity("phone", f"+4477009{number:05}", verified=True)
        async with processes[number % 3].transaction() as uow:
            await uow.profiles.add(Profile(person, NOW, {"size": number}))
            await uow.profiles.claim(person, phone, NOW)
        async with processes[(number + 1) % 3].transaction() as uow:
            owner = await uow.profiles.owner_of(phone.kind, phone.value)
        assert owner is not None
        assert (owner.id, owner.attributes) == (person, {"size": number})

    async with asyncio.TaskGroup() as meeting:
        for number in range(60):
            meeting.create_task(meet(number))
    for process in processes:
        await process.close()


async def test_tables_are_made_and_taken_away_through_a_pgbouncer(empty_postgresql_url: str) -> None:
    """As two processes do that start together: one waits for the other, and finds it done."""
    with pgbouncer_url(empty_postgresql_url) as url:
        one, other = (Database(f"{url}?statement_cache_size=0") for _ in range(2))
        await asyncio.gather(one.migrate(), other.migrate())
        assert await one.revision() == await other.revision() == HEAD
        await one.migrate("0001")
        assert not await _has(one, "merge")
        await one.migrate()
        assert await _has(other, "merge")
        for database in (one, other):
            await database.close()


async def _has(database: Database, table: str) -> bool:
    async with database.transaction() as uow:
        found = await uow.profiles._session.execute(text("SELECT to_regclass(CAST(:name AS text))"), {"name": table})
        return found.scalar() is not None


@pytest.mark.parametrize("size", ["none", "-1", "1e3", "٣", "1&statement_cache_size=2"])
def test_a_size_that_is_none_is_told(size: str) -> None:
    with pytest.raises(SettingsError, match="statement_cache_size in OVERTURE_DATABASE should be a number"):
        Database(f"postgresql+asyncpg://overture@localhost/overture?statement_cache_size={size}")
