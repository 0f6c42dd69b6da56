"""Counts for the page without wearing the database out: counting looks at every run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.domain.journey import Headcount
from bot.domain.links import ClicksByStep
from bot.ports import Store, UnitOfWork

Answer = TypeVar("Answer")

KEPT_AT_LEAST = 1.0
"""Seconds."""

SHARE = 20
"""At most so small a part of the time is spent on counting, however many pages are open."""


class Kept(Generic[Answer]):
    """Keeps what was counted for a while: the longer it took, the longer."""

    def __init__(self, store: Store, count: Callable[[UnitOfWork], Awaitable[Answer]]) -> None:
        self._store, self._count = store, count
        self._lock = asyncio.Lock()
        self._kept: Answer | None = None
        self._until = 0.0

    async def told(self) -> Answer:
        async with self._lock:
            began = time.monotonic()
            if self._kept is None or began >= self._until:
                async with self._store.reading(at_length=True) as uow:
                    self._kept = await self._count(uow)
                now = time.monotonic()
                self._until = now + max(KEPT_AT_LEAST, SHARE * (now - began))
            return self._kept

    def forget(self) -> None:
        """Whoever asks next is told how things stand now."""
        self._until = 0.0


def clicks_of(store: Store) -> Kept[ClicksByStep]:
    """How many messages of the steps of all journeys had their links opened."""
    return Kept(store, lambda uow: uow.sent_links.clicks())


def headcounts_of(store: Store) -> Kept[Sequence[Headcount]]:
    """Where people stand in all journeys. Counting one of them would look at every run, too."""
    return Kept(store, lambda uow: uow.enrolments.headcounts())
