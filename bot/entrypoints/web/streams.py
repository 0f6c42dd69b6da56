"""Server-sent events over feeds: durable positions, so that a page that comes back misses nothing."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

import structlog
from aiohttp import web

from bot.adapters.memory import EventListener
from bot.domain.errors import WebhookRejected
from bot.ports import FeedItem
from bot.services.runtime import FEEDS, Runtime

log = structlog.get_logger()

PING_EVERY = timedelta(seconds=15)
LOOK_EVERY = timedelta(seconds=5)
"""A wake-up may be lost, so the feeds are also looked at by the clock."""

PAUSE_AFTER_ERROR = 1.0
RETRY_MILLISECONDS = 3000
READ_WITHIN = timedelta(seconds=30)
"""A reader that does not take a chunk within this time is let go; it comes back where it was."""


MOST_GIVEN = 500
"""Items that a reader is given without its asking; one that falls further behind reads from the store."""


class Reader(EventListener):
    """Somebody who follows feeds: given what is new, or told to read where there is more than that."""

    def __init__(self) -> None:
        super().__init__()
        self._given: list[FeedItem] = []
        self._behind = True

    def give(self, item: FeedItem) -> None:
        if not self._behind:
            self._given.append(item)
            self._behind = len(self._given) > MOST_GIVEN
        self.wake()

    def fall_behind(self) -> None:
        self._behind = True
        self.wake()

    def must_read(self) -> bool:
        """Whether to read from the store now. What is given from here on is kept beside that."""
        if not self._behind:
            return False
        self._behind, self._given = False, []
        return True

    def take(self, after: int) -> Sequence[FeedItem]:
        """What was given and comes after that position; some of it may have been read meanwhile."""
        given, self._given = self._given, []
        return [item for item in given if item.position > after]


class Streams:
    """The open streams of this process. One look at the store serves them all: each is given what is new for it."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._readers: defaultdict[str, set[Reader]] = defaultdict(set)
        self._followed: dict[str, str] = {}
        """The feeds that somebody reads, by what the store calls them: a look need not ask for the name of each."""

        self._ended = False

    async def run(self) -> None:
        """Wake each stream whose feeds have grown; for ever, until cancelled."""
        seen: int | None = None
        async with self._runtime.wakeups.listen(FEEDS, self._readers.__contains__) as listener:
            while True:
                listener.told()  # which is looked for in the store
                try:
                    seen = await self._look(seen)
                except Exception:
                    log.exception("could not look at the feeds; trying again")
                    await asyncio.sleep(PAUSE_AFTER_ERROR)
                    continue
                await listener.wait(LOOK_EVERY)

    @property
    def open(self) -> int:
        """How many streams are followed now."""
        return len({reader for readers in self._readers.values() for reader in readers})

    def end(self) -> None:
        """End every stream, so that a shutdown need not wait for readers; those who come back get what they missed."""
        self._ended = True
        self._wake(list(self._readers))

    async def follow(
        self,
        request: web.Request,
        feeds: Sequence[str],
        *,
        after: int,
        headers: Mapping[str, str],
        admit: Callable[[], Awaitable[object]] | None = None,
    ) -> web.StreamResponse:
        """Answer with the feeds' items after a position, then with each new one, until the reader or we go.

        `admit` is asked before each telling, and raises WebhookRejected once the reader may not read any more: a stream
        stays open for long, and meanwhile a key may be revoked or a session end.
        """
        response = web.StreamResponse(
            headers={
                **headers,
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        try:
            await _write(response, f"retry: {RETRY_MILLISECONDS}\n\n".encode())
            async for chunk in self._chunks(request, feeds, after, admit):
                await _write(response, chunk)
        except WebhookRejected:
            log.info("a stream has ended: whoever reads it may not any more")
        except (ConnectionError, TimeoutError):
            _hang_up(request)
        except Exception:
            # The answer has begun, so no other can be given. The reader comes back and asks again.
            log.exception("a stream broke off")
            _hang_up(request)
        return response

    async def news(self, feed: str, *, after: int | None, within: timedelta) -> Sequence[FeedItem]:
        """What is on the feed behind that position (None: what comes from now on), as soon as there is anything."""
        deadline = monotonic() + within.total_seconds()
        with self._reading([feed]) as listener:
            while True:
                async with self._runtime.store.reading() as uow:
                    if after is None:
                        after = await uow.feeds.newest()
                    items = await uow.feeds.read([feed], after=after)
                remaining = deadline - monotonic()
                if items or remaining <= 0 or self._ended:
                    return items
                await listener.wait(timedelta(seconds=remaining))

    async def _look(self, seen: int | None) -> int:
        items: Sequence[FeedItem] = ()
        followed: Sequence[str] = ()
        async with self._runtime.store.reading() as uow:
            if seen is None:
                # Somebody may have begun to read before the first look.
                self._wake(list(self._readers))
                return await uow.feeds.newest()
            grown = await uow.feeds.grown(seen)
            if not grown and (newest := await uow.feeds.newest()) < seen:
                return newest  # it was put back as it was earlier, and goes on from there; or the last was erased
            if followed := [self._followed[name] for name in grown if name in self._followed]:
                items = await uow.feeds.read(followed, after=seen, limit=MOST_GIVEN)
        newest = max([seen, *grown.values()])
        if len(items) == MOST_GIVEN:
            self._wake(followed)
        else:
            for item in items:
                if item.position > newest:
                    break  # it came after the look, and is found by the next one
                for reader in self._readers.get(item.feed, ()):
                    reader.give(item)
        return newest

    def _wake(self, feeds: Sequence[str]) -> None:
        for feed in feeds:
            for reader in self._readers.get(feed, ()):
                reader.fall_behind()

    @contextmanager
    def _reading(self, feeds: Sequence[str]) -> Iterator[Reader]:
        listener = Reader()
        for feed in feeds:
            self._readers[feed].add(listener)
            self._followed[self._runtime.store.feed_name(feed)] = feed
        try:
            yield listener
        finally:
            for feed in feeds:
                self._readers[feed].discard(listener)
                if not self._readers[feed]:
                    del self._readers[feed]
                    del self._followed[self._runtime.store.feed_name(feed)]

    async def _chunks(
        self, request: web.Request, feeds: Sequence[str], after: int, admit: Callable[[], Awaitable[object]] | None
    ) -> AsyncIterator[bytes]:
        with self._reading(feeds) as reader:
            while not self._ended and request.transport is not None:
                items = await self._news_of(reader, feeds, after)
                if items:
                    if admit is not None:
                        await admit()
                    after = items[-1].position
                    yield b"".join(map(_event, items))
                while not items and not await reader.wait(PING_EVERY):
                    yield b": ping\n\n"

    async def _news_of(self, reader: Reader, feeds: Sequence[str], after: int) -> Sequence[FeedItem]:
        if not reader.must_read():
            return reader.take(after)
        async with self._runtime.store.reading() as uow:
            items = await uow.feeds.read(feeds, after=after, limit=MOST_GIVEN)
        if len(items) == MOST_GIVEN:
            reader.fall_behind()
        return items


async def _write(response: web.StreamResponse, chunk: bytes) -> None:
    async with asyncio.timeout(READ_WITHIN.total_seconds()):
        await response.write(chunk)


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _event(item: FeedItem) -> bytes:
    data = json.dumps({"position": item.position, "feed": item.feed, "at": item.at.isoformat(), **item.item})
    return f"id: {item.position}\nevent: item\ndata: {data}\n\n".encode()
