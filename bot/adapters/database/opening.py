"""Whole rows as they read when they are opened, whatever of them is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table

from bot.adapters.codec import PLAIN
from bot.adapters.database.sealing import Sealing
from bot.adapters.tables import metadata
from bot.adapters.tables.sealing import ADDRESSES, DOCUMENTS, FACTS, Place

COLUMNS: Mapping[Table, Sequence[str]] = {table: table.c.keys() for table in metadata.sorted_tables}
BLIND_INDEXES = ("mentions", "words")
"""Columns of which nothing can be read."""


def opened(table: Table, row: Any, sealing: Sealing) -> Mapping[str, Any]:
    """The row's values by column, without the columns that only sealing has."""
    found = {name: getattr(row, name) for name in COLUMNS[table] if name not in BLIND_INDEXES}
    for place in DOCUMENTS:
        if place.table is table and found[place.column.name] is not None:
            found[place.column.name] = sealing.open(place, found[place.column.name], *bound(place, row))
    for beside in ADDRESSES:
        if beside.sealed.table is table:
            sealed, name = found.pop(beside.sealed.column.name), beside.readable.name
            found[name] = sealing.open_beside(beside.sealed, found[name], sealed, *bound(beside.sealed, row))
    for beside in FACTS:
        if beside.sealed.table is table:
            sealed, name = found.pop(beside.sealed.column.name), beside.readable.name
            found[name] = PLAIN.dump(sealing.open_facts(beside.sealed, found[name], sealed, *bound(beside.sealed, row)))
    return found


def bound(place: Place, row: Any) -> tuple[Any, ...]:
    """What of the row its cipher text is bound to."""
    return tuple(getattr(row, column.name) for column in place.bound_to)
