"""`overture migrate`, `serve --lanes` and `work`, as they are typed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.adapters.database import Database
from bot.adapters.migrations import HEAD
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.serving.running import known_to_run
from bot.entrypoints.serving.sole_user import sole_user


@pytest.fixture(autouse=True)
def _a_place_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path))


def test_the_tables_go_forward_and_back(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["migrate"], ["migrate"], ["migrate", "--to", "0005"], ["migrate"]):
        assert run(command) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"the database is at version {HEAD}; it was empty.",
        f"the database is at version {HEAD} already.",
        f"the database is at version 0005; it was {HEAD}.",
        f"the database is at version {HEAD}; it was 0005.",
    ]


def test_the_tables_do_not_go_back_under_processes_that_run_on_them(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Forward they do: that only adds."""
    monkeypatch.setenv("OVERTURE_DATABASE", postgresql_url)

    async def beside_a_worker(command: list[str]) -> int:
        database = Database(postgresql_url)
        async with known_to_run(database, "overture work", "secret"):
            status = await asyncio.to_thread(run, command)
        await database.close()
        return status

    assert asyncio.run(beside_a_worker(["migrate", "--to", "0047"])) == 2
    assert "these run on the database: overture work on " in capsys.readouterr().err
    assert asyncio.run(beside_a_worker(["migrate"])) == 0
    assert capsys.readouterr().out == f"the database is at version {HEAD} already.\n"


def test_the_tables_do_not_go_back_under_a_service_on_a_sqlite_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["migrate"]) == 0
    with sole_user(tmp_path / "overture.db"):
        assert run(["migrate"]) == 0
        assert run(["migrate", "--to", "0047"]) == 2
    assert "another process serves from the database" in capsys.readouterr().err


def test_a_version_that_is_none_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["migrate", "--to", "12"]) == 2
    assert 'there is no version "12" of the tables. There are 0001, ' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["work"], "SQLite is written to by one process"),
        (["serve", "--lanes", "none"], "SQLite is written to by one process"),
        (["serve", "--lanes", "replies,fast"], 'there is no lane "fast". The lanes: replies, timers, sends'),
        (["work", "--lanes", "none"], "a worker without lanes has nothing to do"),
    ],
)
def test_work_that_cannot_be_shared_out_is_refused(
    command: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command) == 2
    assert words in capsys.readouterr().err


def test_several_processes_want_redis(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", "postgresql+asyncpg://x@127.0.0.1:1/y")
    assert run(["work"]) == 2
    assert "Set OVERTURE_REDIS" in capsys.readouterr().err
