"""PostgreSQL behind PgBouncer, where each transaction may get another connection than the last, and when it is full."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

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
        await one.migrate_tables("0001")
        assert not await _has(one, "merge")
        await one.migrate()
        assert await _has(other, "merge")
        for database in (one, other):
            await database.close()


async def test_where_the_server_has_no_connection_to_spare_one_of_ours_is_waited_for(postgresql_url: str) -> None:
    here = Database(postgresql_url)
    there = Database(await _with_connections(here, postgresql_url, 2))
    await asyncio.gather(*(_run(there, "SELECT pg_sleep(0.02)") for _ in range(30)))
    for process in (here, there):
        await process.close()


async def test_connections_that_nothing_uses_are_left_to_other_processes(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.database.postgresql.IDLE_SECONDS", 0.3)
    here = Database(postgresql_url)
    of_two = await _with_connections(here, postgresql_url, 2)
    one, other = (Database(of_two) for _ in range(2))
    await asyncio.gather(*(_run(one, "SELECT pg_sleep(0.1)") for _ in range(2)))  # has both of them now
    await _run(other, "SELECT 1")
    await asyncio.gather(*(_run(process, "SELECT pg_sleep(0.02)") for process in (one, other) for _ in range(10)))
    for process in (here, one, other):
        await process.close()


async def test_a_server_that_stays_full_is_told(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.database.postgresql.FULL_SECONDS", 0.2)
    here = Database(postgresql_url)
    there = Database(await _with_connections(here, postgresql_url, 0))
    with pytest.raises(OperationalError, match="too many connections"):
        await _run(there, "SELECT 1")
    for process in (here, there):
        await process.close()


async def _with_connections(database: Database, url: str, number: int) -> str:
    """The same database, for somebody who may have so many connections."""
    role = f"of_{number}"
    create = f"CREATE ROLE {role} LOGIN CONNECTION LIMIT {number}"
    await _run(database, f"DO $$ BEGIN {create}; EXCEPTION WHEN duplicate_object THEN END $$")
    return make_url(url).set(username=role).render_as_string()


async def _run(database: Database, statement: str) -> None:
    async with database.transaction() as uow:
        await uow.profiles._session.execute(text(statement))


IN_A_TRANSACTION = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
)


@pytest.mark.parametrize("wraps", [False, True])
async def test_who_waits_for_each_other_is_a_conflict_whatever_was_made_of_it(postgresql_url: str, wraps: bool) -> None:
    store = Database(postgresql_url)
    async with store.transaction() as uow:
        for name in ("ana", "ben"):
            await uow.profiles.add(Profile(ProfileId(name), NOW))
    both = asyncio.Barrier(2)

    async def lock(first: str, second: str) -> None:
        async with store.transaction() as uow:
            await uow.profiles.lock(ProfileId(first))
            await both.wait()
            try:
                await uow.profiles.lock(ProfileId(second))
            except DBAPIError as error:
                if not wraps:
                    raise
                raise RuntimeError("an answer could not be posted") from error

    came_of_it = await asyncio.gather(lock("ana", "ben"), lock("ben", "ana"), return_exceptions=True)
    assert sorted(type(one).__name__ for one in came_of_it) == ["Conflict", "NoneType"]
    await store.close()


async def test_what_only_reads_holds_no_transaction_open(postgresql_url: str) -> None:
    """It begins with the first statement that writes or locks, and ends with all that was written or nothing."""
    database, beside = Database(postgresql_url), Database(postgresql_url)

    async def open_elsewhere() -> int:
        async with beside.transaction() as uow:
            return int((await uow.profiles._session.execute(IN_A_TRANSACTION)).scalar_one())

    person = Profile(ProfileId("anna"), NOW)
    with suppress(RuntimeError):
        async with database.transaction() as uow:
            assert await uow.profiles.owner_of("phone", "+447700900001") is None
            assert await open_elsewhere() == 0
            await uow.profiles.add(person)
            assert await open_elsewhere() == 1
            raise RuntimeError("and nothing of it stays")
    async with database.transaction() as uow:
        await uow.profiles.lock(person.id)
        assert await open_elsewhere() == 1, "a lock is held until the end"
    async with database.transaction() as uow:
        with pytest.raises(LookupError):
            await uow.profiles.get(person.id)
    assert await open_elsewhere() == 0
    for one in (database, beside):
        await one.close()


async def _has(database: Database, table: str) -> bool:
    async with database.transaction() as uow:
        found = await uow.profiles._session.execute(text("SELECT to_regclass(CAST(:name AS text))"), {"name": table})
        return found.scalar() is not None


@pytest.mark.parametrize("size", ["none", "-1", "1e3", "٣", "1&statement_cache_size=2"])
def test_a_size_that_is_none_is_told(size: str) -> None:
    with pytest.raises(SettingsError, match="statement_cache_size in OVERTURE_DATABASE should be a number"):
        Database(f"postgresql+asyncpg://overture@localhost/overture?statement_cache_size={size}")
