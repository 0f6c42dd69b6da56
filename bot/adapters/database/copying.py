"""A whole database as a file, and back: by SQLite's own backup, or PostgreSQL's own programs."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE
from tempfile import TemporaryFile, gettempdir

from sqlalchemy import URL
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from bot.adapters.migrations import known_versions
from bot.adapters.tables import field_key, metadata, process
from bot.domain.errors import SettingsError

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


def file_of(url: URL) -> Path | None:
    """Where SQLite has it; None where a server does."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def is_there(url: URL) -> bool:
    """Whether it has tables of ours, or there is a file in its place."""
    if (file := file_of(url)) is not None:
        return file.exists()
    asked = "SELECT to_regclass('alembic_version') IS NOT NULL"
    return _run("psql", url, "--no-psqlrc", "--tuples-only", "--no-align", f"--command={asked}").strip() == "t"


def dump(url: URL, target: Path) -> None:
    """Write all of it into a file, as of one moment; a service may go on using it."""
    if (file := file_of(url)) is not None:
        if not file.exists():
            raise SettingsError(f"there is no database at {file} yet, so there is nothing to back up.")
        try:
            with closing(sqlite3.connect(file)) as theirs, closing(sqlite3.connect(target)) as ours:
                theirs.backup(ours)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
                raise SettingsError(f"the database {file} cannot be copied: {error}. {make_room()}") from error
            raise SettingsError(f"the database {file} cannot be read: {error}. OVERTURE_DATABASE names it.") from error
        return
    _run("pg_dump", url, "--format=custom", f"--file={target}", f"--exclude-table-data={process.name}")


def load(url: URL, source: Path) -> None:
    """Put what `dump` wrote in the place of what is there; nobody else may use it meanwhile."""
    if (file := file_of(url)) is not None:
        _leap(source)
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.part")
        try:
            draft.touch(mode=0o600)
            shutil.copyfile(source, draft)
            draft.chmod(_mode_of(file))
            _fold_in(file)
            for leftover in ("-wal", "-shm"):
                file.with_name(file.name + leftover).unlink(missing_ok=True)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
        return
    _put_back(url, source)


def _mode_of(file: Path) -> int:
    """Who may read what is put back: whoever might before, or its owner alone."""
    return file.stat().st_mode & 0o777 if file.exists() else 0o600


def _fold_in(file: Path) -> None:
    """What SQLite keeps beside it, so that the database that is there is whole up to the moment when it is replaced."""
    if file.exists():
        with suppress(sqlite3.Error), closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def proofs_in(url: URL, source: Path) -> Mapping[str, str]:
    """Of the field keys that the database in the backup is sealed with, by their ids."""
    if file_of(url) is None:
        rows = _run("pg_restore", None, "--data-only", f"--table={field_key.name}", "--file=-", str(source))
        return dict(PROOF_IN_DUMP.findall(rows))
    try:
        with closing(sqlite3.connect(source)) as connection:
            _require_ours(connection)
            if connection.execute("SELECT name FROM sqlite_master WHERE name = ?", (field_key.name,)).fetchone():
                return dict(connection.execute(f"SELECT id, proof FROM {field_key.name}").fetchall())  # noqa: S608
            return {}
    except sqlite3.Error as error:
        raise SettingsError(f"the database in the backup cannot be read: {error}.") from error


def _require_ours(connection: sqlite3.Connection) -> None:
    """Others keep the version of their tables under the same name."""
    versions = [found for (found,) in connection.execute("SELECT version_num FROM alembic_version")]
    if len(versions) != 1 or versions[0] not in known_versions():
        raise SettingsError(
            f"the database in the backup is none of Overture's: its tables are at version {versions}, which is none of "
            "ours. Name a file that overture backup wrote."
        )


def _leap(file: Path) -> None:
    """As `LEAP` does it."""
    with closing(sqlite3.connect(file)) as connection, connection:
        last = connection.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'feed'").fetchone()[0] or 0
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'feed'")
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('feed', ?)", (last + FAR,))


def _put_back(url: URL, source: Path) -> None:
    """All of the dump or, where it breaks off, nothing, in the place of every table of ours.

    pg_restore's own --clean knows the tables of the dump alone, and fails where a later version made one that names one
    of them. So all are dropped first, and psql is told to commit once pg_restore has given the whole dump.
    """
    ours = ", ".join(f'"{name}"' for name in (*metadata.tables, "alembic_version"))
    to_psql, env = _addressed("psql", url, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
    from_dump, _ = _addressed("pg_restore", None, "--no-owner", "--file=-", str(source))
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


def make_room() -> str:
    return f"Make room in {gettempdir()}, or name another folder in TMPDIR."
