"""Leases of several processes, while Redis is there, is away for some of them or for all, and is back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from random import Random

from sqlalchemy.engine import make_url

from bot.adapters.database import Database
from bot.adapters.leases import FleetLeases, Terms
from tests import servers
from tests.ports import free_port

TTL = timedelta(seconds=1)
QUICK = Terms(
    away_after=timedelta(seconds=0.1),
    left_alone_for=timedelta(seconds=0.05),
    looked_every=timedelta(seconds=0.05),
    renewed_every=timedelta(seconds=0.1),
    all_know_after=timedelta(seconds=0.6),
    said_for=timedelta(seconds=0.5),
)
NOWHERE = "redis://127.0.0.1:1/0"


class Processes:
    """What several processes do that all want the same lease: who holds it, and how often each did."""

    def __init__(self) -> None:
        self.inside: list[int] = []
        self.at_once = 0
        self.held = [0, 0, 0]
        self.are_over = False

    async def want(self, number: int, leases: FleetLeases) -> None:
        pauses = Random(number)
        while not self.are_over:
            async with leases.hold("one thing", ttl=TTL) as held:
                if held:
                    self.inside.append(number)
                    self.at_once = max(self.at_once, len(self.inside))
                    self.held[number] += 1
                    await asyncio.sleep(0.01)
                    self.inside.remove(number)
            await asyncio.sleep(pauses.uniform(0.005, 0.05))  # by no beat, to which two could keep the third out

    async def each_goes_on(self, *numbers: int, within: float = 60.0) -> None:
        """Each of them holds it three times more."""
        goals = {number: self.held[number] + 3 for number in numbers}
        try:
            async with asyncio.timeout(within):
                while any(self.held[number] < goal for number, goal in goals.items()):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"held {self.held}, where each should have come to {goals}") from None


@asynccontextmanager
async def working(url: str, *redis: str) -> AsyncIterator[Processes]:
    processes = Processes()
    async with AsyncExitStack() as stack:
        tasks = []
        for number, one in enumerate(redis):
            database = Database(url)
            stack.push_async_callback(database.close)
            leases = FleetLeases(one, database, QUICK)
            stack.push_async_callback(leases.close)
            tasks.append(asyncio.create_task(processes.want(number, leases)))
        try:
            yield processes
        finally:
            processes.are_over = True
            await asyncio.gather(*tasks)


async def test_redis_stopped_in_the_middle_makes_it_slower_and_nobody_has_a_second_holder(postgresql_url: str) -> None:
    port = free_port()
    with servers.private_redis(port) as (url, server):
        async with working(postgresql_url, url, url, url) as processes:
            await processes.each_goes_on(0, 1, 2)
            server.kill()
            server.wait()
            await processes.each_goes_on(0, 1, 2)
            with servers.private_redis(port):
                await processes.each_goes_on(0, 1, 2)
                await asyncio.sleep(1.5)  # long enough that nothing is kept in the database any more
                await processes.each_goes_on(0, 1, 2)
                assert processes.at_once == 1


async def test_a_process_that_alone_is_cut_off_from_redis_keeps_out_the_others(postgresql_url: str) -> None:
    port = free_port()
    with servers.private_redis(port) as (url, _):
        async with line_to(port) as line, working(postgresql_url, url, url, line.url) as processes:
            for _ in range(2):
                await processes.each_goes_on(0, 1, 2)
                await line.cut()
                await processes.each_goes_on(0, 1, 2)
                await line.mend()
            assert processes.at_once == 1


async def test_who_held_it_before_redis_went_keeps_it(store: Database) -> None:
    with servers.private_redis(free_port()) as (url, server):
        here, there = (FleetLeases(url, store, QUICK) for _ in range(2))
        async with here.hold("one thing", ttl=TTL) as held:
            assert held
            server.kill()
            server.wait()
            for _ in range(30):
                async with there.hold("one thing", ttl=TTL) as taken:
                    assert not taken
                async with there.hold("another thing", ttl=TTL) as other:
                    pass
                await asyncio.sleep(0.05)
            assert other
        async with there.hold("one thing", ttl=TTL) as taken:
            assert taken
        await here.close()
        await there.close()


async def test_a_holder_that_died_meanwhile_leaves_it_for_as_long_as_it_said(store: Database) -> None:
    leases = FleetLeases(NOWHERE, store, QUICK)
    async with store.transaction() as uow:
        await uow.leases.take("one thing", "a process that was killed", TTL, not_before=timedelta())
    begun = asyncio.get_running_loop().time()
    while True:
        async with leases.hold("one thing", ttl=TTL) as held:
            if held:
                break
        await asyncio.sleep(0.02)
    assert asyncio.get_running_loop().time() - begun > 0.6
    await leases.close()


async def test_without_redis_and_without_the_database_nobody_holds_anything() -> None:
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    leases = FleetLeases(NOWHERE, database, QUICK)
    for _ in range(4):
        async with leases.hold("one thing", ttl=TTL) as held:
            assert not held
        await asyncio.sleep(0.05)
    await leases.close()
    await database.close()


async def test_once_all_have_redis_again_nothing_is_left_in_the_database(store: Database) -> None:
    leases = FleetLeases(NOWHERE, store, QUICK)
    held = False
    while not held:
        async with leases.hold("one thing", ttl=timedelta(hours=1)) as held:
            pass
        await asyncio.sleep(0.02)
    await asyncio.sleep(2 * QUICK.said_for.total_seconds())
    async with store.transaction() as uow:
        assert not await uow.leases.any()
    await leases.close()


# ---------------------------------------------------------------- a line to Redis that can be cut


class Line:
    """A port that leads to another one, until it is cut."""

    def __init__(self, port: int, to: int) -> None:
        self.url = make_url("redis://127.0.0.1/0").set(port=port).render_as_string()
        self._port, self._to = port, to
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._lead, "127.0.0.1", self._port)

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._to)
        ends = {writer, there_writer}
        self._open |= ends
        await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))
        self._open -= ends


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def line_to(port: int) -> AsyncIterator[Line]:
    line = Line(free_port(), port)
    await line.mend()
    try:
        yield line
    finally:
        await line.cut()
