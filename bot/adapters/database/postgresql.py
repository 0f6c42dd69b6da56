"""PostgreSQL through asyncpg, with SQLAlchemy for the SQL and the types but not for the way there and back.

A statement of ours costs asyncpg some 15 microseconds. SQLAlchemy's asyncpg dialect takes 80: it goes through a
greenlet, several switches between it and the loop, and a cursor. So each statement is compiled once, and asyncpg runs
it.
"""

from __future__ import annotations

import asyncio
from collections import namedtuple
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy import URL, Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.compiler import SQLCompiler

from bot.domain.errors import SettingsError

CONNECT_TIMEOUT_SECONDS = 10
STATEMENT_TIMEOUT_SECONDS = 60
MOST_CONNECTIONS = 20
CACHE_SIZE = "statement_cache_size"
"""asyncpg's word, at the end of an address."""

MOST_STATEMENTS = 500
"""A bound for statements that were compiled; we have about a hundred."""

_DIALECT: Dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]

Process = Callable[[Any], Any]


class Rows:
    """What a statement gave: its rows, as tuples with the columns' names, and how many it changed."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        return self._rows

    def first(self) -> Any:
        return self._rows[0] if self._rows else None

    def scalar(self) -> Any:
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        return self._rows[0][0]


class _Statement:
    """A statement compiled for PostgreSQL: its text, the order of its values, and how they are written and read."""

    def __init__(self, compiled: SQLCompiler) -> None:
        self._compiled = compiled
        self._expands = bool(compiled.post_compile_params)
        self.sql = compiled.string
        self._processors = compiled._bind_processors
        self._values = [(name, self._processors.get(name)) for name in compiled.positiontup or ()]
        self._constants = {} if self._expands else dict(compiled.params)
        self.gives_rows = bool(compiled._result_columns) or bool(compiled.isplaintext)
        self._row: Any = None
        self._readers: list[tuple[int, Process]] = []

    def bind(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """The text, and the values in its order."""
        if self._expands:
            state = self._compiled.construct_expanded_state(values)
            names = state.positiontup or ()
            processors = {**self._processors, **state.processors}
            return state.statement, [_written(state.parameters[name], processors.get(name)) for name in names]
        return self.sql, [
            _written(values[name] if name in values else self._constants.get(name), process)
            for name, process in self._values
        ]

    def read(self, records: Sequence[Any]) -> list[Any]:
        if not records:
            return []
        if self._row is None:
            self._learn(list(records[0].keys()))
        row, make = self._row, tuple.__new__  # what _make does, without looking whether the number is right
        if not self._readers:
            return [make(row, record) for record in records]
        rows = []
        for record in records:
            values = list(record)
            for index, process in self._readers:
                values[index] = process(values[index])
            rows.append(make(row, values))
        return rows

    def _learn(self, names: Sequence[str]) -> None:
        self._row = namedtuple("Row", names, rename=True)  # type: ignore[misc]
        for index, column in enumerate(self._compiled._result_columns):
            process = column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
            if process is not None:
                self._readers.append((index, process))


def _written(value: Any, process: Any) -> Any:
    return value if process is None else process(value)


@lru_cache(maxsize=MOST_STATEMENTS)
def _compiled(statement: Executable, keys: tuple[str, ...] | None) -> _Statement:
    """`keys` are the columns that an insert or update is given values for."""
    compiled = statement.compile(dialect=_DIALECT, column_keys=list(keys) if keys else None)  # type: ignore[attr-defined]
    return _Statement(compiled)


class PostgresSession:
    """One transaction on a connection of the pool."""

    __slots__ = ("_connection",)
    is_postgresql = True

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def execute(self, statement: Executable, values: Any = None) -> Rows:
        """Run it with these values; a list of them runs it once for each. Raises what SQLAlchemy would raise."""
        many = isinstance(values, list)
        keys = tuple(values[0] if many else values) if values else None
        prepared = _compiled(statement, keys)
        try:
            if many:
                bound = [prepared.bind(one) for one in values]
                await self._connection.executemany(bound[0][0], [arguments for _, arguments in bound])
                return Rows([], -1)
            sql, arguments = prepared.bind(values or {})
            if prepared.gives_rows:
                rows = prepared.read(await self._connection.fetch(sql, *arguments))
                return Rows(rows, len(rows))
            status = await self._connection.execute(sql, *arguments)
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityError(prepared.sql, None, error, hide_parameters=True) from error
        except asyncpg.PostgresError as error:
            raise DBAPIError(prepared.sql, None, error, hide_parameters=True) from error
        return Rows([], _changed(status))


def _changed(status: str) -> int:
    """How many rows, from PostgreSQL's word for what it did: "UPDATE 1"."""
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else -1


class PostgresServer:
    """One PostgreSQL database: connections are opened when they are first wanted, and kept."""

    def __init__(self, url: URL) -> None:
        self._url, self._options = _without_cache_size(url)
        self._pool: Any = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresSession]:
        try:
            pool = self._pool or await self._open_pool()
            async with pool.acquire(timeout=STATEMENT_TIMEOUT_SECONDS) as connection, connection.transaction():
                yield PostgresSession(connection)
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise DBAPIError("a transaction", None, error, hide_parameters=True) from error

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
