"""Streams of server-sent events: nothing is missed, and a stream without news costs nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import pytest
from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer

from bot.adapters.database import Database
from bot.adapters.memory import EventListener, MemoryWakeups
from bot.entrypoints.web import streams as module
from bot.entrypoints.web.streams import Streams
from bot.ports import Store, UnitOfWork
from bot.services.runtime import FEEDS, Runtime
from tests.contracts.samples import NOON, opened
from tests.field_keys import SEALED


class CountedReads:
    """A store that counts which feeds are read, and which it is asked the name of.

    `grown_to`: a look sees only what had come by this position. `while_looked` is done before the look is answered.
    """

    shared = False

    def __init__(self, store: Database) -> None:
        self._store = store
        self.read: list[str] = []
        self.grown_to: int | None = None
        self.while_looked: Callable[[], object] = lambda: None
        self.named: list[str] = []

    def feed_name(self, feed: str) -> str:
        self.named.append(feed)
        return self._store.feed_name(feed)

    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._store.transaction()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Any]:
        async with self._store.reading() as uow:
            original = uow.feeds.read

            async def read(feeds: list[str], **options: Any) -> Any:
                self.read += feeds
                return await original(feeds, **options)

            grow = uow.feeds.grown

            async def grown(after: int) -> Mapping[str, int]:
                found = await grow(after)
                self.while_looked()
                return {feed: min(to, self.grown_to or to) for feed, to in found.items()}

            uow.feeds.read = read  # type: ignore[method-assign, assignment]
            uow.feeds.grown = grown  # type: ignore[method-assign]
            yield uow


class Seams:
    """Of the runtime, what streams use."""

    def __init__(self, store: CountedReads) -> None:
        self.store = cast(Store, store)
        self.wakeups = MemoryWakeups()


@pytest.fixture
def store(sqlite_store: Database) -> CountedReads:
    return CountedReads(sqlite_store)


@pytest.fixture
def seams(store: CountedReads) -> Seams:
    return Seams(store)


@pytest.fixture
def streams(seams: Seams) -> Streams:
    return Streams(cast(Runtime, seams))


@pytest.fixture
async def server(streams: Streams) -> AsyncIterator[TestServer]:
    async def follow(request: web.Request) -> web.StreamResponse:
        return await streams.follow(request, [request.match_info["feed"]], after=0, headers={})

    app = web.Application()
    app.router.add_get("/{feed}", follow)
    looking = asyncio.create_task(streams.run())
    one = TestServer(app)
    async with one:
        yield one
        streams.end()
    looking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await looking


async def append(seams: Seams, feed: str, n: int, **more: str) -> None:
    async with seams.store.transaction() as uow:
        await uow.feeds.append(feed, str(n), {"n": n, **more}, NOON)
    await seams.wakeups.notify(FEEDS)


async def next_item(response: ClientResponse) -> int:
    async with asyncio.timeout(5):
        async for line in response.content:
            if line.startswith(b"data: "):
                return int(json.loads(line[6:])["n"])
    raise AssertionError("the stream ended")


@contextlib.contextmanager
def looking_every(seconds: float, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(module, "LOOK_EVERY", module.LOOK_EVERY * seconds / module.LOOK_EVERY.total_seconds())
        yield


async def test_what_comes_while_it_is_looked_is_given_once(sqlite_store: Database, store: CountedReads) -> None:
    """PostgreSQL gives each statement what is committed by then, so what is read may be more than had grown."""
    streams = Streams(cast(Runtime, Seams(store)))

    async with sqlite_store.transaction() as uow:
        for n in range(3):
            await uow.feeds.append("anna", str(n), {"n": n}, NOON)
        first, *_ = await uow.feeds.read(["anna"], after=0)
    store.grown_to = first.position + 1
    with streams._reading(["anna"]) as reader:
        assert reader.must_read()
        seen = await streams._look(first.position)
        store.grown_to = None
        await streams._look(seen)
        assert [item.item["n"] for item in reader.take(first.position)] == [1, 2]


async def test_a_database_that_was_put_back_as_it_was_earlier_is_followed_from_there(
    seams: Seams, streams: Streams
) -> None:
    """Whoever came then waited for answers until there had been as many as before."""
    await append(seams, "anna", 1)
    with streams._reading(["anna"]) as reader:
        assert reader.must_read()
        seen = await streams._look(1000)
        await append(seams, "anna", 2)
        await streams._look(seen)
        assert [item.item["n"] for item in reader.take(0)] == [2]


async def test_what_was_there_comes_first_and_then_what_is_new(seams: Seams, server: TestServer) -> None:
    await append(seams, "anna", 1)
    async with ClientSession() as http, http.get(server.make_url("/anna")) as response:
        assert await next_item(response) == 1
        await append(seams, "anna", 2)
        assert await next_item(response) == 2


async def test_a_stream_without_news_is_not_read(seams: Seams, store: CountedReads, server: TestServer) -> None:
    async with (
        ClientSession() as http,
        http.get(server.make_url("/anna")) as anna,
        http.get(server.make_url("/ben")),
    ):
        await append(seams, "anna", 0)
        assert await next_item(anna) == 0
        store.read.clear()
        for n in range(1, 6):
            await append(seams, "anna", n)
            assert await next_item(anna) == n
        assert "ben" not in store.read


async def test_what_streams_were_woken_about_is_not_kept(store: CountedReads) -> None:
    class Watched(MemoryWakeups):
        def __init__(self) -> None:
            super().__init__()
            self.woken: list[EventListener] = []

        @asynccontextmanager
        async def listen(self, topic: str, heeds: Callable[[str], bool] | None = None) -> AsyncIterator[EventListener]:
            async with super().listen(topic, heeds) as listener:
                self.woken.append(listener)
                yield listener

    seams, wakeups = Seams(store), Watched()
    seams.wakeups = wakeups
    streams = Streams(cast(Runtime, seams))
    async with asyncio.timeout(5):
        looking = asyncio.create_task(streams.run())
        waiting = asyncio.create_task(streams.news("anna", after=0, within=timedelta(seconds=5)))
        while not (streams.open and wakeups.woken):  # noqa: ASYNC110  told by nobody
            await asyncio.sleep(0.01)
        async with store.transaction() as uow:
            await uow.feeds.append("anna", "1", {"n": 1}, NOON)
        await wakeups.notify(FEEDS, ["anna"])
        assert len(await waiting) == 1
    assert list(wakeups.woken[0].told()) == []
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


async def test_a_lost_wake_up_only_delays(seams: Seams, server: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with looking_every(0.05, monkeypatch):
        async with ClientSession() as http, http.get(server.make_url("/anna")) as response:
            await append(seams, "anna", 1)
            assert await next_item(response) == 1
            async with seams.store.transaction() as uow:
                await uow.feeds.append("anna", "2", {"n": 2}, NOON)
            assert await next_item(response) == 2


async def test_whoever_hung_up_is_forgotten_at_the_next_item(
    seams: Seams, store: CountedReads, streams: Streams, server: TestServer
) -> None:
    async with ClientSession() as http, http.get(server.make_url("/anna")) as response:
        await append(seams, "anna", 1)
        assert await next_item(response) == 1
    await append(seams, "anna", 2)
    for _ in range(500):
        if not streams.open:
            break
        await asyncio.sleep(0.01)
    assert streams.open == 0


async def test_a_slow_reader_holds_up_nobody_and_is_let_go(
    seams: Seams, streams: Streams, server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it does not take is not kept for it: a chunk at a time is written, and it comes back where it was."""
    monkeypatch.setattr(module, "READ_WITHIN", timedelta(seconds=0.5))
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((server.host, server.port))
        slow.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        async with asyncio.timeout(5):
            while not streams.open:  # noqa: ASYNC110  told by nobody
                await asyncio.sleep(0.01)
        for n in range(40):
            await append(seams, "slow", n, text="x" * 200_000)
        async with ClientSession() as http, http.get(server.make_url("/ben")) as ben:
            for n in range(5):
                await append(seams, "ben", n)
                assert await next_item(ben) == n
            async with asyncio.timeout(5):
                while streams.open > 1:  # noqa: ASYNC110  told by nobody
                    await asyncio.sleep(0.02)


async def test_ending_the_streams_ends_each_answer(seams: Seams, streams: Streams, server: TestServer) -> None:
    async with ClientSession() as http, http.get(server.make_url("/anna")) as response:
        await append(seams, "anna", 1)
        assert await next_item(response) == 1
        streams.end()
        async with asyncio.timeout(5):
            assert b"data:" not in await response.read()


async def test_whoever_begins_to_follow_while_it_is_looked_is_told_of_what_came(sqlite_url: str) -> None:
    async with opened(sqlite_url, SEALED) as database:
        store = CountedReads(database)
        seams = Seams(store)
        streams = Streams(cast(Runtime, seams))
        await append(seams, "webchat:anna", 1)
        with contextlib.ExitStack() as following:
            store.while_looked = lambda: following.enter_context(streams._reading(["webchat:anna"]))
            await streams._look(0)
        assert store.read == ["webchat:anna"]


async def test_a_look_asks_for_no_names(seams: Seams, store: CountedReads, streams: Streams) -> None:
    with streams._reading(["anna", "ben"]):
        store.named.clear()
        await append(seams, "ben", 1)
        await streams._look(0)
        assert store.read == ["ben"]
        assert store.named == []
    assert streams._followed == {}
