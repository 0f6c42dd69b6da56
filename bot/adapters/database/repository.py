"""What all groups of tables share: how a statement is run, and an insert that yields to what is there already."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Executable, Select, Table, text
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


class OfPeople:
    """A query of what belongs to many people at once; `column` says whose it is."""

    def __init__(self, query: Select[Any], column: ColumnElement[Any]) -> None:
        self._sqlite = query.where(column.in_(text("SELECT value FROM json_each(:people)")))
        self._postgresql = query.where(column == text("ANY(CAST(:people AS text[]))"))
        self._column = column.key or ""

    async def read(self, session: Session, people: Collection[str]) -> Mapping[str, list[Any]]:
        """The rows of each person, in the query's order."""
        names = sorted(people)
        if session.is_postgresql:
            rows = await session.execute(self._postgresql, {"people": names})
        else:
            rows = await session.execute(self._sqlite, {"people": json.dumps(names)})
        found: dict[str, list[Any]] = {}
        for row in rows:
            found.setdefault(getattr(row, self._column), []).append(row)
        return found


class Expected:
    """Reads ahead: what is asked of one of the people who are expected is read of all of them, in one query.

    Whoever writes something of a person says so by `forget`; from then on it is read anew each time.
    """

    def __init__(self, session: Session, query: OfPeople) -> None:
        self._session = session
        self._query = query
        self._people: set[str] = set()
        self._found: Mapping[str, list[Any]] | None = None

    def expect(self, people: Collection[str]) -> None:
        self._people, self._found = set(people), None

    def forget(self, person: str) -> None:
        self._people.discard(person)

    async def rows(self, person: str) -> list[Any] | None:
        """The person's rows; None where they are not expected."""
        if person not in self._people:
            return None
        return (await self.all()).get(person, [])

    async def all(self) -> Mapping[str, list[Any]]:
        """The rows of everybody who is expected still."""
        if self._found is None:
            self._found = await self._query.read(self._session, self._people) if self._people else {}
        return self._found


def insert_once(table: Table) -> Insert:
    """Inserts a row, or nothing where it would break a unique key. SQLite reads PostgreSQL's words for it."""
    return insert(table).on_conflict_do_nothing()
