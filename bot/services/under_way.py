"""Under way: how many deliveries may be with their vendors at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

LEAST = 100
"""So many may always be under way."""

MOST = 500
"""Of one lane of a process; so many answers may be lost where a vendor falls silent."""

LOOKED_BACK = timedelta(seconds=1)


class UnderWay:
    """As many as were settled in the last second may be under way, from LEAST to MOST.

    By Little's law so many are with a vendor who takes a second for each. One that is quicker is kept at its pace; one
    that takes only so many a second meets no crowd that would wait there until it gave up; and one that falls silent
    gets no more than it took in a second.
    """

    def __init__(self, *, seconds: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._under_way = 0
        self._settled: deque[float] = deque(maxlen=MOST)

    def has_room_for(self, more: int) -> bool:
        looked_back_to = self._seconds() - LOOKED_BACK.total_seconds()
        while self._settled and self._settled[0] <= looked_back_to:
            self._settled.popleft()
        return self._under_way + more <= max(LEAST, len(self._settled))

    def begin(self, deliveries: int) -> None:
        self._under_way += deliveries

    def settle(self) -> None:
        """One of them is over, whatever came of it."""
        self._under_way -= 1
        self._settled.append(self._seconds())
