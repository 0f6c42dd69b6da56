"""Statements compiled once for a database, so that its driver runs them without SQLAlchemy on the way.

SQLAlchemy makes the SQL and knows the types. Its execution of a statement (contexts, events, cursors, adapted results)
takes several times what SQLite or asyncpg do.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, SelectBase
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

MOST_STATEMENTS = 500
"""A bound for statements that were compiled; we have about a hundred."""

MOST_LENGTHS = 100
"""A bound for the lengths of lists of which a statement's text is remembered."""

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


class Statement:
    """A compiled statement: its text, the order of its values, and how they are written and read."""

    def __init__(self, compiled: SQLCompiler) -> None:
        self._compiled = compiled
        self._dialect = compiled.dialect
        self._lists = [compiled.bind_names[bind] for bind in compiled.post_compile_params]
        self._remembers = not compiled.literal_execute_params and not any(
            bind.type._is_tuple_type for bind in compiled.post_compile_params
        )
        self.sql = compiled.string
        self._processors: Mapping[str, Any] = compiled._bind_processors
        self._values: list[tuple[str, Any]] = [
            (name, self._processors.get(name)) for name in compiled.positiontup or ()
        ]
        self._constants = dict(compiled.params)
        self._expanded: dict[tuple[int, ...], _Expanded] = {}
        self.gives_rows = bool(compiled._result_columns) or bool(compiled.isplaintext)
        self.only_reads = isinstance(compiled.statement, SelectBase) and not compiled.ctes and " FOR " not in self.sql
        """Whether it changes and locks nothing, for sure: a text may do so, and so may what a WITH begins."""
        self._row: Any = None
        self._readers: list[tuple[int, Process]] = []

    def must_only_read(self) -> None:
        """Raises RuntimeError where a statement that is run in a reading may write or lock."""
        if not self.only_reads:
            raise RuntimeError(f"a reading may not write or lock; begin a transaction for: {self.sql}")

    def must_give_no_rows(self) -> None:
        """Raises RuntimeError where a statement that is run for many at once would give rows: nobody gets them."""
        if self.gives_rows:
            raise RuntimeError(f"what is run for many at once gives no rows: {self.sql}")

    def bind(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """The text, and the values in its order."""
        if self._lists:
            return self._expand(values)
        return self.sql, [
            _written(values[name] if name in values else self._constants.get(name), process)
            for name, process in self._values
        ]

    def read(self, names: Callable[[], Sequence[str]], records: Sequence[Any]) -> list[Any]:
        """The records as rows; `names` are those of their columns, which are asked for once."""
        if not records:
            return []
        if self._row is None:
            self._learn(names())
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

    def _expand(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """The text with a place for each value of a list; it depends on their number alone."""
        given = {**self._constants, **values}
        lengths = tuple(len(given[name]) for name in self._lists)
        expanded = self._expanded.get(lengths)
        if expanded is not None:
            return expanded.bind(given)
        state = self._compiled.construct_expanded_state(values)
        processors = {**self._processors, **state.processors}
        names = state.positiontup or ()
        if self._remembers and len(self._expanded) < MOST_LENGTHS:
            places = {
                name: (of_list, index)
                for of_list, expanded_names in state.parameter_expansion.items()
                for index, name in enumerate(expanded_names)
            }
            order = [(*places.get(name, (name, None)), processors.get(name)) for name in names]
            self._expanded[lengths] = _Expanded(state.statement, order)
        return state.statement, [_written(state.parameters[name], processors.get(name)) for name in names]

    def _learn(self, names: Sequence[str]) -> None:
        for index, column in enumerate(self._compiled._result_columns):
            process = column.type.dialect_impl(self._dialect).result_processor(self._dialect, None)
            if process is not None:
                self._readers.append((index, process))
        self._row = namedtuple("Row", names, rename=True)  # type: ignore[misc]


class _Expanded:
    """A statement's text for lists of certain lengths, and where each of its values is found."""

    __slots__ = ("_places", "_sql")

    def __init__(self, sql: str, places: Sequence[tuple[str, int | None, Process | None]]) -> None:
        self._sql = sql
        self._places = places

    def bind(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        return self._sql, [
            _written(values[name] if index is None else values[name][index], process)
            for name, index, process in self._places
        ]


def _written(value: Any, process: Process | None) -> Any:
    return value if process is None else process(value)


@lru_cache(maxsize=MOST_STATEMENTS)
def compiled(statement: Executable, keys: tuple[str, ...] | None, dialect: Dialect, *, many: bool = False) -> Statement:
    """`keys` are the columns that an insert or update is given values for.

    One that is run for `many` gives no rows: SQLAlchemy adds no RETURNING of its own to it, which sqlite3 takes for one
    row only from Python 3.12 on.
    """
    made = statement.compile(  # type: ignore[attr-defined]
        dialect=dialect, column_keys=list(keys) if keys else None, for_executemany=many
    )
    return Statement(made)
