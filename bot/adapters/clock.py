"""Clocks: the system's, and one for the sandbox that can be moved forward."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.errors import SettingsError

STEP = timedelta(seconds=2).total_seconds()
"""Less than this is how NTP puts a clock right, and no step."""


def seconds_since_start() -> float:
    """Of the machine, asleep or awake: nobody puts this clock forward or back."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SystemClock:
    """The machine's clock, in which a step shows only once it is followed. `wall` and `steady` tell seconds."""

    def __init__(
        self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = seconds_since_start
    ) -> None:
        self._wall, self._steady = wall, steady
        self.follow()

    def now(self) -> datetime:
        if not self.step:
            self.follow()
        return datetime.fromtimestamp(self._steady() + self._apart, UTC)

    @property
    def step(self) -> timedelta:
        step = self._wall() - self._steady() - self._apart
        return timedelta(seconds=step) if abs(step) > STEP else timedelta()

    def follow(self) -> None:
        self._apart = self._wall() - self._steady()


class SandboxClock:
    """The system's clock plus an offset, which only grows and is kept in `file` so that a restart does not go back."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = _read_offset(file)
        self._system = SystemClock()

    @property
    def moved_by(self) -> timedelta:
        return self._offset

    def now(self) -> datetime:
        return self._system.now() + self._offset

    @property
    def step(self) -> timedelta:
        return self._system.step

    def follow(self) -> None:
        self._system.follow()

    def forward(self, by: timedelta) -> None:
        if by < timedelta():
            raise ValueError("the sandbox's clock only moves forward: messages have been sent at the times it showed")
        self._offset += by
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".new")
        draft.write_text(str(self._offset.total_seconds()))
        draft.replace(self._file)


def _read_offset(file: Path) -> timedelta:
    """What was written there, or nothing; raises SettingsError where that is no time to move by."""
    try:
        offset = timedelta(seconds=float(file.read_text()))
    except FileNotFoundError:
        return timedelta()
    except (ValueError, OverflowError, OSError) as error:
        raise _unreadable(file) from error
    if offset < timedelta():
        raise _unreadable(file)
    return offset


def _unreadable(file: Path) -> SettingsError:
    return SettingsError(f"the sandbox's clock cannot be read from {file}. Delete that file to set it to the present.")
