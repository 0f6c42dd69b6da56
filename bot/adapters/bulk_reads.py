"""Stops a process that reads far more of a CRM than it writes: that is no sync, whoever wants it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.domain.errors import NotTried

log = structlog.get_logger()

WITHIN = timedelta(hours=1)
TIMES = 5
"""Reads for each write that are never too many."""

RETRY_AFTER = timedelta(minutes=10)


class BulkReads:
    """Counts the records of one CRM that this process has read and written within an hour.

    More than `most` reads beyond the writes, and more than five for each, stop it until the process starts anew. A
    sync that finds nothing to change has read and not written.
    """

    def __init__(
        self,
        crm: str,
        *,
        most: int,
        alert: Callable[[str], None] = lambda _: None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._crm = crm
        self._most = most
        self._alert = alert
        self._seconds = seconds
        self._reads: deque[float] = deque()
        self._writes: deque[float] = deque()
        self.stopped = False

    def read(self) -> None:
        """One record is about to be read. Raises NotTried once that is too much."""
        if not self.stopped:
            self._note(self._reads)
            reads, writes = len(self._reads), len(self._writes)
            if reads - writes > self._most and reads > TIMES * writes:
                self.stopped = True
                self._alert(self._crm)
                log.error("a CRM is read in bulk and not written: stopped", crm=self._crm, reads=reads, writes=writes)
        if self.stopped:
            raise NotTried(
                f"reading {self._crm} was stopped: this process read many more records than it wrote. Find out why, "
                "then start it anew; OVERTURE_CRM_READS says how many may be read in an hour",
                retry_after=RETRY_AFTER,
            )

    def wrote(self) -> None:
        self._note(self._writes)

    def _note(self, times: deque[float]) -> None:
        now = self._seconds()
        times.append(now)
        for kept in (self._reads, self._writes):
            while kept and kept[0] <= now - WITHIN.total_seconds():
                kept.popleft()
