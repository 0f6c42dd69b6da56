"""Which errors say that the database takes nothing at the moment, whatever it is asked."""

from __future__ import annotations

import sqlite3

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

OUT_OF_ORDER = frozenset(
    {
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN),
        *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM),
    }
)


def is_trouble(error: BaseException | None) -> bool:
    """Whether it, or what it came from, is such an error: then what was asked is not at fault."""
    while error is not None:
        if isinstance(error, DBAPIError) and _is_trouble(error.orig):
            return True
        error = error.__cause__
    return False


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
        case asyncpg.InterfaceError() | OSError() | TimeoutError():
            return True
        case _:
            return False
