"""What all groups of tables share: how a statement is run, and an insert that yields to what is there already."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Executable, Integer, Select, Table, text
from sqlalchemy.dialects.postgresql import Insert, insert

from bot.adapters.database.sealing import Sealing


class Session(Protocol):
    """The connection of one transaction."""

    @property
    def is_postgresql(self) -> bool: ...

    @property
    def sealing(self) -> Sealing:
        """What seals fields before they are written, and opens them when they were read."""

    async def execute(self, statement: Executable, values: Any = None) -> Any:
        """Run it with these values; a list of them runs it once for each. The result is as SQLAlchemy's is."""

    async def execute_at_length(self, statement: Executable, values: Any = None) -> Any:
        """The same with one that may take tenths of a second, in which the process goes on with all else."""


class Repository:
    """A group of tables inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sealing = session.sealing


Among = Callable[[ColumnElement[Any], str], ColumnElement[bool]]
"""Whether the column has a value of the list of this name."""


class Listed:
    """A statement with lists, each given by its name: its text is the same however long they are."""

    def __init__(self, make: Callable[[Among], Executable]) -> None:
        self._sqlite = make(lambda column, name: column.in_(text(f"SELECT value FROM json_each(:{name})")))  # noqa: S608
        self._postgresql = make(lambda column, name: column == text(f"ANY(CAST(:{name} AS {_array_of(column)}))"))

    async def run(self, session: Session, values: Mapping[str, Any] | None = None, **lists: Collection[Any]) -> Any:
        found = {name: sorted(values) for name, values in lists.items()}
        if session.is_postgresql:
            return await session.execute(self._postgresql, {**(values or {}), **found})
        as_json = {name: json.dumps(values) for name, values in found.items()}
        return await session.execute(self._sqlite, {**(values or {}), **as_json})


def _array_of(column: ColumnElement[Any]) -> str:
    return "bigint[]" if isinstance(column.type, Integer) else "text[]"


class OfPeople:
    """A query of what belongs to many people at once, or to many runs of journeys; `column` says whose it is.

    One that has to say so in several places is made by a function of that condition.
    """

    def __init__(
        self, query: Select[Any] | Callable[[ColumnElement[bool]], Executable], column: ColumnElement[Any]
    ) -> None:
        make = query.where if isinstance(query, Select) else query
        self._query = Listed(lambda among: make(among(column, "people")))
        self._column = column.key or ""

    async def read(
        self, session: Session, people: Collection[str], values: Mapping[str, Any] | None = None
    ) -> Mapping[str, list[Any]]:
        """The rows of each person, in the query's order."""
        found: dict[str, list[Any]] = {}
        for row in await self._query.run(session, values, people=people):
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
