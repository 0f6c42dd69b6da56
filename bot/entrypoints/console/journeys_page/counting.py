"""Counts people for the page without wearing the database out: counting looks at every run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from bot.domain.journey import Headcount
from bot.ports import Store

KEPT_AT_LEAST = 1.0
"""Seconds."""

SHARE = 20
"""At most so small a part of the time is spent on counting, however many pages are open."""


class Counter:
    """Keeps the count for a while: the longer it took, the longer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = asyncio.Lock()
        self._kept: Sequence[Headcount] = ()
        self._until = 0.0

    async def headcounts(self) -> Sequence[Headcount]:
        """Where people stand in all journeys. Counting one of them would look at every run, too."""
        async with self._lock:
            began = time.monotonic()
            if began >= self._until:
                async with self._store.reading(at_length=True) as uow:
                    self._kept = await uow.enrolments.headcounts()
                now = time.monotonic()
                self._until = now + max(KEPT_AT_LEAST, SHARE * (now - began))
            return self._kept

    def forget(self) -> None:
        """Whoever has just moved people sees where they stand now."""
        self._until = 0.0
