"""Server-sent events over feeds: durable positions, so that a page that comes back misses nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta

import structlog
from aiohttp import web

from bot.ports import FeedItem
from bot.services.runtime import FEEDS, Runtime

log = structlog.get_logger()

PING_EVERY = timedelta(seconds=15)
RETRY_MILLISECONDS = 3000
READ_WITHIN = timedelta(seconds=30)
"""A reader that does not take a chunk within this time is let go; it comes back where it was."""


async def stream_feeds(
    request: web.Request,
    runtime: Runtime,
    feeds: Sequence[str],
    *,
    after: int,
    headers: Mapping[str, str],
    stopping: asyncio.Event,
) -> web.StreamResponse:
    """Answer with the feeds' items after a position, then with each new one, until the reader or the server goes."""
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
        async for chunk in _chunks(runtime, feeds, after, stopping):
            await _write(response, chunk)
    except (ConnectionError, TimeoutError):
        _hang_up(request)
    except Exception:
        # The answer has begun, so no other can be given. The reader comes back and asks again.
        log.exception("a stream broke off", path=request.path)
        _hang_up(request)
    return response


async def _write(response: web.StreamResponse, chunk: bytes) -> None:
    async with asyncio.timeout(READ_WITHIN.total_seconds()):
        await response.write(chunk)


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _chunks(runtime: Runtime, feeds: Sequence[str], after: int, stopping: asyncio.Event) -> AsyncIterator[bytes]:
    async with runtime.wakeups.listen(FEEDS) as listener:
        while not stopping.is_set():
            async with runtime.store.transaction() as uow:
                items = await uow.feeds.read(feeds, after=after)
            for item in items:
                after = item.position
                yield _event(item)
            if items:
                continue
            if not await listener.wait(PING_EVERY):
                yield b": ping\n\n"


def _event(item: FeedItem) -> bytes:
    data = json.dumps({"position": item.position, "feed": item.feed, "at": item.at.isoformat(), **item.item})
    return f"id: {item.position}\nevent: item\ndata: {data}\n\n".encode()
