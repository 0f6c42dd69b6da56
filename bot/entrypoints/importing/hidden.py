"""What a sheet of Excel holds and does not show: rows, hidden by a filter or by hand, and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

SAYS_SOMETHING = ("v", "t")
"""What a cell with a value has within, whether its text is there or in the part of all texts."""

YES = ("1", "true")


@dataclass(slots=True)
class Hidden:
    """Places in a sheet, from 1 on. Of rows those alone that say something."""

    rows: set[int] = field(default_factory=set)
    columns: list[range] = field(default_factory=list)

    def has_column(self, place: int) -> bool:
        return any(place in one for one in self.columns)


def hidden_in(sheet: Any) -> Hidden:
    """Read from the sheet itself: openpyxl tells nothing of it where rows are read one by one."""
    found, row, is_hidden = Hidden(), 0, False

    def see(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal row, is_hidden
        match name.rpartition(":")[2]:
            case "row":
                row = int(attributes.get("r", row + 1))
                is_hidden = attributes.get("hidden") in YES
            case "col" if attributes.get("hidden") in YES:
                found.columns.append(range(int(attributes["min"]), int(attributes["max"]) + 1))
            case inner if is_hidden and inner in SAYS_SOMETHING:
                found.rows.add(row)

    parser = expat.ParserCreate()
    parser.StartElementHandler = see
    with sheet._get_source() as source:
        parser.ParseFile(source)
    return found
