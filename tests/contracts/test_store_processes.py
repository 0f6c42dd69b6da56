"""What every store knows of the processes that run on it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.ports import Process, Store

SERVER = Process("1", "overture serve", "web-1", 4711)
WORKER = Process("2", "overture work", "web-2", 4712)
A_WHILE = timedelta(seconds=30)
OVER = timedelta(seconds=-1)


async def say(store: Store, process: Process, known_for: timedelta = A_WHILE) -> None:
    async with store.transaction() as uow:
        await uow.processes.runs(process, known_for, datetime.now(UTC))


async def running(store: Store) -> list[Process]:
    async with store.reading() as uow:
        return [one.process for one in await uow.processes.running()]


async def test_who_runs_is_known_until_it_says_that_it_has_ended(store: Store) -> None:
    await say(store, SERVER)
    await say(store, WORKER)
    assert await running(store) == [SERVER, WORKER]
    async with store.transaction() as uow:
        await uow.processes.has_ended(SERVER)
    assert await running(store) == [WORKER]


async def test_who_says_nothing_for_too_long_is_taken_for_dead_and_may_come_back(store: Store) -> None:
    await say(store, SERVER, OVER)
    assert await running(store) == []
    await say(store, SERVER)
    assert await running(store) == [SERVER]


async def test_who_says_it_again_is_one_process_that_runs_since_it_began(store: Store) -> None:
    await say(store, SERVER)
    async with store.reading() as uow:
        [before] = await uow.processes.running()
    await say(store, SERVER)
    async with store.reading() as uow:
        assert await uow.processes.running() == [before]


async def test_how_far_a_clock_is_from_the_stores_is_told_as_it_was_last(store: Store) -> None:
    for ahead in (timedelta(hours=1), timedelta(hours=-1)):
        async with store.transaction() as uow:
            await uow.processes.runs(SERVER, A_WHILE, datetime.now(UTC) + ahead)
        async with store.reading() as uow:
            [found] = await uow.processes.running()
        assert abs(found.ahead - ahead) < timedelta(minutes=1)


async def test_many_say_so_at_once(store: Store) -> None:
    processes = [Process(str(number), "overture work", "web-1", number) for number in range(8)]
    await asyncio.gather(*(say(store, one, OVER) for one in processes))
    await asyncio.gather(*(say(store, one) for one in processes for _ in range(3)))
    assert {one.pid for one in await running(store)} == set(range(8))
