"""Wake-ups and leases where one process is all there is."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.domain.pace import Bucket, Pace, empty, full


class EventListener:
    """Remembers that something was notified until it is waited for."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()

    def wake(self) -> None:
        self._happened.set()

    async def wait(self, at_most: timedelta) -> bool:
        try:
            async with asyncio.timeout(at_most.total_seconds()):
                await self._happened.wait()
        except TimeoutError:
            return False
        self._happened.clear()
        return True


class MemoryWakeups:
    """The `Wakeups` of one process."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[EventListener]] = defaultdict(set)

    async def notify(self, topic: str) -> None:
        for listener in self._listeners.get(topic, ()):
            listener.wake()

    async def notify_all(self) -> None:
        for topic in self._listeners:
            await self.notify(topic)

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[EventListener]:
        listener = EventListener()
        self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]

    async def close(self) -> None:
        """Nothing is open."""


class MemoryPacer:
    """The `Pacer` of one process. After a restart each sender begins with a full bucket, or with an empty one."""

    def __init__(self, *, begins_full: bool = True) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._first = full if begins_full else empty

    async def take(self, sender: str, pace: Pace, price: float, now: datetime, *, yields: bool = False) -> timedelta:
        bucket = self._buckets.get(sender) or self._first(pace, now)
        self._buckets[sender], wait = bucket.take(pace, price, now, yields=yields)
        return wait

    async def close(self) -> None:
        """Nothing is open."""


class MemoryLeases:
    """The `Leases` of one process: whoever holds one lives, so none expires."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    @asynccontextmanager
    async def hold(self, name: str, *, ttl: timedelta) -> AsyncIterator[bool]:
        if name in self._held:
            yield False
            return
        self._held.add(name)
        try:
            yield True
        finally:
            self._held.discard(name)

    async def close(self) -> None:
        """Nothing is open."""
