"""Which errors say that the database takes nothing at the moment, and which that another transaction was first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import asyncpg
from sqlalchemy.exc import DBAPIError

AWAY = (
    *("08", "53", "57", "58"),  # a lost connection, a lack of room or memory, a shutdown or a time-out, a bad disk
    *("25006", "28", "3D"),  # a standby, a refused login, no such database
    *("42501", "42P01", "42703"),  # not our tables to write, none of ours, or those of another version
)
"""How PostgreSQL's codes begin for what no message brings about: the server, or what its operator did to it.

A statement that takes too long waits for a lock, or for a server that is overloaded: each of ours goes by an index.
"""

TRY_AGAIN = ("40001", "40P01", "23503")
"""PostgreSQL's codes for what another transaction has brought about, so that a second try finds it done.

A serialisation failure, a deadlock, and a row that this one belongs to and that is gone: a person who was merged.
SQLite has one writer, and knows the last only.
"""

OUT_OF_ORDER = frozenset(
    {
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN),
        *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM),
    }
)


def is_trouble(error: BaseException | None) -> bool:
    """Whether it, or what it came from, is such an error: then what was asked is not at fault."""
    return any(isinstance(one, DBAPIError) and _is_trouble(one.orig) for one in _causes(error))


def is_conflict(error: BaseException) -> bool:
    """Whether it, or what it came from, is another transaction's doing."""
    return any(_is_of_another(one.orig) for one in _causes(error) if isinstance(one, DBAPIError))


def _is_of_another(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
    return getattr(error, "sqlstate", None) in TRY_AGAIN


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def plain_cause(error: BaseException | None) -> BaseException | None:
    """Of such an error what it came from, where that says everything.

    With a page of code for each look while a database is away, nobody would find what else there is to read. Of what
    took too long, or was used wrongly, the code says more.
    """
    if not is_trouble(error):
        return None
    while error is not None and error.__cause__ is not None:
        error = error.__cause__
    return None if isinstance(error, TimeoutError | asyncpg.InterfaceError) else error


def _is_trouble(error: BaseException | None) -> bool:
    match error:
        case sqlite3.Error():
            return getattr(error, "sqlite_errorcode", 0) & 0xFF in OUT_OF_ORDER
        case asyncpg.PostgresError():
            return str(error.sqlstate).startswith(AWAY)
        case asyncpg.InterfaceError() | asyncpg.InternalClientError() | OSError() | TimeoutError():
            return True
        case _:
            return False
