"""`overture backup` and `overture restore` of a PostgreSQL, and what both databases have alike."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import subprocess
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.adapters.database import Database
from bot.adapters.migrations import HEAD
from bot.entrypoints.command_line import backup
from bot.entrypoints.command_line.cli import run
from bot.ports import Process
from tests.bot.entrypoints.command_line.commands.test_backup import fill, say_on_the_feed
from tests.field_keys import FIRST, INDEX, SEALED
from tests.servers import unavailable


@pytest.fixture(autouse=True)
def _a_place_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / "data"))


@pytest.fixture
def postgresql(postgresql_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty database, which the settings name."""
    if any(shutil.which(program) is None for program in ("pg_dump", "pg_restore", "psql")):
        unavailable("no pg_dump, pg_restore and psql: install PostgreSQL's client programs.")
    url = make_url(postgresql_server).set(database="backup").render_as_string(hide_password=False)
    asyncio.run(_say(postgresql_server, "DROP DATABASE IF EXISTS backup WITH (FORCE)", "CREATE DATABASE backup"))
    monkeypatch.setenv("OVERTURE_DATABASE", url)
    return url


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_comes_after_a_restore_is_new_to_pages_that_were_open_before_it(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """They ask for what is beyond the last position that they have, and leave out what they have seen."""
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'data' / 'overture.db'}"
    url = str(request.getfixturevalue("postgresql")) if kind == "postgresql" else sqlite
    fill(url)
    before = asyncio.run(say_on_the_feed(url, "before"))
    assert run(["backup", str(tmp_path / "backup.tar.gz")]) == 0
    lost = asyncio.run(say_on_the_feed(url, *(f"lost {number}" for number in range(5))))
    for times in ("once", "twice"):
        assert run(["restore", str(tmp_path / "backup.tar.gz"), "--over"]) == 0
        assert asyncio.run(say_on_the_feed(url, times)) > lost > before


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_sealed_is_put_back_with_its_keys_alone(
    kind: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'data' / 'overture.db'}"
    url = str(request.getfixturevalue("postgresql")) if kind == "postgresql" else sqlite
    archive = tmp_path / "backup.tar.gz"
    fill(url, SEALED)
    assert run(["backup", str(archive)]) == 0
    position = asyncio.run(say_on_the_feed(url, "a word that is not in the backup", sealing=SEALED))
    other, index = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    ours, indexed = (base64.b64encode(key).decode() for key in (FIRST, INDEX))
    for keys, words in (
        ("", "is not put back: the database is sealed with field keys (index, k1), and OVERTURE_FIELD_KEYS"),
        (f"k1:{other},index:{indexed}", 'is not put back: the key "k1" in OVERTURE_FIELD_KEYS'),
        (f"k1:{ours},index:{index}", 'is not put back: the key "index" in OVERTURE_FIELD_KEYS'),
        (f"k2:{ours},index:{indexed}", 'is not put back: the database has fields that are sealed with the key "k1"'),
    ):
        monkeypatch.setenv("OVERTURE_FIELD_KEYS", keys)
        assert run(["restore", str(archive), "--over"]) == 2
        assert words in capsys.readouterr().err
        assert asyncio.run(newest_on_the_feed(url)) == position
    monkeypatch.setenv("OVERTURE_FIELD_KEYS", f"k2:{other},k1:{ours},index:{indexed}")
    assert run(["restore", str(archive), "--over"]) == 0
    assert asyncio.run(newest_on_the_feed(url)) == 0


def test_the_password_of_a_postgresql_is_given_to_its_programs_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$PGPASSWORD" "$@" >{told}\ntouch "${{3#--file=}}"\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setenv("OVERTURE_DATABASE", "postgresql+asyncpg://overture:s3%40cret@localhost:5432/kept?ssl=require")
    assert run(["backup", str(tmp_path / "backup.tar.gz")]) == 0
    password, address, *_ = told.read_text().split()
    assert (password, address) == ("s3@cret", "--dbname=postgresql://overture@localhost:5432/kept?sslmode=require")


def test_a_postgresql_database_comes_back_to_a_byte(postgresql: str, tmp_path: Path) -> None:
    fill(postgresql)
    before = as_sql(postgresql)
    assert run(["backup", str(tmp_path / "backup.tar.gz")]) == 0
    asyncio.run(_say(postgresql, "DELETE FROM outbox", "ALTER SEQUENCE outbox_position_seq RESTART WITH 1000"))
    assert run(["restore", str(tmp_path / "backup.tar.gz")]) == 2  # there is one
    assert run(["restore", str(tmp_path / "backup.tar.gz"), "--over"]) == 0
    assert before.count("☕") == 20
    assert as_sql(postgresql) == before


def test_of_two_postgresqls_that_are_named_the_one_is_read_that_may_be_written(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    fill(postgresql)
    one = make_url(postgresql)
    hosts = f"host=127.0.0.1:{unused_tcp_port}&host={one.host}:{one.port}&target_session_attrs=read-write"
    monkeypatch.setenv("OVERTURE_DATABASE", f"postgresql+asyncpg://{one.username}@/{one.database}?{hosts}")
    assert run(["backup", str(tmp_path / "backup.tar.gz")]) == 0
    assert run(["restore", str(tmp_path / "backup.tar.gz"), "--over"]) == 0


def test_an_empty_postgresql_database_is_filled_without_being_asked_twice(
    postgresql: str, postgresql_server: str, tmp_path: Path
) -> None:
    fill(postgresql)
    before = as_sql(postgresql)
    assert run(["backup", str(tmp_path / "backup.tar.gz")]) == 0
    asyncio.run(_say(postgresql_server, "DROP DATABASE backup WITH (FORCE)", "CREATE DATABASE backup"))
    assert run(["restore", str(tmp_path / "backup.tar.gz")]) == 0
    assert as_sql(postgresql) == before


def test_a_backup_of_an_earlier_version_comes_back_over_a_later_one(postgresql: str, tmp_path: Path) -> None:
    """The later version has a table that names one of the earlier's, which could then not be taken away."""
    asyncio.run(_migrate(postgresql, "0037"))
    before = as_sql(postgresql)
    assert run(["backup", str(tmp_path / "backup.tar.gz")]) == 0
    asyncio.run(_migrate(postgresql, HEAD))
    assert run(["restore", str(tmp_path / "backup.tar.gz"), "--over"]) == 0
    assert as_sql(postgresql) == before
    asyncio.run(_migrate(postgresql, HEAD))


def test_a_postgresql_is_not_put_back_under_processes_that_run_on_it(
    postgresql: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They go on with what they remember of it: new visitors waited for answers that had been sent."""
    fill(postgresql)
    before = as_sql(postgresql)
    assert run(["backup", str(tmp_path / "backup.tar.gz")]) == 0
    for number in ("1", "2"):
        asyncio.run(_say_that_one_runs(postgresql, Process(number, "overture work", f"host-{number}", 4711)))
    assert run(["restore", str(tmp_path / "backup.tar.gz"), "--over"]) == 2
    told = capsys.readouterr().err
    assert "these run on the database: overture work on host-1 (process 4711, since " in told
    assert "overture work on host-2" in told
    asyncio.run(_say(postgresql, "DELETE FROM process"))
    assert run(["restore", str(tmp_path / "backup.tar.gz"), "--over"]) == 0
    assert as_sql(postgresql) == before


def test_a_process_that_begins_just_then_is_noticed_and_changes_nothing(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(postgresql)
    assert run(["backup", str(tmp_path / "backup.tar.gz")]) == 0
    asyncio.run(say_on_the_feed(postgresql, "not in the backup"))
    before = as_sql(postgresql)

    async def begin_to_run(_: object) -> None:
        await _say_that_one_runs(postgresql, Process("1", "overture work", "host", 4711))

    monkeypatch.setattr(backup, "refuse_beside_others", begin_to_run)
    assert run(["restore", str(tmp_path / "backup.tar.gz"), "--over"]) == 2
    assert "a process has begun to run on the database meanwhile" in capsys.readouterr().err
    asyncio.run(_say(postgresql, "DELETE FROM process"))
    assert as_sql(postgresql) == before


def test_who_ran_when_the_backup_was_made_does_not_run_where_it_is_put_back(postgresql: str, tmp_path: Path) -> None:
    fill(postgresql)
    nobody_runs = as_sql(postgresql)
    asyncio.run(_say_that_one_runs(postgresql, Process("1", "overture work", "host", 4711)))
    assert run(["backup", str(tmp_path / "backup.tar.gz")]) == 0
    asyncio.run(_say(postgresql, "DELETE FROM process"))
    assert run(["restore", str(tmp_path / "backup.tar.gz"), "--over"]) == 0
    assert as_sql(postgresql) == nobody_runs


def test_a_backup_that_breaks_off_changes_nothing(
    postgresql: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(postgresql)
    before = as_sql(postgresql)
    assert run(["backup", str(tmp_path / "backup.tar.gz")]) == 0
    with (
        tarfile.open(tmp_path / "backup.tar.gz") as whole,
        tarfile.open(tmp_path / "broken.tar.gz", "w:gz") as broken,
    ):
        for name, lost in (("manifest.json", 0), ("database", 2000)):
            member, content = whole.getmember(name), whole.extractfile(name)
            assert content is not None
            member.size -= lost
            broken.addfile(member, content)
    assert run(["restore", str(tmp_path / "broken.tar.gz"), "--over"]) == 2
    assert "pg_restore failed: " in capsys.readouterr().err
    assert as_sql(postgresql) == before


async def newest_on_the_feed(url: str) -> int:
    database = Database(url)
    async with database.reading() as uow:
        newest = await uow.feeds.newest()
    await database.close()
    return newest


def as_sql(url: str) -> str:
    """All of the database, without the two lines that are others in each dump, and the next position on the feeds."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run(["pg_dump", "--inserts", f"--dbname={address}"], check=True, capture_output=True, text=True)
    lines = done.stdout.splitlines(keepends=True)
    return "".join(line for line in lines if "restrict" not in line[:12] and "feed_position_seq', " not in line)


async def _migrate(url: str, revision: str) -> None:
    database = Database(url)
    await database.migrate_tables(revision)
    await database.close()


async def _say_that_one_runs(url: str, process: Process) -> None:
    database = Database(url)
    async with database.transaction() as uow:
        await uow.processes.runs(process, timedelta(minutes=1), datetime.now(UTC))
    await database.close()


async def _say(url: str, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()
