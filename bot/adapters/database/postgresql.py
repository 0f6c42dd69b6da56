"""PostgreSQL through asyncpg, with SQLAlchemy for the SQL and the types but not for the way there and back.

A statement of ours costs asyncpg some 15 microseconds. SQLAlchemy's asyncpg dialect takes 80: it goes through a
greenlet, several switches between it and the loop, and a cursor. So asyncpg runs what `compiled.py` has made of it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy import URL, Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from bot.adapters.database.compiled import Rows, compiled
from bot.adapters.database.hindrances import look_for_hindrance, look_for_narrow_encoding
from bot.adapters.database.sealing import Sealing
from bot.domain.errors import SettingsError

CONNECT_TIMEOUT_SECONDS = 10
STATEMENT_TIMEOUT_SECONDS = 60
MOST_CONNECTIONS = 20
FULL_SECONDS = 10
"""So long a server may refuse connections because it has too many: others are given back to it, or to us."""

PAUSE_WHILE_FULL_SECONDS = 0.05
IDLE_SECONDS = 5
"""So long a process keeps connections beyond its first that nothing uses: another may be waiting for one."""

CACHE_SIZE = "statement_cache_size"
"""asyncpg's word, at the end of an address."""

DRIVERS_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""The last is also what asyncpg says where a connection is lost just as a statement begins, and where none of several
servers may be written."""

_DIALECT: Dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]


class PostgresSession:
    """One transaction on a connection of the pool.

    It begins with the first statement that does more than read. Read committed gives each statement what is committed
    by then, in a transaction or not, so what reads before, or reads alone, is spared two ways to the server and back.
    """

    __slots__ = ("_begun", "_connection", "_only_reads", "sealing")
    is_postgresql = True

    def __init__(self, connection: Any, sealing: Sealing, *, only_reads: bool = False) -> None:
        self.sealing = sealing
        self._only_reads = only_reads
        self._connection = connection
        self._begun: Any = None

    async def begin(self) -> None:
        begun = self._connection.transaction()
        await _within_time(begun.start(), "BEGIN")
        self._begun = begun

    async def commit(self) -> None:
        if self._begun is not None:
            await _within_time(self._begun.commit(), "COMMIT")

    async def roll_back(self) -> None:
        if self._begun is not None:
            await _within_time(self._begun.rollback(), "ROLLBACK")

    async def execute_at_length(self, statement: Executable, values: Any = None) -> Rows:
        """Nobody stands still meanwhile, as with all others."""
        return await self.execute(statement, values)

    async def execute(self, statement: Executable, values: Any = None) -> Rows:
        """Run it with these values; a list of them runs it once for each. Raises what SQLAlchemy would raise."""
        if isinstance(values, list) and len(values) == 1:
            values = values[0]
        many = isinstance(values, list)
        keys = tuple(values[0] if many else values) if values else None
        prepared = compiled(statement, keys, _DIALECT, many=many)
        if self._only_reads:
            prepared.must_only_read()
        try:
            if self._begun is None and not prepared.only_reads:
                await self.begin()
            if many:
                prepared.must_give_no_rows()
                bound = [prepared.bind(one) for one in values]
                await self._connection.executemany(bound[0][0], [arguments for _, arguments in bound])
                return Rows([], -1)
            sql, arguments = prepared.bind(values or {})
            if prepared.gives_rows:
                records = await self._connection.fetch(sql, *arguments)
                rows = prepared.read(lambda: list(records[0].keys()), records)
                return Rows(rows, len(rows))
            status = await self._connection.execute(sql, *arguments)
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityError(prepared.sql, None, error, hide_parameters=True) from error
        except DRIVERS_ERRORS as error:
            raise DBAPIError(prepared.sql, None, error, hide_parameters=True) from error
        except TimeoutError as error:
            raise _too_slow(prepared.sql, error) from error
        return Rows([], _changed(status))


async def _within_time(answer: Awaitable[object], statement: str) -> None:
    try:
        await answer
    except TimeoutError as error:
        raise _too_slow(statement, error) from error


def _too_slow(statement: str, error: TimeoutError) -> OperationalError:
    """The server did not answer within STATEMENT_TIMEOUT_SECONDS: whatever was asked is not at fault."""
    return OperationalError(statement, None, error, hide_parameters=True)


def _changed(status: str) -> int:
    """How many rows, from PostgreSQL's word for what it did: "UPDATE 1"."""
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else -1


class PostgresServer:
    """One PostgreSQL database: connections are opened when they are first wanted, and kept while they are used."""

    def __init__(self, url: URL, sealing: Sealing) -> None:
        self._sealing = sealing
        self._url, self._options = _without_cache_size(url)
        self._pool: Any = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def reading(self, *, at_length: bool = False) -> AsyncIterator[PostgresSession]:
        """Each statement sees what is committed by then. Nobody stands still meanwhile, however long it takes."""
        async with self.transaction(only_reads=True) as session:
            yield session

    @asynccontextmanager
    async def transaction(self, *, only_reads: bool = False) -> AsyncIterator[PostgresSession]:
        pool, connection = await self._connection()
        session = PostgresSession(connection, self._sealing, only_reads=only_reads)
        try:
            if self._options:
                await session.begin()  # a PgBouncer may have the next statement of none run on another connection
            try:
                yield session
            except BaseException:
                await session.roll_back()
                raise
            await session.commit()
        except DRIVERS_ERRORS as error:
            raise DBAPIError("a transaction", None, error, hide_parameters=True) from error
        except DBAPIError as error:
            if isinstance(error.orig, asyncpg.ReadOnlySQLTransactionError):
                await pool.expire_connections()
            raise
        finally:
            await pool.release(connection)

    async def hindrance(self) -> str | None:
        """Why the server does not keep all of ours, and what to do.

        It is then connected to anew: another may be the primary by now.
        """
        async with self.reading() as session:
            found = await look_for_hindrance(session)
        if found is not None:
            await self._pool.expire_connections()
        return found

    async def narrow_encoding(self) -> str | None:
        """What is to be said where the encoding has no room for every letter, and our tables are there already."""
        async with self.reading() as session:
            return await look_for_narrow_encoding(session)

    async def forget(self) -> None:
        """What deleted rows leave behind is the server's to clear: it vacuums, and its journal ends."""

    async def _connection(self) -> tuple[Any, Any]:
        """The pool, and one of its connections, which is to be given back."""
        full_until = time.monotonic() + FULL_SECONDS
        try:
            while True:
                try:
                    pool = self._pool or await self._open_pool()
                    return pool, await pool.acquire(timeout=STATEMENT_TIMEOUT_SECONDS)
                except asyncpg.TooManyConnectionsError:
                    if time.monotonic() > full_until:
                        raise
                    await asyncio.sleep(PAUSE_WHILE_FULL_SECONDS)
        except (*DRIVERS_ERRORS, OSError, TimeoutError) as error:
            raise OperationalError("a connection", None, error, hide_parameters=True) from error

    @asynccontextmanager
    async def migration(self) -> AsyncIterator[AsyncConnection]:
        """A transaction as SQLAlchemy has it."""
        told: dict[str, Any] = {"timeout": CONNECT_TIMEOUT_SECONDS, **self._options}
        if self._options:  # SQLAlchemy prepares each statement; what another client left at PgBouncer has other names
            told |= {"prepared_statement_cache_size": 0, "prepared_statement_name_func": lambda: f"overture-{uuid4()}"}
        engine = create_async_engine(self._url, poolclass=NullPool, connect_args=told)
        try:
            async with engine.begin() as connection:
                yield connection
        finally:
            await engine.dispose()

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def _open_pool(self) -> Any:
        async with self._opening:
            if self._pool is None:
                _, options = _DIALECT.create_connect_args(self._url)
                self._pool = await asyncpg.create_pool(
                    min_size=1,
                    max_size=MOST_CONNECTIONS,
                    max_inactive_connection_lifetime=IDLE_SECONDS,
                    timeout=CONNECT_TIMEOUT_SECONDS,
                    command_timeout=STATEMENT_TIMEOUT_SECONDS,
                    reset=_nothing,
                    **options,
                    **self._options,
                )
        return self._pool


def _without_cache_size(url: URL) -> tuple[URL, dict[str, int]]:
    """The address, and how many statements asyncpg may keep prepared, where `url` says so."""
    given = url.query.get(CACHE_SIZE)
    if given is None:
        return url, {}
    if not isinstance(given, str) or not (given.isascii() and given.isdecimal() and len(given) < 6):
        raise SettingsError(f"{CACHE_SIZE} in OVERTURE_DATABASE should be a number: 0 for a PgBouncer before 1.21.")
    return url.difference_update_query([CACHE_SIZE]), {CACHE_SIZE: int(given)}


async def _nothing(_connection: Any) -> None:
    """A transaction leaves nothing behind on its connection that would have to be reset."""
