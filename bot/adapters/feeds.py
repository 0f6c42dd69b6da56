"""A writer of feeds for those who have no transaction of their own: channels and the sandbox's stand-ins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.ports import Clock, Store, Wakeups

TOPIC = "feeds"


class StoreFeedWriter:
    """Appends each item in a transaction of its own, and tells those who follow."""

    def __init__(self, store: Store, clock: Clock, wakeups: Wakeups) -> None:
        self._store = store
        self._clock = clock
        self._wakeups = wakeups

    async def append(self, feed: str, key: str, item: Mapping[str, Any]) -> None:
        async with self._store.transaction() as uow:
            await uow.feeds.append(feed, key, item, self._clock.now())
        await self._wakeups.notify(TOPIC, [feed])

    async def items(self, feed: str) -> Sequence[Mapping[str, Any]]:
        """All of the feed, oldest first."""
        found: list[Mapping[str, Any]] = []
        after = 0
        async with self._store.transaction() as uow:
            while batch := await uow.feeds.read([feed], after=after):
                found.extend(item.item for item in batch)
                after = batch[-1].position
        return found
