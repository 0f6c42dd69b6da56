"""The report of an import: a CSV with each row that was refused or taken in part, and why."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from bot.domain.csv_cells import guarded, unguarded
from bot.domain.errors import SettingsError
from bot.entrypoints.importing.mapping import REPORTED
from bot.entrypoints.importing.sources import LOST_LETTER, Row

REFUSED, IN_PART = "refused", "taken in part"
Line = tuple[Row, str, Sequence[str]]
"""A row, which of the two it was, and why."""

_LOST = re.compile("[\ud800-\udfff]")
"""What stands for bytes that were no UTF-8, and halves of characters."""


class Report:
    """Rows as they were read, so that a refused one can be put right there and imported again.

    It is made with the first line. Of an import that goes on, what was written behind `length` is of a chunk that never
    was kept, and is cut off. `worded` says each reason as its readers are told it.
    """

    def __init__(
        self, path: Path, columns: Sequence[str] | None, length: int, worded: Callable[[str], str] = str
    ) -> None:
        self.path = path
        self._worded = worded
        self._own = [one for one in columns if one not in REPORTED] if columns is not None else None
        self._length = length
        try:
            if path.exists():
                with path.open("r+b") as file:
                    file.truncate(length)
        except OSError as error:
            raise SettingsError(f"{path} cannot be written: {error.strerror}.") from error

    def __enter__(self) -> Report:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._length:
            self.path.unlink(missing_ok=True)

    def write(self, lines: Iterable[Line]) -> int:
        """Write the lines of a chunk behind those of the last one that was kept; how long it is then."""
        found = list(lines)
        if not found:
            return self._length
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not self._length:
            writer.writerow([*(self._own if self._own is not None else ["record"]), *REPORTED])
        for row, result, why in found:
            if self._own is not None:
                cells = [guarded(str(row.values.get(name, ""))) for name in self._own]
            else:
                cells = [json.dumps(dict(row.values), ensure_ascii=False)]
            writer.writerow([*cells, row.number, result, guarded("; ".join(map(self._worded, why)))])
        written = _LOST.sub(LOST_LETTER, text.getvalue()).encode()
        try:
            if not self.path.exists():
                self.path.touch(mode=0o600)
            with self.path.open("r+b") as file:
                file.truncate(self._length)
                file.seek(self._length)
                file.write(written)
        except OSError as error:
            raise SettingsError(f"{self.path} cannot be written: {error.strerror}.") from error
        return self._length + len(written)

    def keep(self, length: int) -> None:
        """The chunk is kept."""
        self._length = length


@dataclass(frozen=True, slots=True)
class Reported:
    """What was wrong with so many `rows` alike, and the first of them."""

    row: int
    result: str
    why: str
    rows: int = 1


def commonest(path: Path, most: int) -> Sequence[Reported]:
    """Why rows were refused, and why others were taken in part: the commonest reasons of each, the commonest first."""
    firsts: dict[tuple[str, str], int] = {}
    counts: Counter[tuple[str, str]] = Counter()
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        for *_, row, result, why in lines:
            firsts.setdefault((result, why), int(row))
            counts[result, why] += 1
    found = [Reported(firsts[one], one[0], unguarded(one[1]), rows) for one, rows in counts.most_common()]
    return [one for kind in (REFUSED, IN_PART) for one in [each for each in found if each.result == kind][:most]]
