"""`overture segments`, as it is typed, with the sample content."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.clock import SandboxClock
from bot.adapters.database import Database
from bot.domain.audience import Segment, Working
from bot.domain.ids import ProfileId
from bot.entrypoints.command_line.cli import run
from tests.contracts.samples import NOON, profile

CONDITION = "profile.team_size > 20"


@pytest.fixture
def people(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve people with large teams, one with a small one; the sample's segment is worked out."""
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)

    async def write() -> None:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            for number in range(13):
                name = ProfileId(f"p{number:02}")
                known = {"team_size": 50 if number else 5, "name": "Secret Name"}
                await uow.profiles.add(profile(name, attributes=known))
            segment = Segment("big-teams", CONDITION)
            await uow.segments.work_out(segment, "", NOON, limit=100)
            await uow.segments.save(Working("big-teams", segment.version, NOON, "", NOON + timedelta(hours=1)))
        await store.close()

    asyncio.run(write())


def test_the_list_tells_how_many_are_in_each(people: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["segments", "list"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "big-teams: 12 people, worked out 2026-11-23 13:00 UTC. Teams of more than 20"
    assert second.startswith("new-and-keen: 0 people, not worked out yet; a running service does it.")


def test_a_segment_is_shown_with_its_condition_and_the_ids_of_some(
    people: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["segments", "show", "big-teams"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[:4] == [
        "big-teams: Teams of more than 20",
        f"if: {CONDITION}",
        "12 people, worked out 2026-11-23 13:00 UTC",
        "  p01",
    ]
    assert told[-1] == "  ... and 2 more"
    assert "Secret" not in "".join(told)


def test_an_unknown_segment_is_told_with_the_nearest(people: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["segments", "show", "big-team"]) == 2
    assert 'there is no segment "big-team". Did you mean "big-teams"?' in capsys.readouterr().err


def test_a_condition_is_counted_by_the_database(people: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["segments", "check", "profile.team_size < 20"]) == 0
    assert capsys.readouterr().out.splitlines() == ["1 person", "  p00"]
    assert run(["segments", "check", "exists(profile.team_size)"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "  ... and 8 more"


def test_days_are_counted_as_the_sandbox_shows_them(
    people: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path))
    clock = SandboxClock(tmp_path / "sandbox-clock")
    assert run(["segments", "check", "days_since(profile.created_on) > 36500"]) == 0
    clock.forward(timedelta(days=36600))
    assert run(["segments", "check", "days_since(profile.created_on) > 36500"]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if "pe" in line] == ["0 people", "13 people"]


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("profile.teamsize > 20", 'there is no "profile.teamsize". Did you mean "team_size"?'),
        ("profile.team_size >", "it ends where a value should follow."),
        ("lower(profile.name) == 'a'", "people cannot be found by lower()"),
    ],
)
def test_a_condition_that_cannot_be_used_is_told(
    people: None, capsys: pytest.CaptureFixture[str], condition: str, told: str
) -> None:
    assert run(["segments", "check", condition]) == 1
    printed = capsys.readouterr()
    assert told in printed.err
    assert printed.out == ""


def test_a_database_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")
    assert run(["segments", "list"]) == 2
    assert "there is no database" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()


@pytest.fixture
def groups(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Large teams that want to begin now, small ones that want to later, and one who objects."""
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    shutil.copytree("journeys", tmp_path / "journeys")
    monkeypatch.setenv("OVERTURE_JOURNEYS", str(tmp_path / "journeys"))

    async def write() -> None:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            for number in range(61):
                large = number % 3 == 0
                known: dict[str, Any] = {"team_size": 200 + number if large else number, "name": f"Person {number}"}
                known["timeline"] = "now" if large else "later"
                objects = NOON if number == 60 else None
                await uow.profiles.add(profile(ProfileId(f"p{number}"), attributes=known, objected_at=objects))
        await store.close()

    asyncio.run(write())
    return tmp_path / "journeys"


def test_a_group_that_was_discovered_becomes_a_segment(groups: Path, capsys: pytest.CaptureFixture[str]) -> None:
    discover = ["segments", "discover", "--by", "name,team_size,timeline"]
    assert run([*discover, "--save", "2", "large-and-soon"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("60 people, in groups by team_size, timeline."), "a name is nearly everybody's own"
    assert ": 40 people\n" in told
    assert ": 20 people\n" in told
    assert "100% of whom that finds are in the group, and 100% of the group are found." in told
    assert (groups / "segments" / "large-and-soon.yml").is_file()
    assert run(["validate"]) == 0
    assert run(["segments", "show", "large-and-soon"]) == 0
    assert run([*discover, "--save", "2", "large-and-soon"]) == 2
    assert 'there is a segment "large-and-soon" already' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--by", "team_siz"], 'Did you mean "team_size"?'),
        (["--by", "renews_on"], "is sensitive, a date or a list"),
        (["--by", "team_size", "--save", "9", "x"], 'there is no group "9"'),
        (["--by", "team_size", "--save", "1", "Big Teams"], "Big Teams"),
    ],
)
def test_what_cannot_be_discovered_is_told(
    groups: Path, options: list[str], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["segments", "discover", *options]) == 2
    assert fault in capsys.readouterr().err


def test_of_too_few_people_nothing_is_discovered(people: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["segments", "discover"]) == 0
    assert "of whom too little is known; it takes 40 at least" in capsys.readouterr().out
