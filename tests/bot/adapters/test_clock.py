"""Clocks: the sandbox's only moves forward, and a restart does not take it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.clock import SandboxClock, SystemClock
from bot.domain.errors import SettingsError


def test_the_systems_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


class Machine:
    """Its two clocks, in seconds."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_800_000_000.0, 5_000.0

    def passes(self, seconds: float) -> None:
        self.wall, self.steady = self.wall + seconds, self.steady + seconds

    def clock(self) -> SystemClock:
        return SystemClock(lambda: self.wall, lambda: self.steady)


@pytest.mark.parametrize("seconds", [3600, -3600, 3])
def test_a_step_of_the_machines_clock_shows_once_it_is_followed(seconds: float) -> None:
    machine = Machine()
    clock = machine.clock()
    begun = clock.now()
    machine.wall += seconds
    machine.passes(10)
    assert (clock.now() - begun, clock.step) == (timedelta(seconds=10), timedelta(seconds=seconds))
    clock.follow()
    assert (clock.now() - begun, clock.step) == (timedelta(seconds=seconds + 10), timedelta())


def test_what_is_put_right_little_by_little_is_no_step() -> None:
    machine = Machine()
    clock = machine.clock()
    begun = clock.now()
    for _ in range(10):
        machine.wall += 1
        assert clock.step == timedelta()
        clock.now()
    assert clock.now() - begun == timedelta(seconds=10)


def test_a_machine_that_has_slept_has_not_put_its_clock_forward() -> None:
    machine = Machine()
    clock = machine.clock()
    begun = clock.now()
    machine.passes(8 * 3600)
    assert (clock.now() - begun, clock.step) == (timedelta(hours=8), timedelta())


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
