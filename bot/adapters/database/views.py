"""The views of a value whose type is known only when it is looked at: one SQL expression for each type."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, false, func, literal_column, or_

from bot.journeys.syntax import LARGEST_NUMBER, SMALLEST_NUMBER

Sql = ColumnElement[Any]

LARGEST: Sql = literal_column(str(LARGEST_NUMBER))
SMALLEST: Sql = literal_column(str(SMALLEST_NUMBER))
ZERO: Sql = literal_column("0.0")


@dataclass(frozen=True, slots=True)
class Views:
    """Each gives the value where it is of that type, else NULL; None: it never is of that type.

    Numbers are doubles, lists and groups (mappings) are JSON.
    """

    boolean: Sql | None = None
    number: Sql | None = None
    text: Sql | None = None
    items: Sql | None = None
    group: Sql | None = None

    def all(self) -> Iterator[Sql]:
        return (view for view in (self.boolean, self.number, self.text, self.items, self.group) if view is not None)

    @property
    def is_there(self) -> Sql:
        """Whether there is a value at all."""
        return or_(false(), *(view.is_not(None) for view in self.all()))


def sure(condition: Sql) -> Sql:
    """The condition, false where SQL would say that it does not know."""
    return func.coalesce(condition, false())


_SIGNS: Mapping[str, Callable[[Any, Any], Sql]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compared(left: Sql, sign: str, right: Sql) -> Sql:
    return sure(_SIGNS[sign](left, right))


def bounded(number: Sql) -> Sql:
    """As `bot.journeys.syntax.bounded`: zero where it is next to nothing, NULL where it is too large."""
    size = func.abs(number)
    return case((size < SMALLEST, ZERO), (size < LARGEST, number))
