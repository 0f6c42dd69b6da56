"""Which kind of file people are read from."""

from __future__ import annotations

from pathlib import Path

from bot.domain.errors import SettingsError
from bot.entrypoints.importing.sources import FileSource
from bot.entrypoints.importing.spreadsheets import SUFFIXES, SpreadsheetSource


def source_of(
    path: Path, *, encoding: str = "", sheet: str = "", name: str = "", shown_only: bool = False
) -> FileSource | SpreadsheetSource:
    """By what it is called; `name` is what whoever gave it calls it. Raises SettingsError where nobody can be read from
    it, or where only another kind has an encoding, a sheet or rows that are hidden (`shown_only`: without these)."""
    told = name or str(path)
    if Path(told).suffix.lower() not in SUFFIXES:
        if shown_only:
            raise SettingsError(f"{told} is no file of Excel, so it hides no rows. Leave that out (--shown-only).")
        if sheet:
            raise SettingsError(f"{told} is no file of Excel, so it has no sheets. Leave the sheet out (--sheet).")
        return FileSource(path, encoding, name)
    if encoding:
        raise SettingsError(f"{told} says by itself how its letters are written. Leave that out (--encoding).")
    return SpreadsheetSource(path, sheet, name, shown_only=shown_only)
