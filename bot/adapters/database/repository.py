"""What all groups of tables share: how a statement is run, and an insert that yields to what is there already."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection


class Session:
    """The connection of one transaction."""

    __slots__ = ("_connection", "_direct", "is_postgresql")

    def __init__(self, connection: AsyncConnection) -> None:
        self.is_postgresql = connection.dialect.name == "postgresql"
        self._connection = connection
        # Our SQLite cursor awaits nothing (see sqlite.py), so it needs no greenlet around it.
        self._direct = None if self.is_postgresql else connection.sync_connection

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        if self._direct is not None:
            return self._direct.execute(statement, values)
        return await self._connection.execute(statement, values)


class Repository:
    """A group of tables inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session


def insert_once(table: Table) -> Insert:
    """Inserts a row, or nothing where it would break a unique key. SQLite reads PostgreSQL's words for it."""
    return insert(table).on_conflict_do_nothing()
