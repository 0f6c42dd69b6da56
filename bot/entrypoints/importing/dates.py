"""Reads days as people and spreadsheets write them: 03/04/2026 is one day in London and another in New York."""

from __future__ import annotations

import re
from datetime import date, datetime, time

ORDERS = ("dmy", "mdy")
"""Whether the day stands first, or the month."""

WRITTEN = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:,?[ T]+(.+))?")
YEAR_FIRST = re.compile(r"(\d{4})([./])(\d{1,2})\2(\d{1,2})(?:,?[ T]+(.+))?")
CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)? ?([ap])\.?m\.?", re.IGNORECASE)
WHAT = "it must be a date such as 2026-11-24"


def read_date(text: str, order: str) -> str:
    """The day, perhaps with its time, in ISO 8601; raises ValueError where it is none, or may be two. `order` is one of
    ORDERS, or empty where nobody knows."""
    plain = text.strip()
    if found := YEAR_FIRST.fullmatch(plain):
        year, _, month, day, rest = found.groups()
        return _written(year, month, day, rest)
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
