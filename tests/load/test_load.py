"""A small load: everybody gets each answer once, and the figures are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.load.__main__ import row, turns
from tests.load.sends import where_it_is_day
from tests.running import RunningServer, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running(tmp_path) as server:
        yield server


def test_each_turn_is_answered_once(server: RunningServer) -> None:
    told = turns(server, conversations=4, seconds=1.0, pressed=True)
    assert told.turns >= 4
    assert told.repeated == 0
    assert told.cpu_seconds > 0
    assert row("buttons", "4", told, server).count("|") == 9


def test_a_pace_is_kept(server: RunningServer) -> None:
    told = turns(server, conversations=2, seconds=1.5, pressed=True, pace=4.0)
    assert told.turns <= 8


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("month", [1, 7])
def test_a_campaign_can_be_measured_at_any_hour(month: int, hour: int) -> None:
    assert where_it_is_day(datetime(2026, month, 15, hour, 59, tzinfo=UTC))
