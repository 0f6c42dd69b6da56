"""The end of a process that was told to stop comes, also where a database or a vendor lets it wait for ever."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

log = structlog.get_logger()

NOT_IN_TIME = 1
"""The exit status."""


class LastMoment:
    """From `begin` on there are so many seconds, in which the `with` is left, or the process ends where it is.

    That is no worse than being killed: what has no known outcome is taken up by others, or at the next start. A thread
    watches, so that a stalled event loop is no way to live longer.
    """

    def __init__(self, seconds: float, end: Callable[[int], object] = os._exit) -> None:
        self._seconds = seconds
        self._end = end
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def begin(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._seconds, self._give_up, [asyncio.get_running_loop()])
            self._timer.daemon = True
            self._timer.start()

    def told_again(self) -> None:
        """End now: whoever asks twice does not want to wait."""
        log.warning(
            "told again to stop, so stopped as it is; what was in hand is taken up by others or at the next start"
        )
        self._end(NOT_IN_TIME)

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        log.error(
            "not ended in time, so stopped as it is; what was in hand is taken up by others or at the next start",
            seconds=self._seconds,
            still_waits_in=sorted({_place_of(task) for task in asyncio.all_tasks(loop)}),
            do="look whether the database, Redis and the vendors answer; OVERTURE_STOP_WITHIN sets the time",
        )
        self._end(NOT_IN_TIME)


def _place_of(task: asyncio.Task[object]) -> str:
    return getattr(task.get_coro(), "__qualname__", "unknown")
