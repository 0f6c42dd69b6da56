"""People in an Excel file: a sheet whose first line names the columns, read a row at a time (openpyxl)."""

from __future__ import annotations

import asyncio
import hashlib
import re
import warnings
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from bot.domain.errors import SettingsError
from bot.domain.message import storable
from bot.entrypoints.importing.hidden import hidden_in
from bot.entrypoints.importing.mapping import named_apart
from bot.entrypoints.importing.sources import CHUNK, LONGEST_CELL, Chunk, Row, row_of

SUFFIXES = (".xlsx", ".xlsm")
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
MOST_UNPACKED = 1024 * 1024 * 1024
"""Bytes of all parts of a file. It is a zip, of which a small one may hold far more than any memory."""

MOST_ROWS = 1_048_576
"""Of a sheet, as Excel has them."""

MOST_COLUMNS = 1_000
DIGITS = re.compile(r"(\+?)(0+)")
"""A format by which a number is shown with zeros before it, and maybe a plus."""

DECIMALS = re.compile(r"\.\d{3}\Z")
FAILED = "a cell says {value}, which Excel writes where a formula has failed; put it right there"


class SpreadsheetSource:
    """A sheet of a file of Excel. `sheet` is its name; without one it is the first that shows anything, and `sheets`
    are all that do. A cell is what Excel keeps of it: a formula's result, a number whole, a day as 2026-11-24.

    `hidden_rows` counts those that Excel does not show, which are left out where `shown_only` says so;
    `hidden_columns` names such columns."""

    is_table = True

    def __init__(self, path: Path, sheet: str = "", name: str = "", *, shown_only: bool = False) -> None:
        self.path = path
        self.name = storable(name or path.name)
        told = name or str(path)
        try:
            _check_kind(told, path)
            with _opened(path) as book:
                shown: dict[str, int | None] = {
                    one.title: one.max_row for one in book.worksheets if one.sheet_state == "visible"
                }
                firsts = {title: first for title in shown if (first := next(_lines(book[title]), None)) is not None}
                self.sheets: Sequence[str] = list(firsts)
                self.sheet = self._chosen(told, sheet)
                heading, line = firsts[self.sheet]
                self.columns: Sequence[str] = _names(line)
                hidden = hidden_in(book[self.sheet])
                self.hidden_columns = [one for at, one in enumerate(self.columns, 1) if hidden.has_column(at)]
                self.hidden_rows = len(hidden.rows - {heading})
                self._left_out = hidden.rows if shown_only else frozenset()
                self.total: int | None = (shown[self.sheet] or 1) - 1 - len(self._left_out) or None
        except OSError as error:
            raise SettingsError(f"{told} cannot be read: {error.strerror}.") from error
        except SettingsError:
            raise
        except Exception as error:  # what is wrong within comes as any kind of error
            raise _unreadable(told, error) from error
        if len(self.columns) > MOST_COLUMNS:
            raise SettingsError(f"{told} has more than {MOST_COLUMNS} columns. Leave out those that nobody needs.")
        read_as = f"{self.sheet}{' without hidden rows' * bool(self._left_out)}"
        self.digest = hashlib.sha256(read_as.encode("utf-8", "replace") + path.read_bytes()).hexdigest()

    def _chosen(self, told: str, sheet: str) -> str:
        if not self.sheets:
            raise SettingsError(f"there is nobody in {told}. Write a header and a row for each person.")
        if not sheet:
            return self.sheets[0]
        if sheet in self.sheets:
            return sheet
        there = ", ".join(f'"{one}"' for one in self.sheets)
        raise SettingsError(f'{told} has no sheet "{sheet}" that shows anything. There is {there}.')

    async def chunks(self, cursor: str, rows: int) -> AsyncIterator[Chunk]:
        """Read in a thread, since reading a sheet is slow: some thousand rows a second."""
        with _opened(self.path) as book:
            found = islice(self._rows(book[self.sheet]), rows, None)
            while chunk := await asyncio.to_thread(_next, found):
                yield Chunk(chunk, str(chunk[-1].number))

    def _rows(self, sheet: Any) -> Iterator[Row]:
        try:
            lines = _lines(sheet)
            names = _names(next(lines)[1])
            for number, (place, line) in enumerate(lines, 1):
                if place in self._left_out:
                    continue
                cells = [_text(one) for one in line]
                cells += [""] * (len(names) - len(cells))
                failed = next((cell for cell in line if cell.data_type == "e"), None)
                yield row_of(number, names, cells, flaw=FAILED.format(value=failed.value) if failed is not None else "")
        except Exception as error:
            raise _unreadable(self.name, error) from error


def _check_kind(told: str, path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(OLD_OR_LOCKED)) == OLD_OR_LOCKED:
            raise SettingsError(
                f"{told} has a password or is of an old kind. Save it without one, as .xlsx or CSV UTF-8."
            )
    with ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
            raise SettingsError(f"{told} is too large once it is unpacked. Save it as CSV, and import that.")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from openpyxl import load_workbook  # a tenth of a second, which only those wait for who have such a file

    with path.open("rb") as file:
        with _quietly():
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            yield book
        finally:
            book.close()


@contextmanager
def _quietly() -> Iterator[None]:
    """Without a word of what is not read, such as the choices of a cell; a day that is none is a failed cell."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _next(rows: Iterator[Row]) -> Sequence[Row]:
    with _quietly():
        return list(islice(rows, CHUNK))


def _lines(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """Those that say anything, each with its place from 1 on and its cells. What a file says of a sheet's size may be
    wrong: it is not heard."""
    sheet.reset_dimensions()
    for place, line in enumerate(islice(sheet.iter_rows(), MOST_ROWS), 1):
        if any(cell.value is not None and str(cell.value).strip() for cell in line):
            yield place, line


def _names(line: Sequence[Any]) -> Sequence[str]:
    """Of the columns, by the first line."""
    names = [_text(one).strip() for one in line]
    while names and not names[-1]:
        names.pop()
    return named_apart(names)


def _text(cell: Any) -> str:
    """A cell as text that is read in one way only, whatever the letters of its country are."""
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number(value, cell.number_format)
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value)[:LONGEST_CELL]


def _number(value: float, shape: str) -> str:
    """Its fifteen digits, which are all that Excel keeps; a longer one is told as shortened (4.47701E+17). Never just
    three decimals, so that 1.234 is no thousand."""
    text = f"{value:.15g}".upper()
    if (shown := DIGITS.fullmatch(re.sub(r'["\\]', "", shape))) and text.isdigit():
        return shown[1] + text.zfill(len(shown[2]))
    return f"{text}0" if DECIMALS.search(text) else text


def _unreadable(told: str, error: Exception) -> SettingsError:
    if isinstance(error, BadZipFile):
        return SettingsError(f"{told} is no file of Excel, or not all of it. Open it there, and save it again.")
    return SettingsError(
        f"{told} cannot be read as a file of Excel. Open it there and save it again, or save it as CSV, which Excel "
        "calls CSV UTF-8 (comma delimited)."
    )
