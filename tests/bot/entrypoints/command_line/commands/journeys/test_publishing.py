"""`overture journeys`, as it is typed, with the sample content."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.adapters.database import Database
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import ENTRANCE, Enrolment
from bot.domain.publishing import Running
from bot.entrypoints.command_line.cli import run
from tests.contracts.samples import NOON, journey, profile

DEMO = "demo-follow-up"


@pytest.fixture
def inside(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three people at a step of an older version of the sample's journey, which the file has not."""
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)

    async def write() -> None:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            await uow.enrolments.publish(journey("0123456789", id_=DEMO))
            uow.passages.add(DEMO, "0123456789", [(ENTRANCE, "begin")], times=1_200)
            uow.passages.add(DEMO, "0123456789", [("old", "begin")], times=3, moved=True)
            for number in range(3):
                name = ProfileId(f"p{number}")
                await uow.profiles.add(profile(name))
                await uow.enrolments.add(
                    Enrolment(EnrolmentId(f"e{number}"), DEMO, "0123456789", name, NOON, "begin", seq=1, due_at=NOON)
                )
        await store.close()

    asyncio.run(write())


def told(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    assert run(["journeys", *words]) == status
    out, err = capsys.readouterr()
    return out if status == 0 else err


def test_the_list_tells_how_each_journey_stands(inside: None, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = [one for one in told(capsys, "list").splitlines() if one.startswith(DEMO)]
    assert re.fullmatch(rf"{DEMO}: running, version [0-9a-f]{{8}}; 3 people inside", line)


def test_a_dry_run_says_who_would_move_and_changes_nothing(inside: None, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "publish", DEMO, "--dry-run").splitlines()
    assert lines[1] == '  3 people at "begin" of 01234567: stay on this version'
    assert lines[-1] == "Nothing was changed: this was a dry run."
    assert "history" not in told(capsys, "status", DEMO)


def test_what_was_done_is_in_the_history_with_who_did_it(inside: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "publish", DEMO, "--by", "Ana").endswith("Published. 0 people moved.\n")
    assert told(capsys, "pause", DEMO, "--by", "Ben") == "Paused. 3 people wait where they are.\n"
    assert DEMO + ": paused" in told(capsys, "list")
    assert told(capsys, "resume", DEMO, "--by", "Ben").startswith("Resumed. 3 people go on;")
    assert told(capsys, "unpark", DEMO, "--by", "Ben") == "Nobody is parked there who could go on.\n"
    assert told(capsys, "stop", DEMO, "--by", "Ana") == "Stopped. 3 people left; 0 queued messages are not sent.\n"
    status = told(capsys, "status", DEMO)
    assert status.splitlines()[:3] == [status.splitlines()[0], "waiting: 0 people", "done: 3 people"]
    history = status.partition("history:\n")[2].splitlines()
    assert [re.sub(r"^ *\S+ \S+ UTC  | [0-9a-f]{8}", "", line) for line in history] == [
        "stop by Ana, 3 people",
        "resume by Ben, 3 people",
        "pause by Ben, 3 people",
        "publish by Ana, 0 people",
    ]


def test_the_status_tells_where_people_are(inside: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "status", DEMO).splitlines()[1:] == [
        "waiting: 3 people",
        "  version 01234567",
        '    3 people at "begin"',
        "done: 0 people",
        "ways through version 01234567:",
        '  1,200 from enter to "begin"',
        '  3 from "old" to "begin", moved by publishing',
    ]


def test_an_unknown_journey_is_told_with_the_nearest(inside: None, capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("status", "pause", "stop"):
        assert f'there is no journey "demo-follow". Did you mean "{DEMO}"?' in told(
            capsys, verb, "demo-follow", status=2
        )
    assert 'there is no file of a journey "demo-follow"' in told(capsys, "publish", "demo-follow", status=2)


def test_a_rollback_is_refused_where_files_hold_at_once(inside: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert "OVERTURE_PUBLISHING=on_command" in told(capsys, "rollback", DEMO, status=2)


def test_a_journey_that_stands_otherwise_is_left_as_it_is(
    inside: None, capsys: pytest.CaptureFixture[str], sqlite_url: str
) -> None:
    assert "is not paused" in told(capsys, "resume", DEMO, status=2)
    told(capsys, "stop", DEMO)
    assert "Publish it first" in told(capsys, "pause", DEMO, status=2)

    async def state() -> Running:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            found = (await uow.journeys.states())[DEMO].running
        await store.close()
        return found

    assert asyncio.run(state()) is Running.STOPPED


def test_files_wait_to_be_published_where_the_settings_say_so(
    inside: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERTURE_PUBLISHING", "on_command")
    assert f"{DEMO}: not published; 3 people inside" in told(capsys, "list")
    told(capsys, "publish", DEMO)
    assert re.search(rf"{DEMO}: running, version [0-9a-f]{{8}}; 3 people", told(capsys, "list"))
    assert "one published version only" in told(capsys, "rollback", DEMO, status=2)
    refused = told(capsys, "rollback", DEMO, "--to", "abc", status=2)
    assert '--to is "abc"; the versions that were in force before: none.' in refused
