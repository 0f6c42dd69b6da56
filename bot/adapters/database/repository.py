"""What all groups of tables share: how a statement is run, and an insert that yields to what is there already."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import Executable, Table
from sqlalchemy.dialects.postgresql import Insert, insert


class Session(Protocol):
    """The connection of one transaction."""

    @property
    def is_postgresql(self) -> bool: ...

    async def execute(self, statement: Executable, values: Any = None) -> Any:
        """Run it with these values; a list of them runs it once for each. The result is as SQLAlchemy's is."""


class Repository:
    """A group of tables inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session


def insert_once(table: Table) -> Insert:
    """Inserts a row, or nothing where it would break a unique key. SQLite reads PostgreSQL's words for it."""
    return insert(table).on_conflict_do_nothing()
