"""How the store uses SQLite: durable, one writer at a time, and nobody ever sees "database is locked"."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import OperationalError, StatementError

from bot.adapters.database import Database
from bot.domain.ids import ProfileId
from tests.contracts.samples import ANNA, NOON, opened, profile


async def test_a_commit_is_on_the_disk_and_keys_are_checked(sqlite_store: Database) -> None:
    async with sqlite_store._backend.transaction() as session:
        pragmas = [
            (await session.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]


async def test_a_new_file_and_what_stands_beside_it_are_its_owners_alone(tmp_path: Path) -> None:
    """Whoever had an account on the machine could read all that people wrote."""
    store = Database(f"sqlite+aiosqlite:///{tmp_path / 'new' / 'overture.db'}")
    await store.migrate()
    async with store.transaction() as uow:
        await uow.profiles.add(profile())
    modes = {one.name: oct(one.stat().st_mode & 0o777) for one in (tmp_path / "new").iterdir()}
    await store.close()
    assert set(modes.values()) == {"0o600"}, modes
    assert "overture.db-wal" in modes


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


async def test_a_long_look_through_a_table_leaves_the_loop_to_others(sqlite_store: Database) -> None:
    counting = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT max(i) FROM n"
    )
    async with sqlite_store._backend.transaction() as session:
        begun = asyncio.create_task(session.execute_at_length(counting))
        turns = 0
        while not begun.done():
            await asyncio.sleep(0)
            turns += 1
        assert (await begun).scalar() == 300000
    assert turns > 10


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


# ---------------------------------------------------------------- committed together


async def test_those_who_wait_for_each_other_are_committed_together(sqlite_store: Database) -> None:
    """Nobody waits yet when the first of them is done."""
    commits = await counting_commits(sqlite_store)
    await asyncio.gather(*(add(sqlite_store, number) for number in range(20)))
    assert len(commits) == 2
    assert await there(sqlite_store, range(20)) == list(range(20))


async def test_nobody_goes_on_before_what_they_wrote_is_on_the_disk(sqlite_store: Database, sqlite_url: str) -> None:
    """Another process sees what each has written as soon as they are told that it is written."""
    other = sqlite3.connect(str(make_url(sqlite_url).database))

    async def write(number: int) -> int:
        await add(sqlite_store, number)
        found = other.execute("SELECT count(*) FROM profile WHERE id = ?", [person(number)]).fetchone()
        return int(found[0])

    assert await asyncio.gather(*(write(number) for number in range(10))) == [1] * 10
    other.close()


async def test_who_fails_among_them_undoes_their_own_alone(sqlite_store: Database) -> None:
    async def fail(number: int) -> None:
        async with sqlite_store.transaction() as uow:
            await uow.profiles.add(profile(person(number)))
            raise ValueError(number)

    works = [fail(number) if number % 3 == 1 else add(sqlite_store, number) for number in range(9)]
    outcomes = await asyncio.gather(*works, return_exceptions=True)
    assert [type(one) for one in outcomes] == [ValueError if number % 3 == 1 else type(None) for number in range(9)]
    assert await there(sqlite_store, range(9)) == [0, 2, 3, 5, 6, 8]


async def test_who_is_cancelled_among_them_undoes_their_own_alone(sqlite_store: Database) -> None:
    async with two_of_whom_the_second_is_at_it(sqlite_store) as (first, second, _):
        second.cancel()
    await first
    assert await there(sqlite_store, range(2)) == [0]


async def test_who_is_cancelled_while_the_disk_is_waited_for_has_written(sqlite_store: Database) -> None:
    async with two_of_whom_the_second_is_at_it(sqlite_store) as (first, second, go_on):
        first.cancel()
        go_on.set()
    assert first.cancelled()
    await second
    assert await there(sqlite_store, range(2)) == [0, 1]


async def test_where_the_commit_fails_all_of_them_hear_of_it_and_nothing_is_there(sqlite_store: Database) -> None:
    await no_room(sqlite_store)
    works = [add(sqlite_store, number, said="x" * 100_000) for number in range(4)]
    outcomes = await asyncio.gather(*works, return_exceptions=True)
    assert all(isinstance(one, OperationalError) for one in outcomes), outcomes
    assert all(sqlite_store.is_away(one) for one in outcomes if isinstance(one, BaseException))
    assert await there(sqlite_store, range(4)) == []


async def test_a_file_that_is_closed_has_what_was_written(sqlite_store: Database, sqlite_url: str) -> None:
    async with two_of_whom_the_second_is_at_it(sqlite_store) as (_, _, go_on):
        closing = asyncio.create_task(sqlite_store.close())
        go_on.set()
    await closing
    async with opened(sqlite_url) as again:
        assert await there(again, range(2)) == [0, 1]


# ---------------------------------------------------------------- reading


async def test_who_reads_waits_for_nobody_and_sees_what_is_committed(sqlite_store: Database) -> None:
    await add(sqlite_store, 0)
    async with sqlite_store.transaction() as uow:
        await uow.profiles.add(profile(person(1)))
        assert await there(sqlite_store, range(2)) == [0]
    assert await there(sqlite_store, range(2)) == [0, 1]


_MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT i FROM n"
SLOW = select(func.count()).select_from(text(f"({_MANY})"))


async def test_who_reads_at_length_keeps_nobody_waiting(sqlite_store: Database) -> None:
    async with sqlite_store._backend.reading(at_length=True) as session:
        slow = asyncio.ensure_future(session.execute(SLOW))
        for number in range(5):
            async with sqlite_store.transaction() as uow:
                await uow.profiles.add(profile(ProfileId(f"p{number}")))
        assert not slow.done()
        assert (await slow).scalar() == 3_000_000


async def test_who_reads_at_length_and_is_cancelled_leaves_nothing_open(sqlite_store: Database) -> None:
    async def read() -> None:
        async with sqlite_store._backend.reading(at_length=True) as session:
            await session.execute(SLOW)

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.05)
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
    assert reading.cancelled()


async def test_who_reads_a_store_in_memory_sees_what_is_in_it() -> None:
    async with opened("sqlite+aiosqlite://") as store:
        await store.migrate()
        await add(store, 0)
        assert await there(store, range(2)) == [0]


def person(number: int) -> ProfileId:
    return ProfileId(f"person-{number}")


async def add(store: Database, number: int, said: str = "") -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(person(number), attributes={"said": said}))


@asynccontextmanager
async def two_of_whom_the_second_is_at_it(
    store: Database,
) -> AsyncIterator[tuple[asyncio.Task[None], asyncio.Task[None], asyncio.Event]]:
    """The first is done and waits for the disk, with the second, which is in the middle of it until it may go on."""
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with store.transaction() as uow:
            await uow.profiles.add(profile(person(1)))
            entered.set()
            await go_on.wait()

    async with store.transaction():  # so that both wait
        first, second = asyncio.create_task(add(store, 0)), asyncio.create_task(hold())
        await asyncio.sleep(0)
    await entered.wait()
    yield first, second, go_on
    await asyncio.wait([first, second])


async def there(store: Database, numbers: Iterable[int]) -> list[int]:
    """Which of them are in the store."""
    found = []
    async with store.reading() as uow:
        for number in numbers:
            with suppress(LookupError):
                await uow.profiles.get(person(number))
                found.append(number)
    return found


async def counting_commits(store: Database) -> list[str]:
    """What SQLite says of each commit from now on."""
    async with store._backend.transaction():
        said: list[str] = []
        store._backend._driver._conn.set_trace_callback(lambda sql: said.append(sql) if sql == "COMMIT" else None)  # type: ignore[union-attr]
    said.clear()
    return said


async def no_room(store: Database) -> None:
    """Every page is used, and there may be no other."""
    async with store._backend.transaction() as session:
        used = (await session.execute(text("PRAGMA page_count"))).scalar_one()
        await session.execute(text(f"PRAGMA max_page_count = {used}"))


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
