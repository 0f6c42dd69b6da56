"""Trackers that were read lately, so that a message is answered by the one that was read when it came in."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import lru_cache

from bot.adapters.codec import TRACKER
from bot.domain.conversation import Tracker

MOST_KEPT = 128
KEPT_FOR = timedelta(minutes=1)
"""At the most: another process may have erased whose they are, and tells us nothing of it."""


class LatelyRead:
    """Trackers by their texts, each parsed once. All are forgotten together, also where nothing is read any more."""

    def __init__(self, keep: timedelta = KEPT_FOR) -> None:
        self._keep = keep.total_seconds()
        self._parsed = lru_cache(maxsize=MOST_KEPT)(TRACKER.load)
        self._end: asyncio.TimerHandle | None = None

    def tracker(self, text: str) -> Tracker:
        if self._end is None:
            self._end = asyncio.get_running_loop().call_later(self._keep, self.forget)
        return self._parsed(text)

    def forget(self) -> None:
        self._parsed.cache_clear()
        if self._end is not None:
            self._end.cancel()
            self._end = None

    def __len__(self) -> int:
        return self._parsed.cache_info().currsize
