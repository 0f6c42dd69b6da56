"""What the page shows of a file before a row of it is taken: what each column is, why, and what stands in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.access import MASKED, Role
from bot.domain.audience import ProfileSchema
from bot.domain.errors import SettingsError
from bot.domain.masking import mask
from bot.domain.message import storable
from bot.entrypoints.console.import_page.wording import as_told, channel_wish, for_page
from bot.entrypoints.console.known_person import sees_personal
from bot.entrypoints.importing.mapping import (
    COUNTRY_COLUMN,
    IDENTITIES,
    NAME_PARTS,
    OPTED_OUT_ADDRESSES,
    ColumnMapping,
    check_whole,
)
from bot.entrypoints.importing.running import Shown
from bot.entrypoints.importing.sources import Row
from bot.entrypoints.importing.words import meaning_of, speaks_of

EXAMPLES = 3
LONGEST_EXAMPLE = 60
PERSONAL = (*IDENTITIES, *NAME_PARTS, OPTED_OUT_ADDRESSES, "consent.ip")
ORDERS = {"dmy": "the day stands first", "mdy": "the month stands first"}
MARKS = {",": "a comma stands before the decimals", ".": "a point stands before the decimals"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Those of one file, by what the operator has said of them (`given`) and by guess. `rows` are the first."""

    given: ColumnMapping
    mapping: ColumnMapping
    shown: Shown
    schema: ProfileSchema | None
    rows: Sequence[Row]

    @property
    def problem(self) -> str:
        """Why nothing can be taken by this mapping; empty where it can."""
        try:
            check_whole(self.mapping)
        except SettingsError as error:
            return for_page(str(error))
        if self.shown.unheard:
            return "In a column that is left out, somebody may say that they want no marketing. Say what it is."
        if self.shown.doubt is not None:
            return for_page(self.shown.doubt.words)
        return ""

    def told_to(self, role: Role) -> Sequence[Mapping[str, Any]]:
        unheard = {one.column: one for one in self.shown.unheard}
        cells = self._cells()
        return [
            {
                "column": column,
                "target": target,
                "means": as_told(target, channel_wish(target)),
                "why": self._why(column, target),
                "cells": cells.get(column, ""),
                "examples": masked(self._examples(column), target, self.schema, role),
                "unheard": {"says": storable(one.says), "row": one.row} if (one := unheard.get(column)) else None,
            }
            for column, target in self.mapping.columns.items()
        ]

    def _why(self, column: str, target: str) -> str:
        if column in self.given.columns:
            return "As you said"
        if column not in self.mapping.overlooked:
            return "By its name"
        meant = meaning_of(column)
        if meant == COUNTRY_COLUMN and meant not in self.mapping.columns.values():
            return "Left out: no attribute of people is their country"
        if meant:
            return "Left out: another column is that already, or it is half of a name"
        if target != "ignore":
            return "By its name, which is new to us"
        if speaks_of(column) == "subscribed":
            return "Left out: if it tells of a consent, say which part of its proof it is"
        return "Left out: its name says nothing to us"

    def _cells(self) -> Mapping[str, str]:
        """By column, what its cells show of how they are written."""
        dates = "as you said" if self.mapping.dates else "as its days show"
        marks = "as you said" if self.mapping.decimal else "as its numbers show"
        return {column: f"{ORDERS[order]}, {dates}" for column, order in self.shown.orders.items()} | {
            column: f"{MARKS[mark]}, {marks}" for column, mark in (self.shown.marks or {}).items()
        }

    def _examples(self, column: str) -> Sequence[str]:
        found: dict[str, None] = {}
        for row in self.rows:
            value = row.values.get(column)
            if value is not None and (text := storable(str(value)).strip()):
                found.setdefault(text[:LONGEST_EXAMPLE])
            if len(found) == EXAMPLES:
                break
        return list(found)


def masked(values: Collection[str], target: str, schema: ProfileSchema | None, role: Role) -> Sequence[str]:
    """As the role sees such values of a person. What is of no attribute loses addresses and numbers."""
    head, _, name = target.partition(".")
    if head == "profile":
        return [(schema or ProfileSchema()).shown_to(role, {name: one})[name] for one in values]
    if sees_personal(role):
        return list(values)
    return [MASKED if target in PERSONAL else mask(one) for one in values]
