"""Columns that would be left out although somebody says in them that they want no marketing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.errors import SettingsError
from bot.domain.folding import fold
from bot.domain.message import storable
from bot.entrypoints.importing.rows import DAY
from bot.entrypoints.importing.sources import Row
from bot.entrypoints.importing.words import says_yes, speaks_of, words

LONGEST_ANSWER = 60
DIGITS = ("0", "1")


@dataclass(slots=True)
class _Column:
    """What was seen of one. `heard` is the first cell that may be a wish, and its row; a 0 or 1 is one only where
    there is nothing else, since other columns count with them."""

    speaks_of: str
    heard: tuple[str, int] | None = None
    digit: tuple[str, int] | None = None
    counts: bool = False

    def see(self, told: str, row: int) -> None:
        if told in DIGITS:
            if self.digit is None and _refuses(self.speaks_of, told):
                self.digit = told, row
        else:
            self.counts = self.counts or told.isdigit()
            if self.heard is None and _refuses(self.speaks_of, told):
                self.heard = told, row

    @property
    def wish(self) -> tuple[str, int] | None:
        return self.heard or (None if self.counts else self.digit)


@lru_cache(4096)
def _refuses(speaks_of: str, told: str) -> bool:
    if words().states.get(fold(told)) in ("opted_out", "unreachable"):
        return True
    if speaks_of == "opted_out":
        return says_yes(told) is True or DAY.match(told) is not None
    return speaks_of == "subscribed" and says_yes(told) is False


@dataclass(frozen=True, slots=True)
class Unheard:
    """A wish that would not be heard: what a cell says, and what its column most likely is."""

    column: str
    says: str
    row: int
    target: str


class Overlooked:
    """What stands in such columns. None is taken for a wish by itself: whoever imports says what they are."""

    def __init__(self, columns: Collection[str]) -> None:
        self._columns = {one: _Column(speaks_of(one)) for one in columns}

    def see(self, row: Row) -> None:
        for name, column in self._columns.items():
            told = row.values.get(name)
            if isinstance(told, str | bool | int) and 0 < len(text := str(told).strip()) <= LONGEST_ANSWER:
                column.see(text, row.number)

    def unheard(self) -> Sequence[Unheard]:
        return [
            Unheard(name, *column.wish, column.speaks_of or "opted_out")
            for name, column in self._columns.items()
            if column.wish
        ]


def refuse(unheard: Sequence[Unheard]) -> None:
    """Raises SettingsError where somebody's wish would not be heard."""
    if unheard:
        raise SettingsError(
            "a column is left out in which somebody may say that they want no marketing. Say what it is "
            "(ignore, if it is about something else):\n" + "\n".join(map(_advice, unheard))
        )


def _advice(one: Unheard) -> str:
    shown = storable(one.column)
    says = f'"{shown}" says "{storable(one.says)}" in row {one.row}'
    return f'  {says}: --map "{shown}={one.target}", or --map "{shown}=ignore"'
