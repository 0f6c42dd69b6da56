"""A chart as figures: what it shows is decided where they are counted, and how it looks where it is drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `values` are stacked, from the bottom up, in the order of the chart's `parts`."""

    label: str
    values: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.values)


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns of whole numbers, stacked. `parts` name what is stacked."""

    title: str
    parts: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def in_words(self) -> str:
        """What it shows, for whoever does not see it."""
        return f"{self.title}. {'; '.join(self._told(column) for column in self.columns)}."

    def _told(self, column: Column) -> str:
        parts = [f"{value} {part}" for part, value in zip(self.parts, column.values, strict=True) if value]
        return f"{column.label}: {column.total}" + (f" ({', '.join(parts)})" if parts else "")
