"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class ManualClock:
    """The `Clock` of `bot/ports/`, set by hand. It begins on a Monday at noon, UTC."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)) -> None:
        self._now = now
        self.put_forward = timedelta()
        """How far the machine's clock is ahead of this one, and not yet followed."""

    def now(self) -> datetime:
        return self._now

    @property
    def step(self) -> timedelta:
        return self.put_forward

    def follow(self) -> None:
        self._now, self.put_forward = self._now + self.put_forward, timedelta()

    def set(self, now: datetime) -> None:
        self._now = now

    def forward(self, by: timedelta) -> datetime:
        self._now += by
        return self._now
