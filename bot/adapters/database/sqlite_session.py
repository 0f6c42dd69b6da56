"""Runs statements on a connection to SQLite; what goes wrong is told as SQLAlchemy tells it."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.sqlite.aiosqlite import dialect as aiosqlite_dialect
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError

from bot.adapters.database.compiled import Rows, Statement, compiled
from bot.adapters.database.sealing import Sealing

DIALECT: Dialect = aiosqlite_dialect()


class SqliteSession:
    """One transaction, or what only reads. Its statements run in the caller's thread, but for those that take long."""

    __slots__ = ("_connection", "_only_reads", "sealing")
    is_postgresql = False

    def __init__(self, connection: sqlite3.Connection, sealing: Sealing, *, only_reads: bool = False) -> None:
        self._connection = connection
        self._only_reads = only_reads
        self.sealing = sealing

    async def execute(self, statement: Executable, values: Any = None) -> Rows:
        """Run it with these values; a list of them runs it once for each. Raises what SQLAlchemy would raise."""
        return self.run(statement, values)

    async def execute_at_length(self, statement: Executable, values: Any = None) -> Rows:
        """In a thread: the caller's goes on."""
        running = asyncio.ensure_future(asyncio.to_thread(self.run, statement, values))
        await outlast(running)  # for only then is its connection anybody else's, or closed
        return running.result()

    def run(self, statement: Executable, values: Any) -> Rows:
        many = isinstance(values, list)
        keys = tuple(values[0] if many else values) if values else None
        prepared = compiled(statement, keys, DIALECT, many=many)
        if self._only_reads:
            prepared.must_only_read()
        try:
            if many:
                prepared.must_give_no_rows()
                return self._execute_each(prepared, values)
            cursor = self._connection.execute(*prepared.bind(values or {}))
            if cursor.description is None:
                return Rows([], cursor.rowcount)
            columns = cursor.description
            return Rows(prepared.read(lambda: [column[0] for column in columns], cursor.fetchall()), cursor.rowcount)
        except ValueError as error:  # a value that its column does not take
            raise StatementError(str(error), prepared.sql, None, error, hide_parameters=True) from error
        except sqlite3.Error as error:
            raise as_sqlalchemy(error, prepared.sql) from error

    def _execute_each(self, prepared: Statement, values: list[Any]) -> Rows:
        bound = [prepared.bind(one) for one in values]
        cursor = self._connection.executemany(bound[0][0], [arguments for _, arguments in bound])
        return Rows([], cursor.rowcount)


class SqliteSessionAside(SqliteSession):
    """What only reads, and may take long: its statements run in a thread, and the caller's goes on."""

    __slots__ = ()

    async def execute(self, statement: Executable, values: Any = None) -> Rows:
        return await self.execute_at_length(statement, values)


def as_sqlalchemy(error: sqlite3.Error, statement: str) -> DBAPIError:
    """Without the values, which are what people wrote."""
    kinds = ((sqlite3.IntegrityError, IntegrityError), (sqlite3.OperationalError, OperationalError))
    kind = next((ours for theirs, ours in kinds if isinstance(error, theirs)), DBAPIError)
    return kind(statement, None, error, hide_parameters=True)


async def outlast(outcome: asyncio.Future[Any]) -> None:
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
