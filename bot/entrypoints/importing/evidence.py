"""What the cells of a column show together of how they are written, where one by itself may be read in two ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping


class Evidence:
    """`shown_by` tells the one way in which a cell can be read; empty where there are two, or none."""

    def __init__(self, shown_by: Callable[[str], str]) -> None:
        self._shown_by = shown_by
        self._seen: dict[str, set[str]] = {}

    def see(self, column: str, text: str) -> None:
        if way := self._shown_by(text):
            self._seen.setdefault(column, set()).add(way)

    def found(self) -> Mapping[str, str]:
        """By column. One that has shown no way, or several, is left out."""
        return {column: next(iter(ways)) for column, ways in self._seen.items() if len(ways) == 1}
