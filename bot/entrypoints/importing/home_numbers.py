"""Whether numbers that name no country are read as of the right one: 0176 1234567 is one person's in Germany, and in
Britain a stranger's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import phonenumbers
from babel import Locale

from bot.domain.audience import ProfileSchema
from bot.domain.errors import SettingsError
from bot.entrypoints.importing.mapping import COUNTRY_COLUMN, ColumnMapping
from bot.entrypoints.importing.sources import Row
from bot.journeys.told.countries import COUNTRY, is_country, read_country
from bot.phone_numbers import BETWEEN_DIGITS

MOST_TRIED = 500
"""Numbers that are looked up in the country's plan."""

FEWEST_UNKNOWN = 2
ONE_IN = 4
"""Of a country's own numbers fewer than this many are mistyped, or newer than its plan."""

LONGEST_CODE = 3
REGIONS = phonenumbers.SUPPORTED_REGIONS


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the `bare` numbers of a column, which name no country, may not be of `region`: most of those that name one
    are of `likely`, or, where none does, so many of those that were looked up are `unknown` there."""

    column: str
    region: str
    bare: int
    likely: str = ""
    unknown: int = 0

    @property
    def words(self) -> str:
        """For people, with the options of the command in brackets."""
        here = _named(self.region)
        if self.likely:
            return (
                f'most numbers in "{self.column}" that name their country are of {_named(self.likely)}, and '
                f"{self.bare} that name none would be read as numbers of {here}. Say of which country these are "
                f"(--region {self.likely}, or --region {self.region})"
            )
        return (
            f'{self.unknown} of {self.bare} numbers in "{self.column}" that name no country are nobody\'s in '
            f"{here}, as whose they would be read. Say of which country they are (--region {self.region}, or another)"
        )


@dataclass(slots=True)
class _Column:
    bare: int = 0
    tried: int = 0
    unknown: int = 0
    named: Counter[int] = field(default_factory=Counter)
    """By the country's code, which several countries may share."""


def home_of(mapping: ColumnMapping, schema: ProfileSchema | None) -> Callable[[Mapping[str, Any]], str]:
    """What tells of a row the country of its person, by which their number is read; empty where it names none."""
    attribute = schema.attributes.get(COUNTRY) if schema is not None else None
    columns = [column for column, target in mapping.columns.items() if target == COUNTRY_COLUMN]
    always = mapping.values.get(COUNTRY_COLUMN, "")
    is_there = is_country(COUNTRY, attribute) and bool(columns or always)

    def home(values: Mapping[str, Any]) -> str:
        for told in (*(values.get(column) for column in columns), always) if is_there else ():
            try:
                region = read_country(told)
            except ValueError:
                continue
            if region in REGIONS:
                return region
        return ""

    return home


class HomeNumbers:
    """What the columns of phone numbers show of that, where nobody has said of which country they are."""

    def __init__(self, mapping: ColumnMapping, schema: ProfileSchema | None) -> None:
        phones = [column for column, target in mapping.columns.items() if target == "phone"]
        self._columns = {one: _Column() for one in phones if not mapping.is_region_told}
        self._region = mapping.region
        self._code = phonenumbers.country_code_for_region(mapping.region)
        self._home = home_of(mapping, schema)

    def see(self, row: Row) -> None:
        for name, column in self._columns.items():
            digits = BETWEEN_DIGITS.sub("", str(row.values.get(name) or ""))
            if digits.startswith(("+", "00")):
                if code := _country_code(digits.removeprefix("+").removeprefix("00")):
                    column.named[code] += 1
            elif digits.isdecimal() and not self._home(row.values):
                column.bare += 1
                if column.tried < MOST_TRIED:
                    column.tried += 1
                    column.unknown += not _is_somebodys(digits, self._region)

    def doubt(self) -> Doubt | None:
        """Of the first column about which there is one."""
        return next((found for name, one in self._columns.items() if (found := self._doubt(name, one))), None)

    def _doubt(self, name: str, column: _Column) -> Doubt | None:
        if not column.bare:
            return None
        if column.named:
            code, most = column.named.most_common(1)[0]
            if code == self._code or most * 2 <= column.named.total():
                return None
            likely = phonenumbers.region_code_for_country_code(code)
            return Doubt(name, self._region, column.bare, likely)
        if column.unknown >= FEWEST_UNKNOWN and column.unknown * ONE_IN > column.tried:
            return Doubt(name, self._region, column.tried, unknown=column.unknown)
        return None


def refuse(doubt: Doubt | None) -> None:
    """Raises SettingsError where somebody else might be written to."""
    if doubt is not None:
        raise SettingsError(f"{doubt.words[0].upper()}{doubt.words[1:]}.")


def _named(region: str) -> str:
    return f"{Locale('en').territories.get(region, region)} ({region})"


def _country_code(digits: str) -> int | None:
    codes = (int(digits[:length]) for length in range(1, LONGEST_CODE + 1) if digits[:length].isdecimal())
    return next((one for one in codes if phonenumbers.region_code_for_country_code(one) in REGIONS), None)


def _is_somebodys(digits: str, region: str) -> bool:
    """A number that has lost its + is (`bot/phone_numbers.py`)."""
    for written, country in ((digits, region), (f"+{digits}", None)):
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(written, country)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False
