"""Reads days as people and spreadsheets write them: 03/04/2026 is one day in London and another in New York."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache

from babel import Locale

from bot.domain.folding import fold

ORDERS = ("dmy", "mdy")
"""Whether the day stands first, or the month."""

WRITTEN = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:,?[ T]+(.+))?")
YEAR_FIRST = re.compile(r"(\d{4})([./])(\d{1,2})\2(\d{1,2})(?:,?[ T]+(.+))?")
SHORT_YEAR = re.compile(r"\d{1,2}\.\d{1,2}\.(\d\d)")
NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:\.|st|nd|rd|th|er)?[ -](?:de )?(?P<month>[^\W\d_]+)\.?|"
    r"(?P<first>[^\W\d_]+)\.?[ -](?P<second>\d{1,2})(?:st|nd|rd|th)?)"
    r",?[ -](?:de )?(?P<year>\d{4})(?:,?[ T]+(?P<rest>.+))?"
)
LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl")
"""Whose names of months are read."""

CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)? ?([ap])\.?m\.?", re.IGNORECASE)
WHAT = "it must be a date such as 2026-11-24"


def read_date(text: str, order: str) -> str:
    """The day, perhaps with its time, in ISO 8601; raises ValueError where it is none, or may be two. `order` is one of
    ORDERS, or empty where nobody knows."""
    plain = text.strip()
    if found := YEAR_FIRST.fullmatch(plain):
        year, _, month, day, rest = found.groups()
        return _written(year, month, day, rest)
    if (found := NAMED.fullmatch(plain)) and (number := _months().get(fold(found["month"] or found["first"]))):
        return _written(found["year"], str(number), found["day"] or found["second"], found["rest"])
    if not (found := WRITTEN.fullmatch(plain)):
        return plain
    one, mark, other, year, rest = found.groups()
    chosen = order if mark != "." and order else evident_order(plain)
    if not chosen and one != other:
        first, second = _said(one, other), _said(other, one)
        raise ValueError(
            f"{text[:40]} may be {first} or {second}. Write it as 2026-11-24, or say for the whole file whether the "
            "day stands first or the month (--dates dmy or --dates mdy)"
        )
    day, month = (other, one) if chosen == "mdy" else (one, other)
    return _written(year, month, day, rest)


def read_day_of_late(text: str, order: str) -> str:
    """The same of what happened lately: the year of 3.4.26 is 2026."""
    plain = text.strip()
    if found := SHORT_YEAR.fullmatch(plain):
        plain = f"{plain.removesuffix(found[1])}20{found[1]}"
    return read_date(plain, order)


@cache
def _months() -> Mapping[str, int]:
    """By their names and what these are shortened to, but for those that are another one in another language."""
    found: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in Locale(language).months[use][width].items():
                    found.setdefault(fold(name), set()).add(number)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}


def evident_order(text: str) -> str:
    """The order, where the day can only have this one; else empty. A day with points has the day first everywhere."""
    if not (found := WRITTEN.fullmatch(text.strip())):
        return ""
    one, mark, other, *_ = found.groups()
    if mark == "." or (int(one) > 12 >= int(other)):
        return "dmy"
    return "mdy" if int(other) > 12 >= int(one) else ""


def _said(day: str, month: str) -> str:
    try:
        return f"{int(day)} {date(2026, int(month), 1):%B}"
    except ValueError:
        raise ValueError(WHAT) from None


def _written(year: str, month: str, day: str, rest: str | None) -> str:
    try:
        told = date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise ValueError(WHAT) from None
    return f"{told}T{_clock(rest.strip())}" if rest else told


def _clock(text: str) -> str:
    """A time of day as ISO 8601 has it; 9:05 PM is 21:05."""
    if found := CLOCK.fullmatch(text):
        hour, minute, second, half = found.groups()
        if not 1 <= int(hour) <= 12:
            raise ValueError(WHAT)
        return time(int(hour) % 12 + 12 * (half.lower() == "p"), int(minute), int(second or 0)).isoformat()
    padded = text if re.match(r"\d\d", text) else f"0{text}"
    try:
        datetime.fromisoformat(f"2026-01-01T{padded}")
    except ValueError:
        raise ValueError(WHAT) from None
    return padded
