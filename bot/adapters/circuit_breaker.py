"""A circuit breaker: spares us, and a server in trouble, the calls that would fail anyway."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta


class CircuitBreaker:
    """Opens after `failures` in a row and rests for `rest`; then one call is let through to see whether it is over.

    `seconds` is a clock that never goes back.
    """

    def __init__(
        self,
        *,
        failures: int = 3,
        rest: timedelta = timedelta(seconds=30),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._rest = rest.total_seconds()
        self._seconds = seconds
        self._failed = 0
        self._rests_until = 0.0
        self._opened_at = 0.0
        self._why = ""

    def lets_through(self) -> bool:
        """Whether to call. Nobody does while it rests; the first call after that is the trial, and others wait."""
        if not self.is_open:
            return True
        if self._seconds() < self._rests_until:
            return False
        self._rests_until = self._seconds() + self._rest
        return True

    def succeeded(self) -> None:
        self._failed = 0

    def failed(self, pause: timedelta | None = None, why: str = "") -> None:
        """`pause` is what the server asked for; it rests at least that long."""
        self._failed += 1
        self._why = why
        if self._failed == self._most:
            self._opened_at = self._seconds()
        if self.is_open:
            self._rests_until = self._seconds() + max(self._rest, pause.total_seconds() if pause else 0)

    @property
    def is_open(self) -> bool:
        return self._failed >= self._most

    @property
    def open_for(self) -> timedelta:
        """Since it opened; nothing where it is closed."""
        return timedelta(seconds=self._seconds() - self._opened_at) if self.is_open else timedelta()

    @property
    def rest_left(self) -> timedelta:
        """Until the next trial."""
        return timedelta(seconds=max(self._rests_until - self._seconds(), 0))

    @property
    def why(self) -> str:
        """Of the last failure."""
        return self._why
