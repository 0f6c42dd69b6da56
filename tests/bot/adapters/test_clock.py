"""Clocks: the sandbox's only moves forward, and a restart does not take it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.clock import SandboxClock, SystemClock
from bot.domain.errors import SettingsError


def test_the_systems_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_moved_clock_stays_moved_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "data" / "sandbox-clock"
    clock = SandboxClock(file)
    assert clock.moved_by == timedelta()
    clock.forward(timedelta(days=1))
    clock.forward(timedelta(hours=2))
    again = SandboxClock(file)
    assert again.moved_by == timedelta(days=1, hours=2)
    assert again.now() - datetime.now(UTC) > timedelta(days=1, hours=1, minutes=59)
    assert [path.name for path in file.parent.iterdir()] == ["sandbox-clock"]


def test_it_never_goes_back(tmp_path: Path) -> None:
    clock = SandboxClock(tmp_path / "sandbox-clock")
    with pytest.raises(ValueError, match="only moves forward"):
        clock.forward(timedelta(seconds=-1))


@pytest.mark.parametrize("written", ["", "soon", "nan", "inf", "-5", "1e300"])
def test_a_file_with_no_time_in_it_is_told_with_what_to_do(tmp_path: Path, written: str) -> None:
    file = tmp_path / "sandbox-clock"
    file.write_text(written)
    with pytest.raises(SettingsError, match="Delete that file"):
        SandboxClock(file)
