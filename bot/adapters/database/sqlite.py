"""SQLite through aiosqlite, without its four hops between threads for each statement.

A statement inside a transaction touches memory, or the disk's cache, for some ten microseconds; handing it to
aiosqlite's thread and back costs 75, and SQLAlchemy does that four times (cursor, execute, fetch, close). So statements
run where they are called. What may wait for the disk or for another process goes through the thread: opening,
committing what was written, beginning while somebody else writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import URL, CursorResult, Executable, event
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool
from sqlalchemy.util import EMPTY_DICT, await_only

BUSY_TIMEOUT_SECONDS = 30
"""How long a transaction waits for another process, such as a backup or the command line."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA busy_timeout = 0",
)
BEGIN = "BEGIN IMMEDIATE"


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Runs its statement in the caller's thread."""

    __slots__ = ()
    _awaitable_cursor_close = False

    def __init__(self, adapt_connection: AsyncAdapt_aiosqlite_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        driver: Any = adapt_connection.driver_connection
        self._cursor: Any = driver._conn.cursor()
        self._soft_closed_memoized = EMPTY_DICT
        self._rows = deque()

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        try:
            self._cursor.execute(operation, parameters or ())
            if self._cursor.description:
                self._rows = deque(self._cursor.fetchall())
        except sqlite3.Error as error:
            self._adapt_connection._handle_exception(error)

    def executemany(self, operation: Any, seq_of_parameters: Sequence[Any]) -> Any:
        try:
            self._cursor.executemany(operation, seq_of_parameters)
        except sqlite3.Error as error:
            self._adapt_connection._handle_exception(error)


class _Connection(AsyncAdapt_aiosqlite_connection):
    """Begins and commits in the caller's thread where that cannot take long, else in aiosqlite's."""

    __slots__ = ("_changes_before",)
    _cursor_cls = _Cursor  # type: ignore[assignment]

    def begin(self) -> None:
        """Take the write lock at once: a transaction that reads first could find its snapshot too old to write on."""
        bare = self._bare()
        self._changes_before = bare.total_changes
        try:
            try:
                bare.execute(BEGIN)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                self._in_thread(lambda: _begin_after_others(bare))
        except sqlite3.Error as error:
            self._handle_exception(error)

    def commit(self) -> None:
        """Only a transaction that changed something waits for the disk."""
        bare = self._bare()
        try:
            if bare.total_changes != self._changes_before:
                self._in_thread(bare.commit)
            else:
                bare.commit()
        except sqlite3.Error as error:
            self._handle_exception(error)

    def rollback(self) -> None:
        if self._connection._connection is None:
            return
        try:
            self._bare().rollback()
        except sqlite3.Error as error:
            self._handle_exception(error)

    def _in_thread(self, work: Callable[[], None]) -> None:
        """Run `work` in aiosqlite's thread and wait for its end, also when we are cancelled meanwhile.

        Only then is it known whether there is a transaction, and only then may this thread use the connection.
        """
        done = asyncio.get_running_loop().create_future()
        self._connection._tx.put_nowait((done, work))
        cancelled: asyncio.CancelledError | None = None
        while not done.done():
            try:
                await_only(asyncio.wait([done]))
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled
        done.result()

    def _bare(self) -> sqlite3.Connection:
        driver: Any = self.driver_connection
        connection: sqlite3.Connection = driver._conn
        return connection


def _begin_after_others(bare: sqlite3.Connection) -> None:
    """Wait, in aiosqlite's thread, until another process has committed."""
    bare.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    try:
        bare.execute(BEGIN)
    finally:
        bare.execute("PRAGMA busy_timeout = 0")


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
        return _Connection(self, connecting)


class SqliteSession:
    """One transaction. Our cursor awaits nothing, so a statement needs no greenlet around it."""

    __slots__ = ("_connection",)
    is_postgresql = False

    def __init__(self, connection: AsyncConnection) -> None:
        assert connection.sync_connection is not None  # noqa: S101  it has begun
        self._connection = connection.sync_connection

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        return self._connection.execute(statement, values)


class SqliteFile:
    """One SQLite database, with one transaction at a time on one connection that is kept open.

    Taking the connection from a pool and back would cost more than most statements.
    """

    def __init__(self, url: URL) -> None:
        self._engine = open_sqlite(url)
        self._connection: AsyncConnection | None = None
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqliteSession]:
        async with self.migration() as connection:
            yield SqliteSession(connection)

    @asynccontextmanager
    async def migration(self) -> AsyncIterator[AsyncConnection]:
        """A transaction as SQLAlchemy has it."""
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("a transaction was begun inside a transaction of the same task; pass the unit of work.")
        async with self._turn:
            self._holder = asyncio.current_task()
            try:
                if self._connection is None or self._connection.invalidated:
                    self._connection = await self._engine.connect()
                async with self._connection.begin():
                    yield self._connection
            finally:
                self._holder = None

    async def close(self) -> None:
        async with self._turn:
            if self._connection is not None:
                await self._connection.close()
                self._connection = None
            await self._engine.dispose()


def open_sqlite(url: URL) -> AsyncEngine:
    """An engine with one connection, whose every transaction may write. Makes the file's folder."""
    if url.database and url.database != ":memory:":
        # What cannot be made is told by the first connection, in better words.
        with contextlib.suppress(OSError):
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        module=_Driver(aiosqlite, sqlite3),
        poolclass=StaticPool,
        hide_parameters=True,  # an error is logged, and the values are what people wrote
        # Autocommit, so that Python's driver begins no transactions of its own: `_Connection.begin` does.
        connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: _Connection, record: object) -> None:
        for pragma in PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        driver.begin()

    return engine
