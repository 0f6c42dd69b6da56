"""Wake-ups and leases where one process is all there is."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.domain.pace import Bucket, Pace, empty, full


class About:
    """What wake-ups were about: names, in the order in which they were told, or anything."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}
        self._anything = False

    def __bool__(self) -> bool:
        return self._anything or bool(self._names)

    def add(self, names: Collection[str]) -> None:
        self._anything = self._anything or not names
        if self._anything:
            self._names.clear()
        else:
            self._names.update(dict.fromkeys(names))

    def drop(self, name: str) -> None:
        self._names.pop(name, None)

    @property
    def names(self) -> Sequence[str]:
        """None where it may be anything."""
        return tuple(self._names)


class EventListener:
    """Remembers what was notified until it is waited for."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()
        self._about, self._told = About(), About()

    def wake(self, about: Collection[str] = ()) -> None:
        self._about.add(about)
        self._happened.set()

    def told(self) -> Sequence[str]:
        told, self._told = self._told, About()
        return told.names

    async def wait(self, at_most: timedelta) -> bool:
        self._told = About()
        try:
            async with asyncio.timeout(at_most.total_seconds()):
                await self._happened.wait()
        except TimeoutError:
            return False
        self._happened.clear()
        self._told, self._about = self._about, About()
        return True


class MemoryWakeups:
    """The `Wakeups` of one process."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, dict[EventListener, Callable[[str], bool] | None]] = defaultdict(dict)

    async def notify(self, topic: str, about: Collection[str] = ()) -> None:
        for listener, heeds in self._listeners.get(topic, {}).items():
            if not about or heeds is None or any(map(heeds, about)):
                listener.wake(about)

    def taken(self, topic: str, name: str) -> None:
        """There are no others."""

    def are_there(self, topic: str) -> bool:
        """Whether anybody listens."""
        return topic in self._listeners

    async def notify_all(self) -> None:
        for topic in self._listeners:
            await self.notify(topic)

    @asynccontextmanager
    async def listen(self, topic: str, heeds: Callable[[str], bool] | None = None) -> AsyncIterator[EventListener]:
        listener = EventListener()
        self._listeners[topic][listener] = heeds
        try:
            yield listener
        finally:
            del self._listeners[topic][listener]
            if not self._listeners[topic]:
                del self._listeners[topic]

    async def close(self) -> None:
        """Nothing is open."""


class MemoryPacer:
    """The `Pacer` of one process. After a restart each sender begins with a full bucket, or with an empty one."""

    def __init__(self, *, begins_full: bool = True) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._first = full if begins_full else empty

    async def take(
        self, sender: str, pace: Pace, prices: Sequence[float], now: datetime, *, yields: bool = False
    ) -> Sequence[timedelta]:
        bucket = self._buckets.get(sender) or self._first(pace, now)
        waits = []
        for price in prices:
            bucket, wait = bucket.take(pace, price, now, yields=yields)
            waits.append(wait)
        self._buckets[sender] = bucket
        return waits

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
