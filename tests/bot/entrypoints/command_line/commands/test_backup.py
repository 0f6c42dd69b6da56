"""`overture backup` and `overture restore`, as they are typed."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.database import Database
from bot.adapters.database.sealing import OFF, Sealing
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.serving.sole_user import sole_user
from tests.contracts.samples import NOON, entry


@pytest.fixture(autouse=True)
def _a_place_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / "data"))


def fill(url: str, sealing: Sealing = OFF) -> None:
    async def write() -> None:
        store = Database(url, sealing)
        await store.migrate()
        async with store.transaction() as uow:
            for number in range(20):
                await uow.outbox.add(entry(f"k{number}", text=f"Grüße, {number} ☕", conversation_id=None))
        await store.close()

    asyncio.run(write())


def dumped(file: Path) -> list[str]:
    """All of the database, without the next position on the feeds."""
    with closing(sqlite3.connect(file)) as connection:
        return [line for line in connection.iterdump() if "\"sqlite_sequence\" VALUES('feed'" not in line]


def test_what_is_restored_is_what_was_backed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    fill(f"sqlite+aiosqlite:///{data / 'overture.db'}")
    (data / "secret").write_text("s3cret")
    (data / "media").mkdir()
    (data / "media" / "picture").write_bytes(bytes(range(256)))
    before = dumped(data / "overture.db")
    archive = tmp_path / "backup.tar.gz"
    assert run(["backup", str(archive)]) == 0
    assert "It has personal data and your secret in it." in capsys.readouterr().out
    assert archive.stat().st_mode & 0o077 == 0
    shutil.rmtree(data)
    assert run(["restore", str(archive)]) == 0
    assert "has left since leaves again" in capsys.readouterr().out
    assert dumped(data / "overture.db") == before
    assert (data / "secret").read_text() == "s3cret"
    assert (data / "media" / "picture").read_bytes() == bytes(range(256))
    kept = [data / "secret", data / "media", data / "media" / "picture", data / "overture.db"]
    assert [one.name for one in kept if one.stat().st_mode & 0o077] == []


def test_an_archive_is_nobody_elses_to_read_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was killed meanwhile, with the secret and all of the people in it, stayed readable by everybody."""
    fill(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'overture.db'}")
    archive = tmp_path / "backup.tar.gz"
    archive.with_name(".backup.tar.gz.part").write_text("of a backup that was killed, by an earlier release")
    modes: list[int] = []
    add = tarfile.TarFile.add

    def looked_at(self: tarfile.TarFile, *named: Any, **how: Any) -> None:
        modes.append(archive.with_name(".backup.tar.gz.part").stat().st_mode & 0o777)
        add(self, *named, **how)

    monkeypatch.setattr(tarfile.TarFile, "add", looked_at)
    assert run(["backup", str(archive)]) == 0
    assert set(modes) == {0o600}


def test_a_restore_that_is_killed_before_the_end_leaves_the_database_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last commits stood in SQLite's own file beside it, which was deleted before it was replaced."""
    file, archive = tmp_path / "data" / "overture.db", tmp_path / "backup.tar.gz"
    url = f"sqlite+aiosqlite:///{file}"
    fill(url)
    assert run(["backup", str(archive)]) == 0
    killed = "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('DELETE FROM outbox'); c.commit(); "
    subprocess.run([sys.executable, "-c", killed + "os.kill(os.getpid(), 9)", str(file)], check=False)
    assert file.with_name("overture.db-wal").stat().st_size

    class Killed(BaseException):
        """In the place of the kernel's."""

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", kill)
        with pytest.raises(Killed):
            run(["restore", str(archive), "--over"])
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    assert run(["restore", str(archive), "--over"]) == 0
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM outbox").fetchone() == (20,)


def test_files_that_came_after_the_backup_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No row names them any more, so that nothing would ever delete them."""
    data, archive = tmp_path / "data", tmp_path / "backup.tar.gz"
    fill(f"sqlite+aiosqlite:///{data / 'overture.db'}")
    (data / "media").mkdir()
    (data / "media" / "before").touch()
    assert run(["backup", str(archive)]) == 0
    assert run(["restore", str(archive), "--over"]) == 0
    assert "not in the backup" not in capsys.readouterr().out
    (data / "media" / "after").touch()
    assert run(["restore", str(archive), "--over"]) == 0
    told = capsys.readouterr().out
    assert f"Files in {data}/media that are not in the backup: 1. Nothing says any more whose they\nare, " in told


def test_a_database_that_is_there_is_kept_unless_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    fill(f"sqlite+aiosqlite:///{data / 'overture.db'}")
    archive = tmp_path / "backup.tar.gz"
    run(["backup", str(archive)])
    before = dumped(data / "overture.db")
    with closing(sqlite3.connect(data / "overture.db")) as connection, connection:
        connection.execute("DELETE FROM outbox")
    assert run(["restore", str(archive)]) == 2
    assert "there is a database already" in capsys.readouterr().err
    assert run(["restore", str(archive), "--over"]) == 0
    assert dumped(data / "overture.db") == before


def test_what_is_no_backup_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text").write_text("hello")
    with tarfile.open(tmp_path / "other.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "text", "text")
    with tarfile.open(tmp_path / "outside.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "text", "secret/../../outside")
    for name, words in (
        ("text", "cannot be read as a backup"),
        ("other.tar.gz", "text is nothing of ours"),
        ("outside.tar.gz", "secret/../../outside is nothing of ours"),
        ("nowhere", "cannot be read as a backup"),
    ):
        assert run(["restore", str(tmp_path / name)]) == 2
        told = capsys.readouterr().err
        assert words in told
        assert ("it is not whole" in told) == (name != "nowhere")
        assert "Errno" not in told


def test_a_backup_takes_the_place_of_a_link_to_itself(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    fill(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'overture.db'}")
    assert run(["backup", str(loop)]) == 0
    assert loop.is_file()


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("", "its manifest.json cannot be read"),
        ("[]", "its manifest.json cannot be read"),
        ('{"database": "sqlite"}', "its manifest.json cannot be read"),
        ('{"database": "sqlite", "at": "yesterday"}', "its manifest.json cannot be read"),
        ('{"database": "sqlite", "at": "2026-11-28T02:47:00+00:00", "knows": "9999"}', "was made by a later Overture"),
    ],
)
def test_an_archive_that_says_nothing_we_know_of_itself_is_refused_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], manifest: str, words: str
) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    (tmp_path / "database").write_text("theirs")
    with tarfile.open(tmp_path / "backup.tar.gz", "w:gz") as archive:
        for name in ("manifest.json", "database"):
            archive.add(tmp_path / name, name)
    assert run(["restore", str(tmp_path / "backup.tar.gz")]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "data" / "overture.db").exists()


@pytest.mark.parametrize("damage", ["cut short", "one byte is another"])
def test_an_archive_that_was_damaged_on_the_way_is_refused_and_changes_nothing(
    damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, archive = tmp_path / "data" / "overture.db", tmp_path / "backup.tar.gz"
    fill(f"sqlite+aiosqlite:///{file}")
    run(["backup", str(archive)])
    before, whole = dumped(file), bytearray(archive.read_bytes())
    if damage == "cut short":
        whole = whole[: len(whole) // 2]
    else:
        whole[-5] ^= 1  # in the sum over everything, as if any other byte had been changed
    archive.write_bytes(whole)
    assert run(["restore", str(archive), "--over"]) == 2
    told = capsys.readouterr().err
    assert "cannot be read as a backup: C" in told
    assert "If it is one, it is not whole: copy it here once more, or take an earlier one." in told
    assert dumped(file) == before


def test_nothing_is_changed_where_the_files_beside_the_database_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", f"sqlite+aiosqlite:///{tmp_path / 'overture.db'}")
    fill(f"sqlite+aiosqlite:///{tmp_path / 'overture.db'}")
    run(["backup", str(tmp_path / "backup.tar.gz")])
    (tmp_path / "overture.db").unlink()
    (tmp_path / "data").write_text("in the way")
    assert run(["restore", str(tmp_path / "backup.tar.gz")]) == 2
    assert f"has cannot be put back: [Errno 17] File exists: '{tmp_path}/data'" in capsys.readouterr().err
    assert not (tmp_path / "overture.db").exists()


def test_nothing_is_put_back_under_a_service_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would go on writing to a file that nobody will ever open again."""
    file, archive = tmp_path / "data" / "overture.db", tmp_path / "backup.tar.gz"
    fill(f"sqlite+aiosqlite:///{file}")
    with sole_user(file):
        assert run(["backup", str(archive)]) == 0
        assert run(["restore", str(archive), "--over"]) == 2
    assert f"another process serves from the database {file}" in capsys.readouterr().err
    assert run(["restore", str(archive), "--over"]) == 0


def test_nothing_is_left_where_the_backup_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["backup", str(tmp_path / "backup.tar.gz")]) == 2
    assert "nothing to back up" in capsys.readouterr().err
    fill(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'overture.db'}")
    assert run(["backup", str(tmp_path / "nowhere" / "backup.tar.gz")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_what_is_no_file_is_not_replaced_by_a_backup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Such as /dev/stdout, in whose place there was an archive until the next start of the machine."""
    fill(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'overture.db'}")
    os.mkfifo(tmp_path / "pipe")
    assert run(["backup", str(tmp_path / "pipe")]) == 2
    assert "it is no file" in capsys.readouterr().err
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("name", ["overture.db", "overture.db-wal", "secret", "media/backup.tar.gz"])
def test_what_is_backed_up_is_not_replaced_by_its_backup_nor_joined_by_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    data = tmp_path / "data"
    fill(f"sqlite+aiosqlite:///{data / 'overture.db'}")
    (data / "secret").write_text("s3cret")
    (data / "media").mkdir()
    before = dumped(data / "overture.db")
    (tmp_path / "link").symlink_to(data)
    assert run(["backup", str(tmp_path / "link" / name)]) == 2
    assert "where something lies that is backed up. Name another place" in capsys.readouterr().err
    assert dumped(data / "overture.db") == before
    assert (data / "secret").read_text() == "s3cret"
    assert list((data / "media").iterdir()) == []


def test_files_that_come_and_go_meanwhile_break_nothing_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, archive = tmp_path / "data", tmp_path / "backup.tar.gz"
    fill(f"sqlite+aiosqlite:///{data / 'overture.db'}")
    (data / "media").mkdir()
    for name in ("gone.png", "half.png.part", "kept.png"):
        (data / "media" / name).write_bytes(b"picture")
    add = tarfile.TarFile.add

    def add_late(self: tarfile.TarFile, name: Path, arcname: str, *, recursive: bool = True) -> None:
        (data / "media" / "gone.png").unlink(missing_ok=True)
        add(self, name, arcname, recursive=recursive)

    monkeypatch.setattr(tarfile.TarFile, "add", add_late)
    assert run(["backup", str(archive)]) == 0
    with tarfile.open(archive) as parts:
        assert [one for one in parts.getnames() if one.startswith("media")] == ["media", "media/kept.png"]


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_too_little_room_for_a_copy_is_no_fault_of_the_database_or_the_archive(tmp_path: Path, command: str) -> None:
    fill(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'overture.db'}")
    archive, room = tmp_path / "backup.tar.gz", tmp_path / "room"
    assert run(["backup", str(archive)]) == 0
    room.mkdir()
    program = (
        "import resource, sys; from bot.entrypoints.command_line.cli import run; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); sys.exit(run(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, command, str(archive), *(["--over"] if command == "restore" else [])],
        env={**os.environ, "TMPDIR": str(room)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"Make room in {room}, or name another folder in TMPDIR." in done.stderr


@pytest.mark.parametrize("where", ["data", "unpacked"])
def test_a_backup_that_does_not_fit_is_refused_before_any_of_it_is_written(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, archive, unpacked = tmp_path / "data", tmp_path / "backup.tar.gz", tmp_path / "unpacked"
    fill(f"sqlite+aiosqlite:///{data / 'overture.db'}")
    (data / "media").mkdir()
    (data / "media" / "picture").write_bytes(bytes(500_000))
    assert run(["backup", str(archive)]) == 0
    (data / "media" / "picture").unlink()
    before = dumped(data / "overture.db")
    unpacked.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(unpacked))
    real = shutil.disk_usage

    def nearly_full(folder: Path) -> Any:
        return real(folder)._replace(free=600_000) if (tmp_path / where) in (folder, *folder.parents) else real(folder)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    assert run(["restore", str(archive), "--over"]) == 2
    told = capsys.readouterr().err
    assert " MB are wanted in " in told
    assert "and 0.6 MB are free on its disk. Make room" in told
    assert dumped(data / "overture.db") == before
    assert list((data / "media").iterdir()) == []


def test_nothing_is_changed_where_the_folder_of_files_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, archive = tmp_path / "data", tmp_path / "backup.tar.gz"
    fill(f"sqlite+aiosqlite:///{data / 'overture.db'}")
    (data / "media").mkdir()
    (data / "media" / "picture").write_bytes(b"picture")
    assert run(["backup", str(archive)]) == 0
    asyncio.run(say_on_the_feed(f"sqlite+aiosqlite:///{data / 'overture.db'}", "not in the backup"))
    before = dumped(data / "overture.db")
    shutil.rmtree(data / "media")
    (data / "media").write_text("in the way")
    assert run(["restore", str(archive), "--over"]) == 2
    assert f"cannot be put back: [Errno 17] File exists: '{data}/media'" in capsys.readouterr().err
    assert dumped(data / "overture.db") == before


def test_a_database_that_is_none_is_no_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "overture.db").write_text("no database")
    assert run(["backup", str(tmp_path / "backup.tar.gz")]) == 2
    assert "overture.db cannot be read: file is not a database" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        ("theirs", "cannot be read: file is not a database"),
        ("CREATE TABLE notes (text)", "cannot be read: no such table: alembic_version"),
        (
            "CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('ae10');"
            "CREATE TABLE feed (position INTEGER PRIMARY KEY AUTOINCREMENT)",
            "is none of Overture's: its tables are at version ['ae10']",
        ),
        ("CREATE TABLE alembic_version (version_num)", "is none of Overture's: its tables are at version []"),
    ],
    ids=["no database", "another program's", "another program's of our kind", "nobody's"],
)
def test_an_archive_without_a_database_of_ours_in_it_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], theirs: str, told: str
) -> None:
    file, archive = tmp_path / "data" / "overture.db", tmp_path / "backup.tar.gz"
    fill(f"sqlite+aiosqlite:///{file}")
    before = dumped(file)
    (tmp_path / "manifest.json").write_text('{"database": "sqlite", "at": "2026-11-28T02:47:00+00:00"}')
    if theirs.startswith("CREATE"):
        with closing(sqlite3.connect(tmp_path / "database")) as connection:
            connection.executescript(theirs)
    else:
        (tmp_path / "database").write_text(theirs)
    with tarfile.open(archive, "w:gz") as parts:
        for name in ("manifest.json", "database"):
            parts.add(tmp_path / name, name)
    assert run(["restore", str(archive), "--over"]) == 2
    assert f"the database in the backup {told}" in capsys.readouterr().err
    assert dumped(file) == before


async def say_on_the_feed(url: str, *keys: str, sealing: Sealing = OFF) -> int:
    """The position of the last."""
    database = Database(url, sealing)
    async with database.transaction() as uow:
        for key in keys:
            await uow.feeds.append("webchat:anna", key, {"text": key}, NOON)
        newest = await uow.feeds.newest()
    await database.close()
    return newest
