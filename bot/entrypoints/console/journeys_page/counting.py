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
    """Keeps each count for a while: the longer it took, the longer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = asyncio.Lock()
        self._kept: dict[str | None, tuple[float, Sequence[Headcount]]] = {}

    async def headcounts(self, journey: str | None = None) -> Sequence[Headcount]:
        """Where people stand in this journey, or in all."""
        async with self._lock:
            until, found = self._kept.get(journey, (0.0, ()))
            began = time.monotonic()
            if began < until:
                return found
            async with self._store.reading(at_length=True) as uow:
                found = await uow.enrolments.headcounts(journey)
            took = time.monotonic() - began
            self._kept[journey] = time.monotonic() + max(KEPT_AT_LEAST, SHARE * took), found
            return found
