"""Streams of server-sent events: nothing is missed, and a stream without news costs nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer

from bot.adapters.database import Database
from bot.adapters.memory import MemoryWakeups
from bot.entrypoints import streams as module
from bot.entrypoints.streams import Streams
from bot.ports import Store
from bot.services.runtime import FEEDS, Runtime
from tests.contracts.samples import NOON


class CountedReads:
    """A store that counts which feeds are read."""

    shared = False

    def __init__(self, store: Database) -> None:
        self._store = store
        self.read: list[str] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with self._store.transaction() as uow:
            original = uow.feeds.read

            async def read(feeds: list[str], **options: Any) -> Any:
                self.read += feeds
                return await original(feeds, **options)

            uow.feeds.read = read  # type: ignore[method-assign, assignment]
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


async def append(seams: Seams, feed: str, n: int) -> None:
    async with seams.store.transaction() as uow:
        await uow.feeds.append(feed, str(n), {"n": n}, NOON)
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


async def test_ending_the_streams_ends_each_answer(seams: Seams, streams: Streams, server: TestServer) -> None:
    async with ClientSession() as http, http.get(server.make_url("/anna")) as response:
        await append(seams, "anna", 1)
        assert await next_item(response) == 1
        streams.end()
        async with asyncio.timeout(5):
            assert b"data:" not in await response.read()
