"""SQLite by its own driver, with SQLAlchemy for the SQL and the types but not for the way there and back.

A statement inside a transaction touches memory, or the disk's cache, for some ten microseconds. SQLAlchemy takes ten
times that to run it, and aiosqlite 75 to hand it to its thread and back, four times. So statements run where they are
called, by `compiled.py`. What may wait for the disk or for another process goes through the thread: opening,
committing what was written, beginning while somebody else writes.

Those that wait for each other are committed together, since the disk takes as long for twenty as for one. Nobody
goes on before what they wrote, or may have read of others, is on the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import URL, Executable, event
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.dialects.sqlite.aiosqlite import (
    dialect as aiosqlite_dialect,
)
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool
from sqlalchemy.util import await_only

from bot.adapters.database.compiled import MOST_STATEMENTS, Rows, Statement, compiled
from bot.adapters.database.sealing import Sealing

BUSY_TIMEOUT_SECONDS = 30
"""How long a transaction waits for another process, such as a backup or the command line."""

PAGE_CACHE_KILOBYTES = 65_536
"""What the memory of a process grows by while its database does; then the pages unused for longest make room."""

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

PRAGMAS_OF_READER = (f"PRAGMA cache_size = -{PAGE_CACHE_OF_READER_KILOBYTES}", "PRAGMA temp_store = MEMORY")
BEGIN = "BEGIN IMMEDIATE"
EMPTY_JOURNAL = "PRAGMA wal_checkpoint(TRUNCATE)"

BEGIN_BEHIND, KEEP, UNDO = "SAVEPOINT behind", "RELEASE behind", "ROLLBACK TO behind"
"""Of a transaction behind another, in what is committed for both."""

_DIALECT: Dialect = aiosqlite_dialect()


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


class SqliteSession:
    """One transaction, or what only reads. Its statements run in the caller's thread."""

    __slots__ = ("_connection", "_only_reads", "sealing")
    is_postgresql = False

    def __init__(self, connection: sqlite3.Connection, sealing: Sealing, *, only_reads: bool = False) -> None:
        self._connection = connection
        self._only_reads = only_reads
        self.sealing = sealing

    async def execute(self, statement: Executable, values: Any = None) -> Rows:
        """Run it with these values; a list of them runs it once for each. Raises what SQLAlchemy would raise."""
        return self.run(statement, values)

    def run(self, statement: Executable, values: Any) -> Rows:
        many = isinstance(values, list)
        keys = tuple(values[0] if many else values) if values else None
        prepared = compiled(statement, keys, _DIALECT)
        if self._only_reads:
            prepared.must_only_read()
        try:
            if many:
                return self._execute_each(prepared, values)
            cursor = self._connection.execute(*prepared.bind(values or {}))
            if cursor.description is None:
                return Rows([], cursor.rowcount)
            columns = cursor.description
            return Rows(prepared.read(lambda: [column[0] for column in columns], cursor.fetchall()), cursor.rowcount)
        except ValueError as error:  # a value that its column does not take
            raise StatementError(str(error), prepared.sql, None, error, hide_parameters=True) from error
        except sqlite3.Error as error:
            raise _as_sqlalchemy(error, prepared.sql) from error

    def _execute_each(self, prepared: Statement, values: list[Any]) -> Rows:
        bound = [prepared.bind(one) for one in values]
        cursor = self._connection.executemany(bound[0][0], [arguments for _, arguments in bound])
        return Rows([], cursor.rowcount)


class SqliteSessionAside(SqliteSession):
    """What only reads, and may take long: its statements run in a thread, and the caller's goes on."""

    __slots__ = ()

    async def execute(self, statement: Executable, values: Any = None) -> Rows:
        running = asyncio.ensure_future(asyncio.to_thread(self.run, statement, values))
        await _outlast(running)  # for only then may its connection be closed
        return running.result()


class SqliteFile:
    """One SQLite database, with one transaction at a time on one connection that is kept open."""

    def __init__(self, url: URL, sealing: Sealing) -> None:
        self._url = url
        self._engine = open_sqlite(url)
        self._sealing = sealing
        self._connection: AsyncConnection | None = None
        self._driver: Any = None
        self._reader: sqlite3.Connection | None = None
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self._waiting = 0
        """How many wait for their turn."""

        self._together: asyncio.Future[None] | None = None
        """What is to come of the transactions that are done and will be committed together."""

        self._committing: asyncio.Task[None] | None = None
        """Who commits them; kept here, since an event loop does not keep its tasks."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqliteSession]:
        """One that wrote is on the disk when it ends; one that fails, or is cancelled, has undone what it wrote."""
        async with self._alone():
            bare = await self._opened()
            changes_before = bare.total_changes
            try:
                await self._begin(bare)
            except sqlite3.Error as error:
                raise _as_sqlalchemy(error, BEGIN) from error
            try:
                yield SqliteSession(bare, self._sealing)
                committed = await self._end(bare, written=bare.total_changes != changes_before)
            except sqlite3.Error as error:
                self._undo(bare, error)
                raise _as_sqlalchemy(error, "COMMIT") from error
            except BaseException as error:
                self._undo(bare, error)
                raise
        if committed is not None:
            try:
                await _outlast(committed)
            except sqlite3.Error as error:
                raise _as_sqlalchemy(error, "COMMIT") from error

    @asynccontextmanager
    async def reading(self, *, at_length: bool = False) -> AsyncIterator[SqliteSession]:
        """On a connection of its own, which waits for no transaction; each statement sees what is committed by then."""
        if not _is_file(self._url):  # a database in memory is its connection's
            async with self.transaction() as session:
                yield session
            return
        if at_length:
            with contextlib.closing(_open_reader(self._url)) as reader:
                yield SqliteSessionAside(reader, self._sealing, only_reads=True)
            return
        if self._reader is None:
            self._reader = _open_reader(self._url)
        yield SqliteSession(self._reader, self._sealing, only_reads=True)

    @asynccontextmanager
    async def migration(self) -> AsyncIterator[AsyncConnection]:
        """A transaction as SQLAlchemy has it."""
        async with self._alone():
            await self._commit_together()
            connection = self._connection or await self._open()
            async with connection.begin():
                yield connection

    async def may_only_read(self) -> bool:
        """Never for sure: each transaction may write, and says so where the file may not be written."""
        return False

    async def forget(self) -> None:
        """Leave nothing of deleted rows in the file's journal either, where older copies of their pages lie.

        Where another process reads meanwhile, or the disk fails, the next erasure empties it, or whoever is the last
        to close the file.
        """
        async with self._alone():
            await self._commit_together()
            if self._driver is not None:
                bare: sqlite3.Connection = self._driver._conn
                with contextlib.suppress(sqlite3.Error):
                    await self._in_thread(lambda: bare.execute(EMPTY_JOURNAL).close())

    async def close(self) -> None:
        async with self._alone():
            await self._commit_together()
            if self._reader is not None:
                self._reader.close()
                self._reader = None
            if self._connection is not None:
                await self._connection.close()
                self._connection = self._driver = None
            await self._engine.dispose()

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("a transaction was begun inside a transaction of the same task; pass the unit of work.")
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        self._holder = asyncio.current_task()
        try:
            yield
        finally:
            self._holder = None
            self._turn.release()

    async def _opened(self) -> sqlite3.Connection:
        if self._driver is None:
            try:
                await self._open()
            except sqlite3.Error as error:
                raise _as_sqlalchemy(error, BEGIN) from error
        bare: sqlite3.Connection = self._driver._conn
        return bare

    async def _open(self) -> AsyncConnection:
        """Open the file, and make its folder."""
        if self._url.database and _is_file(self._url):
            # What cannot be made is told by the connection, in better words.
            with contextlib.suppress(OSError):
                Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
        self._connection = await self._engine.connect()
        self._driver = (await self._connection.get_raw_connection()).driver_connection
        return self._connection

    async def _begin(self, bare: sqlite3.Connection) -> None:
        """Take the write lock at once: a transaction that reads first could find its snapshot too old to write on."""
        if self._together is not None:
            bare.execute(BEGIN_BEHIND)
            return
        try:
            bare.execute(BEGIN)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            try:
                await self._in_thread(lambda: _begin_after_others(bare))
            except BaseException:
                bare.rollback()
                raise

    async def _end(self, bare: sqlite3.Connection, *, written: bool) -> asyncio.Future[None] | None:
        """Commit it, or leave that to those who wait already: then what is to come of it.

        Only a transaction that changed something, or that read what is not committed yet, waits for the disk.
        """
        if self._together is not None:
            bare.execute(KEEP)
        elif not written:
            bare.commit()
        elif not self._waiting:
            await self._in_thread(bare.commit)
        else:
            self._together = asyncio.get_running_loop().create_future()
            self._committing = asyncio.create_task(self._commit_in_turn())
        return self._together

    def _undo(self, bare: sqlite3.Connection, error: BaseException) -> None:
        """Undo one transaction alone; where SQLite has given up all that were to be committed together, tell them."""
        if self._together is None:
            bare.rollback()
            return
        try:
            bare.execute(UNDO)
            bare.execute(KEEP)
        except sqlite3.Error as gone:
            bare.rollback()
            orig = getattr(error, "orig", error)
            self._tell_together(orig if isinstance(orig, sqlite3.Error) else gone)

    async def _commit_in_turn(self) -> None:
        """Behind all who waited when the first of them was done."""
        async with self._alone():
            await self._commit_together()

    async def _commit_together(self) -> None:
        if self._together is None:
            return
        bare: sqlite3.Connection = self._driver._conn
        try:
            await self._in_thread(bare.commit)
        except sqlite3.Error as error:
            bare.rollback()
            self._tell_together(error)
        except asyncio.CancelledError:
            self._tell_together(None)  # it has run to its end
            raise
        else:
            self._tell_together(None)

    def _tell_together(self, error: sqlite3.Error | None) -> None:
        together, self._together = self._together, None
        if together is None:
            return
        if error is None:
            together.set_result(None)
        else:
            together.set_exception(error)

    async def _in_thread(self, work: Callable[[], None]) -> None:
        """Run `work` in aiosqlite's thread and wait for its end, also when we are cancelled meanwhile.

        Only then is it known whether there is a transaction, and only then may this thread use the connection.
        """
        done = asyncio.get_running_loop().create_future()
        self._driver._tx.put_nowait((done, work))
        await _outlast(done)


async def _outlast(outcome: asyncio.Future[Any]) -> None:
    """Wait for it, also when we are cancelled meanwhile; raises what it raises, or else the cancellation."""
    cancelled: asyncio.CancelledError | None = None
    while not outcome.done():
        try:
            await asyncio.wait([outcome])
        except asyncio.CancelledError as error:
            cancelled = error
    outcome.result()
    if cancelled is not None:
        raise cancelled


def _is_file(url: URL) -> bool:
    return bool(url.database) and url.database != ":memory:"


def _open_reader(url: URL) -> sqlite3.Connection:
    (path,), options = _DIALECT.create_connect_args(url)
    known: dict[str, Any] = {**options, **CONNECTED, "timeout": BUSY_TIMEOUT_SECONDS}
    try:
        reader: sqlite3.Connection = sqlite3.connect(path, **known)
        for pragma in PRAGMAS_OF_READER:
            reader.execute(pragma)
    except sqlite3.Error as error:
        raise _as_sqlalchemy(error, "a reader") from error
    return reader


def _begin_after_others(bare: sqlite3.Connection) -> None:
    """Wait, in aiosqlite's thread, until another process has committed."""
    bare.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    try:
        bare.execute(BEGIN)
    finally:
        bare.execute("PRAGMA busy_timeout = 0")


def _as_sqlalchemy(error: sqlite3.Error, statement: str) -> DBAPIError:
    """Without the values, which are what people wrote."""
    kinds = ((sqlite3.IntegrityError, IntegrityError), (sqlite3.OperationalError, OperationalError))
    kind = next((ours for theirs, ours in kinds if isinstance(error, theirs)), DBAPIError)
    return kind(statement, None, error, hide_parameters=True)


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
