"""Backing up and restoring all that is kept: the database, the installation's secret, and files of customers.

The trained model is no part of it: it is made anew from the content, which is files of your own.
"""

from __future__ import annotations

import asyncio
import errno
import gzip
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from subprocess import DEVNULL, PIPE
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from typing import Self

from sqlalchemy import URL, make_url
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from bot.adapters.attachments import DRAFT
from bot.adapters.database.keys_in_use import require_known
from bot.adapters.migrations import HEAD, known_versions
from bot.adapters.tables import field_key, metadata, process
from bot.domain.errors import SettingsError
from bot.entrypoints.room import require_room, size_of
from bot.entrypoints.running import refuse_beside_others
from bot.entrypoints.sole_user import sole_user
from bot.entrypoints.stores import sealing_of, store_of
from bot.services.fetch_files import FOLDER as MEDIA
from bot.settings import Settings

MANIFEST, DATABASE = "manifest.json", "database"
KEPT = ("secret", MEDIA, "sandbox-clock")
"""Of the data folder, beside the database."""

BESIDE = ("", "-wal", "-shm", "-journal", "-in-use")
"""How the names of SQLite's files end, after the database's own."""

FAR = 1_000_000_000
"""More than is ever said between a backup and what it takes the place of."""

LEAP = f"SELECT setval(feeds, nextval(feeds) + {FAR}) FROM pg_get_serial_sequence('feed', 'position') AS feeds"  # noqa: S608
"""What comes after a restore has positions on the feeds that nothing had before it: open pages know their last one, and
take none for new that is not beyond it."""

STILL_ALONE = """
DO $$ BEGIN
  IF to_regclass('process') IS NOT NULL THEN
    LOCK TABLE process;
    IF EXISTS (SELECT FROM process WHERE until > extract(epoch FROM clock_timestamp()) * 1000000) THEN
      RAISE 'a process has begun to run on the database meanwhile; stop it, and try again';
    END IF;
  END IF;
END $$
"""
"""From here to the end of the transaction none can begin: it would wait for the lock to say so."""

PROOF_IN_DUMP = re.compile(r"^([\w.-]+)\t([^\t]+)\t(?:\d+|\\N)$", re.MULTILINE)
"""A row of field keys as PostgreSQL's COPY writes it: id, proof, and since when."""

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class _About:
    """What an archive says of itself. `knows` is the last version of the tables that its Overture knows."""

    database: str
    at: datetime
    knows: str

    def write(self, file: Path) -> None:
        told = {"database": self.database, "at": self.at.isoformat(timespec="seconds"), "knows": self.knows}
        file.write_text(json.dumps(told), encoding="utf-8")

    @classmethod
    def read(cls, file: Path, source: Path) -> Self:
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            # The first archives do not say what their Overture knew, which this one knows as well.
            return cls(str(told["database"]), datetime.fromisoformat(told["at"]), str(told.get("knows", HEAD)))
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise SettingsError(f"{source} is no backup of Overture's: its {MANIFEST} cannot be read.") from error


def back_up(settings: Settings, target: Path) -> None:
    """Write an archive of everything, whole or not at all; the service may run meanwhile."""
    url = make_url(settings.database_url)
    if target.exists() and not target.is_file():
        raise SettingsError(f"{target} cannot be written: it is no file. Name one for the backup.")
    if _is_ours(target, settings.data, _file(url)):
        raise SettingsError(f"{target} is where something lies that is backed up. Name another place for the backup.")
    with TemporaryDirectory(prefix="overture-backup-") as folder:
        parts = Path(folder)
        _dump(url, parts / DATABASE)
        _About(url.get_backend_name(), datetime.now(UTC), HEAD).write(parts / MANIFEST)
        draft = target.with_name(f".{target.name}.part")
        try:
            with tarfile.open(draft, "w:gz") as archive:
                for name in (MANIFEST, DATABASE):
                    archive.add(parts / name, name)
                for name in KEPT:
                    _add(archive, settings.data / name, name)
            draft.chmod(0o600)
            draft.replace(target)
        except OSError as error:
            raise SettingsError(f"{target} cannot be written: {error}") from error
        finally:
            draft.unlink(missing_ok=True)


def _is_ours(target: Path, data: Path, file: Path | None) -> bool:
    """Whether it would take the place of what it is a backup of, or be among what the next one is of."""
    kept = [data / name for name in KEPT]
    if file is not None:
        kept += [file.with_name(file.name + ending) for ending in BESIDE]
    real = target.resolve()
    return any(one.resolve() in (real, *real.parents) for one in kept)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    """With all that is in it, but for drafts and what is deleted meanwhile, since a service may run."""
    if path.suffix == DRAFT:
        return
    with suppress(FileNotFoundError):
        archive.add(path, name, recursive=False)
    if path.is_dir():
        for one in sorted(path.iterdir()):
            _add(archive, one, f"{name}/{one.name}")


@dataclass(frozen=True, slots=True)
class Restored:
    """When the backup was made, and how many files of customers are there that came after it: no row names them."""

    made_at: datetime
    files_after_it: int


def restore(settings: Settings, source: Path, *, over: bool = False) -> Restored:
    """Put back what an archive has. `over` what is there now, which is refused otherwise."""
    url = make_url(settings.database_url)
    with _unpacked(source) as parts:
        about = _About.read(parts / MANIFEST, source)
        if about.database != url.get_backend_name():
            raise SettingsError(
                f"{source} is of a {about.database} database, and OVERTURE_DATABASE is {url.get_backend_name()}. "
                "Set it to one of that kind."
            )
        if about.knows not in known_versions():
            raise SettingsError(
                f"{source} was made by a later Overture, which knows version {about.knows} of the tables; this one "
                f"knows them up to {HEAD}. Restore it with that Overture."
            )
        if _is_there(url):
            if not over:
                raise SettingsError("there is a database already. Stop every process that uses it, then add --over.")
            asyncio.run(_refuse_beside_others(settings))
        with sole_user(_file(url)):
            _look_whether_it_can_be_read(settings, source, _proofs(url, parts / DATABASE))
            try:
                _look_whether_we_may_write(settings.data, parts)
                _look_whether_it_fits(url, settings.data, parts)
                _load(url, parts / DATABASE)
                for name in KEPT:
                    _put(parts / name, settings.data / name)
            except OSError as error:
                why = f"{error.strerror}. Make room there." if error.errno in NO_ROOM else error
                raise SettingsError(f"what {source} has cannot be put back: {why}") from error
        return Restored(about.at, _files_beyond(parts / MEDIA, settings.data / MEDIA))


# ---------------------------------------------------------------- databases


async def _refuse_beside_others(settings: Settings) -> None:
    """On a server's database, where each says so; beside a SQLite file there is a lock."""
    store = store_of(settings)
    if store.shared:
        try:
            await store.revision()  # says so where we cannot get in, though psql could
            await refuse_beside_others(store)
        finally:
            await store.close()


def _dump(url: URL, target: Path) -> None:
    if (file := _file(url)) is not None:
        if not file.exists():
            raise SettingsError(f"there is no database at {file} yet, so there is nothing to back up.")
        try:
            with closing(sqlite3.connect(file)) as theirs, closing(sqlite3.connect(target)) as ours:
                theirs.backup(ours)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
                raise SettingsError(f"the database {file} cannot be copied: {error}. {_make_room()}") from error
            raise SettingsError(f"the database {file} cannot be read: {error}. OVERTURE_DATABASE names it.") from error
        return
    _run("pg_dump", url, "--format=custom", f"--file={target}", f"--exclude-table-data={process.name}")


def _load(url: URL, source: Path) -> None:
    if (file := _file(url)) is not None:
        _leap(source)
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.part")
        try:
            shutil.copyfile(source, draft)
            for leftover in ("-wal", "-shm"):
                file.with_name(file.name + leftover).unlink(missing_ok=True)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
        return
    _put_back(url, source)


def _look_whether_it_can_be_read(settings: Settings, source: Path, proofs: Mapping[str, str]) -> None:
    """Whether these are the keys that it is sealed with; a database that nobody can read is no use to anybody."""
    try:
        require_known(sealing_of(settings), proofs)
    except SettingsError as error:
        raise SettingsError(f"{source} is not put back: {error}") from error


def _proofs(url: URL, source: Path) -> Mapping[str, str]:
    """Of the field keys that the database in the backup is sealed with, by their ids."""
    if _file(url) is None:
        rows = _run("pg_restore", None, "--data-only", f"--table={field_key.name}", "--file=-", str(source))
        return dict(PROOF_IN_DUMP.findall(rows))
    try:
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("SELECT version_num FROM alembic_version")
            if connection.execute("SELECT name FROM sqlite_master WHERE name = ?", (field_key.name,)).fetchone():
                return dict(connection.execute(f"SELECT id, proof FROM {field_key.name}").fetchall())  # noqa: S608
            return {}
    except sqlite3.Error as error:
        raise SettingsError(f"the database in the backup cannot be read: {error}.") from error


def _leap(file: Path) -> None:
    """As `LEAP` does it."""
    with closing(sqlite3.connect(file)) as connection, connection:
        last = connection.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'feed'").fetchone()[0] or 0
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'feed'")
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('feed', ?)", (last + FAR,))


def _is_there(url: URL) -> bool:
    """Whether it has tables of ours, or there is a file in its place."""
    if (file := _file(url)) is not None:
        return file.exists()
    asked = "SELECT to_regclass('alembic_version') IS NOT NULL"
    return _run("psql", url, "--no-psqlrc", "--tuples-only", "--no-align", f"--command={asked}").strip() == "t"


def _file(url: URL) -> Path | None:
    """Where SQLite has it; None where a server does."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _look_whether_we_may_write(data: Path, parts: Path) -> None:
    """Before anything is changed, for a database without its files is worse than none."""
    for folder in (data, *(data / name for name in KEPT if (parts / name).is_dir())):
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()


def _look_whether_it_fits(url: URL, data: Path, parts: Path) -> None:
    """Beside what is there now. Where a server has the database, its disk is the server's to look after."""
    wanted = {data: sum(size_of(parts / name) for name in KEPT)}
    if (file := _file(url)) is not None:
        wanted[file.parent] = wanted.get(file.parent, 0) + size_of(parts / DATABASE)
    require_room(wanted)


def _put_back(url: URL, dump: Path) -> None:
    """All of the dump or, where it breaks off, nothing, in the place of every table of ours.

    pg_restore's own --clean knows the tables of the dump alone, and fails where a later version made one that names one
    of them. So all are dropped first, and psql is told to commit once pg_restore has given the whole dump.
    """
    ours = ", ".join(f'"{name}"' for name in (*metadata.tables, "alembic_version"))
    to_psql, env = _addressed("psql", url, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
    from_dump, _ = _addressed("pg_restore", None, "--no-owner", "--file=-", str(dump))
    with (
        TemporaryFile() as complaints,
        subprocess.Popen(to_psql, env=env, stdin=PIPE, stdout=DEVNULL, stderr=complaints) as psql,  # noqa: S603
        subprocess.Popen(from_dump, stdout=PIPE, stderr=complaints) as reading,  # noqa: S603
    ):
        assert psql.stdin is not None  # noqa: S101
        assert reading.stdout is not None  # noqa: S101
        with suppress(BrokenPipeError), psql.stdin as told:  # it ended at an error, and says which
            told.write(f"BEGIN; {STILL_ALONE}; DROP TABLE IF EXISTS {ours} CASCADE;\n".encode())
            shutil.copyfileobj(reading.stdout, told)
            if reading.wait() == 0:
                told.write(f"RESET search_path; {LEAP}; COMMIT;\n".encode())
        reading.stdout.close()
        failed = [one for one, process in (("pg_restore", reading), ("psql", psql)) if process.wait()]
        complaints.seek(0)
        if failed:
            told_us = complaints.read().decode(errors="replace").strip()
            raise SettingsError(f"{' and '.join(failed)} failed: {told_us}")


def _run(program: str, url: URL | None, *arguments: str) -> str:
    """What PostgreSQL's program prints."""
    command, env = _addressed(program, url, *arguments)
    done = subprocess.run(  # noqa: S603  PostgreSQL's own program, found on our path
        command, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SettingsError(f"{program} failed: {done.stderr.strip()}")
    return done.stdout


def _addressed(program: str, url: URL | None, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """A call of PostgreSQL's own program, and its environment, where a list of processes does not show the password."""
    if shutil.which(program) is None:
        raise SettingsError(f"{program} is not installed here. It comes with PostgreSQL's client programs.")
    if url is None:
        return [program, *arguments], {**os.environ}
    # Two words of asyncpg's, of which these know one by another name and the other not at all.
    ours = url.difference_update_query(["statement_cache_size", "ssl"])
    query = {**ours.query, **({"sslmode": url.query["ssl"]} if "ssl" in url.query else {}), **_several(url)}
    address = URL.create("postgresql", ours.username, None, ours.host, ours.port, ours.database, query)
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    return [program, f"--dbname={address.render_as_string()}", *arguments], {**os.environ, **password}


def _several(url: URL) -> dict[str, str]:
    """Where the address names several servers, each with its port, as these programs want them named."""
    _, told = asyncpg_dialect().create_connect_args(url)  # type: ignore[no-untyped-call]
    if not isinstance(told.get("host"), list):
        return {}
    return {"host": ",".join(told["host"]), "port": ",".join(map(str, told["port"]))}


# ---------------------------------------------------------------- the archive


@contextmanager
def _unpacked(source: Path) -> Iterator[Path]:
    """The parts of an archive of ours, in a folder that goes away."""
    with TemporaryDirectory(prefix="overture-restore-") as folder:
        try:
            with gzip.open(source) as packed, tarfile.open(fileobj=packed, mode="r:") as archive:
                for member in archive:
                    _unpack(archive, member, Path(folder))
                while packed.read(1 << 20):
                    """The sum over everything stands at the end, and a reader of archives does not go so far."""
        except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                raise SettingsError(f"{source} cannot be unpacked: {error.strerror}. {_make_room()}") from error
            is_there = not isinstance(error, OSError) or error.errno is None
            advice = ". If it is one, it is not whole: copy it here once more, or take an earlier one." * is_there
            raise SettingsError(f"{source} cannot be read as a backup: {error}{advice}") from error
        parts = Path(folder)
        if not ((parts / MANIFEST).is_file() and (parts / DATABASE).is_file()):
            raise SettingsError(f"{source} is an archive, but no backup of Overture's.")
        yield parts


def _make_room() -> str:
    return f"Make room in {gettempdir()}, or name another folder in TMPDIR."


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """One file of ours; an archive of somebody else's may name any path, or be a link to one."""
    path = PurePosixPath(member.name)
    known = path.parts[:1] and path.parts[0] in (MANIFEST, DATABASE, *KEPT)
    if not known or ".." in path.parts or not (member.isfile() or member.isdir()):
        raise tarfile.ReadError(f"{member.name} is nothing of ours")
    require_room({folder: member.size})
    if member.isfile() and (content := archive.extractfile(member)) is not None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with content, (folder / path).open("wb") as file:
            shutil.copyfileobj(content, file)
        (folder / path).chmod(0o600)


def _files_beyond(kept: Path, folder: Path) -> int:
    return sum(1 for one in folder.glob("*") if one.is_file() and not (kept / one.name).exists())


def _put(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.is_file():
        shutil.copy(source, target)
