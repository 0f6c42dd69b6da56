"""`overture report`, as it is typed, with the sample content."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.database import Database
from bot.domain.timeline import PersonEvent
from bot.entrypoints.command_line.cli import run
from tests.contracts.samples import ANNA, NOON, profile


@pytest.fixture
def bought(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who came by a search and bought."""
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)

    async def write() -> None:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            await uow.profiles.add(profile(ANNA))
            await uow.timeline.add(PersonEvent(ANNA, "pricing.viewed", NOON, NOON, {"utm_source": "google"}))
            at = NOON + timedelta(days=1)
            await uow.timeline.add(PersonEvent(ANNA, "order.completed", at, at))
        await store.close()

    asyncio.run(write())


def test_a_period_is_reported_on_the_terminal(bought: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "--since", "2026-11-01", "--until", "2026-11-30"]) == 0
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert told[0] == "2026-11-01 to before 2026-12-01 (UTC)"
    assert "search: conversions, first touch 1" in told
    assert "search: cost per lead 1,200.00 EUR" in told
    assert "converted: people 0" in told  # they bought without having talked with us
    assert run(["report", "--since", "2026-11-24", "--until", "2026-11-24"]) == 0
    assert "all: conversions 1" in [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_it_is_written_as_json_and_csv(bought: None, tmp_path: Path) -> None:
    options = ["report", "--since", "2026-11-01", "--until", "2026-11-30", "--out", str(tmp_path / "report")]
    assert run([*options, "--format", "json"]) == 0
    assert json.loads((tmp_path / "report").read_text())["currency"] == "EUR"
    assert run([*options, "--format", "csv"]) == 0
    assert (tmp_path / "report").read_text().startswith("section,of,figure,value,low,high,unit\n")


def test_a_place_where_nothing_can_be_written_is_told(
    bought: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", "--out", str(tmp_path)]) == 2
    assert f"{tmp_path} cannot be written: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--since", "yesterday"], '--since is "yesterday", which is no day'),
        (["--until", "2026-13-01"], '--until is "2026-13-01", which is no day'),
        (["--until", "9999-12-31"], "--until is 9999-12-31, too near to where the calendar ends"),
        (["--since", "2026-11-02", "--until", "2026-11-01"], "--since is later than --until"),
    ],
)
def test_bad_days_are_told(bought: None, options: list[str], fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", *options]) == 2
    assert fault in capsys.readouterr().err
