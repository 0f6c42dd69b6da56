"""How a SQLite file is opened: for the one connection that writes, and for those that only read."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import URL, event
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool
from sqlalchemy.util import await_only

from bot.adapters.database.compiled import MOST_STATEMENTS
from bot.adapters.database.sqlite_session import DIALECT, as_sqlalchemy

BUSY_TIMEOUT_SECONDS = 30
"""How long a transaction waits for another process, such as a backup or the command line."""

PAGE_CACHE_KILOBYTES = 65_536
"""What the memory of a process grows by while its database does; then the pages unused for longest make room. A reader
that is opened for one long look has as much for as long as it looks."""

PAGE_CACHE_OF_READER_KILOBYTES = 16_384
"""The same, of the connection that only reads: what is read again and again."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    f"PRAGMA cache_size = -{PAGE_CACHE_KILOBYTES}",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA busy_timeout = 0",
)
CONNECTED = {"isolation_level": None, "check_same_thread": False, "cached_statements": MOST_STATEMENTS}
"""How Python's driver connects: in autocommit, so that it begins no transactions of its own, for we do."""

BEGIN = "BEGIN IMMEDIATE"


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arg: Any, **kw: Any) -> AsyncAdapt_aiosqlite_connection:
        connecting: Any = aiosqlite.connect(*arg, **kw)
        connecting._thread.daemon = True
        try:
            await_only(connecting)
        except BaseException:
            # A failed connection stops its thread, which still wants to tell this loop so.
            await_only(asyncio.to_thread(connecting._thread.join))
            raise
        return AsyncAdapt_aiosqlite_connection(self, connecting)


def is_file(url: URL) -> bool:
    return bool(url.database) and url.database != ":memory:"


def make_file(file: Path) -> None:
    """Make it where it is not there, for its owner alone, as is then all that SQLite keeps beside it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)


def open_sqlite(url: URL) -> AsyncEngine:
    """An engine with one connection, whose every transaction may write."""
    engine = create_async_engine(
        url,
        module=_Driver(aiosqlite, sqlite3),
        poolclass=StaticPool,
        hide_parameters=True,  # an error is logged, and the values are what people wrote
        connect_args={**CONNECTED, "timeout": BUSY_TIMEOUT_SECONDS},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: AsyncAdapt_aiosqlite_connection, record: object) -> None:
        for pragma in PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        """Of a migration; another process may migrate, too."""
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
        connection.exec_driver_sql(BEGIN)
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")

    return engine


def open_reader(url: URL, *, cache_kilobytes: int = PAGE_CACHE_OF_READER_KILOBYTES) -> sqlite3.Connection:
    (path,), options = DIALECT.create_connect_args(url)
    known: dict[str, Any] = {**options, **CONNECTED, "timeout": BUSY_TIMEOUT_SECONDS}
    try:
        reader: sqlite3.Connection = sqlite3.connect(path, **known)
        reader.execute(f"PRAGMA cache_size = -{cache_kilobytes}")
        reader.execute("PRAGMA temp_store = MEMORY")
    except sqlite3.Error as error:
        raise as_sqlalchemy(error, "a reader") from error
    return reader


def begin_after_others(bare: sqlite3.Connection) -> None:
    """Wait, in aiosqlite's thread, until another process has committed."""
    bare.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    try:
        bare.execute(BEGIN)
    finally:
        bare.execute("PRAGMA busy_timeout = 0")
