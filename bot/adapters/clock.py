"""Clocks: the system's, and one for the sandbox that can be moved forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.errors import SettingsError


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SandboxClock:
    """The system's clock plus an offset, which only grows and is kept in `file` so that a restart does not go back."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = _read_offset(file)

    @property
    def moved_by(self) -> timedelta:
        return self._offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

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
