"""Where people are read from a chunk of rows at a time, and files of text: CSV and JSON Lines."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol

from bot.domain.csv_cells import unguarded
from bot.domain.errors import SettingsError
from bot.domain.message import storable
from bot.entrypoints.importing.letters import Utf8Check, beginning_of, utf_16_of
from bot.entrypoints.importing.mapping import named_apart

CHUNK = 500
"""Rows that are taken in one transaction: some tenths of a second."""

LONGEST_CELL = 2 * 1024 * 1024
LONGEST_LINE = 8 * 1024 * 1024
MOST_LINES = 500
"""Of one row."""
NO_END = "look for a quotation mark that does not end"
MOST_NAMES = 1000
"""Of one JSON Lines file."""

SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers")
OF_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How their files begin, whatever they are named."""

NO_UTF_8 = (
    "is no UTF-8. Save it as UTF-8, which Excel calls CSV UTF-8 (comma delimited), or say how its letters are written "
    "(--encoding windows-1252)."
)
NO_UTF_8_ROW = "it is no UTF-8; save the file as UTF-8, or say how its letters are written (--encoding windows-1252)"
IS_UTF_16 = "is UTF-16, and is read as that where nothing else is said of its letters (leave --encoding out)."
LOST_LETTER = "\N{REPLACEMENT CHARACTER}"
DELIMITERS = ",;\t|"
QUOTED = re.compile(r'"[^"]*"')
DELIMITER_LINE = re.compile(rf'"?sep=([{DELIMITERS}])"?', re.IGNORECASE)
"""A first line by which Excel is told what stands between cells."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `fault` says why it cannot be read at all, `flaw` what is wrong with one of which some can. `record` and
    `opted_out` are a CRM's."""

    number: int
    values: Mapping[str, Any]
    fault: str = ""
    flaw: str = ""
    record: str = ""
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows, and where reading goes on behind them."""

    rows: Sequence[Row]
    cursor: str


class Source(Protocol):
    """What people are read from. `digest` is another one where what is read is another. `total` is about how many.

    `columns` are all that there are in a table, and else those that were seen.
    """

    name: str
    digest: str
    columns: Sequence[str]
    total: int | None
    is_table: bool

    def chunks(self, cursor: str, rows: int) -> AsyncIterator[Chunk]:
        """From behind `cursor` on, where an earlier import had come to after so many rows."""


class FileSource:
    """A file, read once for its digest and then row by row, however large it is. `encoding` is how its letters are
    written; without one it is UTF-8, or what the file says by its first bytes. `name` is what whoever gave it calls it,
    where it lies under another name here."""

    def __init__(self, path: Path, encoding: str = "", name: str = "") -> None:
        self.path = path
        self.name = storable(name or path.name)
        self._encoding = checked_encoding(encoding)
        suffix = Path(self.name).suffix.lower()
        self.is_table = suffix in (".csv", ".tsv", ".txt")
        told = name or str(path)
        try:
            begins = beginning_of(path)
            _check_kind(told, suffix, begins, is_table=self.is_table)
            self._utf_16 = utf_16_of(begins)
            self.digest, lines, letters = _look_through(path, self._encoding)
            with self._open() as file:
                self.columns: Sequence[str] = _header(told, file)[0] if self.is_table else _names(told, file)
        except OSError as error:
            raise SettingsError(f"{told} cannot be read: {error.strerror}.") from error
        self.total: int | None = max(lines - self.is_table, 0)
        self._check_letters(told, letters)
        if not self.columns:
            wanted = "a header and a row" if self.is_table else "a JSON object on a line"
            raise SettingsError(f"there is nobody in {told}. Write {wanted} for each person.")

    @property
    def encoding(self) -> str:
        """How its letters are read."""
        return self._encoding or ("UTF-16" if self._utf_16 else "UTF-8")

    def _check_letters(self, told: str, letters: Utf8Check) -> None:
        """Raises SettingsError where they are written otherwise than they are read."""
        has_zeros = self.is_table and any("\0" in one for one in self.columns)
        if has_zeros and self._encoding and self._utf_16:
            raise SettingsError(f"{told} {IS_UTF_16}")
        is_else = letters.is_something_else and not (self._encoding or self._utf_16)
        if is_else or has_zeros or (self.is_table and _is_broken(self.columns)):
            raise SettingsError(f"{told} {NO_UTF_8}")

    async def chunks(self, cursor: str, rows: int) -> AsyncIterator[Chunk]:
        """Read in a thread: a service that is imported into has others to answer meanwhile."""
        with self._open() as file:
            found = islice(_csv_rows(self.name, file) if self.is_table else _json_rows(file), rows, None)
            while chunk := await asyncio.to_thread(list, islice(found, CHUNK)):
                yield Chunk(chunk, str(chunk[-1].number))

    def _open(self) -> Any:
        if self._encoding:
            return self.path.open(encoding=self._encoding, errors="replace", newline="")
        if self._utf_16:
            return self.path.open(encoding=self._utf_16, errors="replace", newline="")
        # What is no UTF-8 is found in its row, by the characters that stand for it.
        return self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def checked_encoding(name: str) -> str:
    """An encoding of letters, such as windows-1252; raises SettingsError."""
    try:
        for errors in ("strict", "replace"):  # as files are opened
            b"a".decode(name or "utf-8", errors)
    except (LookupError, UnicodeError) as error:
        raise SettingsError(f'there is no encoding of letters "{name}". Try windows-1252 (--encoding).') from error
    return name


def _check_kind(told: str, suffix: str, begins: bytes, *, is_table: bool) -> None:
    if suffix in SPREADSHEETS or begins.startswith(OF_SPREADSHEETS):
        raise SettingsError(
            f"{told} is a spreadsheet, of which .xlsx is read. Save it as that, or as CSV, which Excel calls CSV UTF-8 "
            "(comma delimited), and import that."
        )
    if not is_table and suffix not in (".jsonl", ".ndjson", ".json"):
        raise SettingsError(f"{told} is neither a .csv, an .xlsx nor a .jsonl file.")


def _look_through(path: Path, encoding: str) -> tuple[str, int, Utf8Check]:
    """Its digest, also of how it is read; about how many lines there are, of which a Mac ends some by a carriage
    return; and whether its letters are those of UTF-8."""
    digest, ends, letters = hashlib.sha256(encoding.encode()), {b"\n": 0, b"\r": 0}, Utf8Check()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            letters.see(block)
            ends = {end: count + block.count(end) for end, count in ends.items()}
    letters.see(b"", final=True)
    return digest.hexdigest(), max(ends.values()), letters


class _Lines:
    """The lines of a file. One that is too long is not kept, raises csv.Error, and those behind it follow.

    `row` are those that were read for the row at hand: a cell with line breaks in it has several.
    """

    def __init__(self, file: Any) -> None:
        self._file = file
        self._again: list[str] = []
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.row) == MOST_LINES:
            raise csv.Error("it goes on for too many lines")
        line = self._again.pop() if self._again else self._read()
        self.row.append(line)
        return line

    def begin_row(self) -> None:
        self.row = []

    def keep_first(self) -> None:
        """The row at hand was its first line alone; those behind it are rows of their own, and come again."""
        self._again += reversed(self.row[1:])
        self.row = self.row[:1]

    def _read(self) -> str:
        line: str = self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) < LONGEST_LINE:
            return line
        while line and not line.endswith(("\n", "\r")):
            line = self._file.readline(LONGEST_LINE)
        raise csv.Error("the line is too long")


def _header(named: str, file: Any) -> tuple[list[str], Any, _Lines]:
    """The names of the columns, their place where they have none; and a reader that stands behind them, with the lines
    that it reads."""
    begin = 0
    while (first := file.readline(LONGEST_LINE)) and not first.strip(f" \r\n{DELIMITERS}"):
        begin = file.tell()
    if told := DELIMITER_LINE.fullmatch(first.strip()):
        delimiter = told[1]
    else:
        delimiter = max(DELIMITERS, key=QUOTED.sub("", first).count)
        file.seek(begin)
    csv.field_size_limit(LONGEST_CELL)
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        names = named_apart([one.strip() for one in next(reader, [])])
    except csv.Error as error:
        raise SettingsError(f"{named}: its header cannot be read: {error}.") from error
    return names, reader, lines


def _csv_rows(named: str, file: Any) -> Iterator[Row]:
    names, reader, lines = _header(named, file)
    number = 0
    while True:
        lines.begin_row()
        unread = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            unread = f"the row cannot be read: {error}; {NO_END}"
        if len(lines.row) > 1 and (unread or not _is_well_quoted(lines.row, reader.dialect)):
            lines.keep_first()
            unread = f"it goes on behind its line; {NO_END}"
            cells = next(csv.reader([lines.row[0].rstrip("\r\n")], reader.dialect))
        elif unread:
            cells = []
        if unread:
            number += 1
            yield Row(number, dict(zip(names, map(unguarded, cells), strict=False)), unread)
            continue
        if not any(one.strip() for one in cells):
            continue
        number += 1
        row = row_of(number, names, cells, _flaw(cells))
        if row.fault and any("\n" in one for one in cells):
            row = replace(row, fault=f"{row.fault}; {NO_END}")
        yield row


def row_of(number: int, names: Sequence[str], cells: list[str], flaw: str) -> Row:
    """A row of a table, of which empty cells behind the last column are nothing."""
    while len(cells) > len(names) and not cells[-1].strip():
        cells.pop()
    fault = f"it has {len(cells)} cells, and the header {len(names)}" if len(cells) != len(names) else ""
    return Row(number, dict(zip(names, map(unguarded, cells), strict=False)), fault, flaw)


def _is_well_quoted(lines: Iterable[str], dialect: Any) -> bool:
    """Whether each quotation mark of these lines ends, right before the next cell. Where one was forgotten, what looks
    like a cell of many lines may be as many people."""
    try:
        return len(list(csv.reader(lines, dialect, strict=True))) == 1
    except csv.Error:
        return False


def _flaw(cells: Iterable[str]) -> str:
    """What is wrong with its letters."""
    if _is_broken(cells):
        return NO_UTF_8_ROW
    if any(LOST_LETTER in one for one in cells):
        return f"a letter was lost where {LOST_LETTER} stands, for the file was no UTF-8; write it there"
    return ""


def _is_broken(cells: Iterable[str]) -> bool:
    return any(not one.isascii() and any("\ud800" <= letter <= "\udfff" for letter in one) for one in cells)


def _json_lines(file: Any) -> Iterator[tuple[str, str]]:
    """Each line that is not empty, with what is wrong with it."""
    while line := file.readline(LONGEST_LINE):
        fault = ""
        while not line.endswith("\n"):
            more = file.readline(LONGEST_LINE)
            if not more:
                break
            fault, line = "the line is too long", more
        if fault:
            yield "", fault
        elif line.strip():
            yield line, ""


def _json_rows(file: Any) -> Iterator[Row]:
    for number, (line, fault) in enumerate(_json_lines(file), 1):
        if fault:
            yield Row(number, {}, fault)
            continue
        try:
            told = json.loads(line, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            yield Row(number, {"line": line.strip()[:2000]}, "the line is no JSON")
            continue
        if not isinstance(told, dict):
            yield Row(number, {"line": line.strip()[:2000]}, "the line is no JSON object")
        elif _is_broken([line]):
            yield Row(number, {}, NO_UTF_8_ROW)
        else:
            yield Row(number, told)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _names(told: str, file: Any) -> list[str]:
    """All names of all lines: that somebody left may stand in the one line that has it."""
    if file.readline(LONGEST_LINE).lstrip().startswith("["):
        raise SettingsError(f"{told} is a list. Write each person as a JSON object on a line of its own.")
    file.seek(0)
    named = chain.from_iterable(row.values for row in _json_rows(file) if not row.fault)
    found: dict[str, None] = {}
    for name in named:
        found.setdefault(name)
        if len(found) > MOST_NAMES:
            raise SettingsError(f"{told} has more than {MOST_NAMES} names of values. Write each value under one name.")
    return list(found)
