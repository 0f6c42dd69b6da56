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

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.database.sealing import Sealing
from bot.adapters.database.sqlite_connections import (
    BEGIN,
    PAGE_CACHE_KILOBYTES,
    begin_after_others,
    is_file,
    make_file,
    open_reader,
    open_sqlite,
)
from bot.adapters.database.sqlite_session import SqliteSession, SqliteSessionAside, as_sqlalchemy, outlast

EMPTY_JOURNAL = "PRAGMA wal_checkpoint(TRUNCATE)"

BEGIN_BEHIND, KEEP, UNDO = "SAVEPOINT behind", "RELEASE behind", "ROLLBACK TO behind"
"""Of a transaction behind another, in what is committed for both."""


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
                raise as_sqlalchemy(error, BEGIN) from error
            try:
                yield SqliteSession(bare, self._sealing)
                committed = await self._end(bare, written=bare.total_changes != changes_before)
            except sqlite3.Error as error:
                self._undo(bare, error)
                raise as_sqlalchemy(error, "COMMIT") from error
            except BaseException as error:
                self._undo(bare, error)
                raise
        if committed is not None:
            try:
                await outlast(committed)
            except sqlite3.Error as error:
                raise as_sqlalchemy(error, "COMMIT") from error

    @asynccontextmanager
    async def reading(self, *, at_length: bool = False) -> AsyncIterator[SqliteSession]:
        """On a connection of its own, which waits for no transaction; each statement sees what is committed by then."""
        if not is_file(self._url):  # a database in memory is its connection's
            async with self.transaction() as session:
                yield session
            return
        if at_length:
            with contextlib.closing(open_reader(self._url, cache_kilobytes=PAGE_CACHE_KILOBYTES)) as reader:
                yield SqliteSessionAside(reader, self._sealing, only_reads=True)
            return
        if self._reader is None:
            self._reader = open_reader(self._url)
        yield SqliteSession(self._reader, self._sealing, only_reads=True)

    @asynccontextmanager
    async def migration(self) -> AsyncIterator[AsyncConnection]:
        """A transaction as SQLAlchemy has it."""
        async with self._alone():
            await self._commit_together()
            connection = self._connection or await self._open()
            async with connection.begin():
                yield connection

    async def hindrance(self) -> str | None:
        """None for sure: each transaction may write, and says so where the file may not be written."""
        return None

    async def narrow_encoding(self) -> str | None:
        """None: a file has every letter."""
        return None

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
                raise as_sqlalchemy(error, BEGIN) from error
        bare: sqlite3.Connection = self._driver._conn
        return bare

    async def _open(self) -> AsyncConnection:
        """Open the file, and make it and its folder."""
        if self._url.database and is_file(self._url):
            # What cannot be made is told by the connection, in better words.
            with contextlib.suppress(OSError):
                make_file(Path(self._url.database))
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
                await self._in_thread(lambda: begin_after_others(bare))
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
        await outlast(done)
