"""Filters that write numbers, money, days and times as people of a locale do: `{{ profile.price | money: "EUR" }}`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, get_time_format
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, list_currencies
from babel.units import format_unit
from liquid import RenderContext
from liquid.exceptions import FilterArgumentError
from liquid.filter import with_context

from bot.domain.audience import written_day

LOCALE = "locale"
"""The name in the template's context that says in which locale to write."""

CALENDAR = "calendar"
"""The one that says in which locale to write days and times: with a country, where any is known. Numbers are left out,
for in an English text nobody reads 1.234 as Germans do."""

ZONES = "zones"
"""The one that says in which time zones the person may be."""

LENGTHS = ("short", "medium", "long", "full")
MOST_DIGITS = 30
_NO_BREAK = "\u202f"
"""Before AM and PM; a text message with it takes 70 characters in place of 160."""


@lru_cache(maxsize=200)
def locale_of(*names: str | None) -> str:
    """The first of these that is a locale, or whose language is one; English else."""
    for name in names:
        if not name:
            continue
        written = name.replace("-", "_")
        for candidate in (written, written.partition("_")[0]):
            try:
                return str(Locale.parse(candidate))
            except (UnknownLocaleError, ValueError):
                continue
    return "en"


def weekday_and_time(at: datetime, language: str) -> str:
    """Montag 09:00, by the clock of `at`."""
    return format_datetime(at, "EEEE HH:mm", locale=locale_of(language))


def date_and_time(at: datetime, language: str) -> str:
    """Montag, 4. Januar 2027 09:00, by the clock of `at`."""
    locale = locale_of(language)
    return f"{_day(at.date(), 'full', locale)} {format_datetime(at, 'HH:mm', locale=locale)}"


def short_day_and_time(at: datetime, language: str, *, year: bool = False) -> str:
    """Di., 24. Nov., 10:00, by the clock of `at`; with its year where that is wanted."""
    locale = locale_of(language)
    day = format_skeleton("yMMMEd" if year else "MMMEd", at, locale=locale)
    return f"{_with_first(day, at, locale)}, {format_datetime(at, 'HH:mm', locale=locale)}"


def day_in_words(day: date, language: str, region: str) -> str:
    """26. Dezember 2026, as people of the region (ISO 3166) write it in that language."""
    return _day(day, "long", locale_of(f"{language}-{region}", language))


def _day(day: date, length: Any, locale: str) -> str:
    return _with_first(format_date(day, format=length, locale=locale), day, locale)


def _with_first(written: str, day: date, locale: str) -> str:
    """French counts the first of a month, and no other day: 1er janvier."""
    if day.day != 1 or locale.partition("_")[0] != "fr":
        return written
    return re.sub(r"(?<!\d)1(?= [^\W\d])", "1er", written, count=1)


def days_in_words(days: int, language: str) -> str:
    """30 Tage"""
    return format_unit(days, "duration-day", locale=locale_of(language))


def listed(items: Sequence[str], language: str) -> str:
    """one, two und three"""
    return format_list(items, locale=locale_of(language)) if items else ""


@with_context
def number(value: Any, *, context: RenderContext) -> str:
    """1,234.5"""
    return format_decimal(_exact(value), locale=_locale(context))


@with_context
def money(value: Any, currency: Any, *, context: RenderContext) -> str:
    """€1,234.50, of an amount and the currency's code (ISO 4217)."""
    if (currency := str(currency)) not in list_currencies():
        raise FilterArgumentError('money takes a currency: money: "EUR"', token=None)
    return format_currency(_exact(value), currency, locale=_locale(context))


@with_context
def date_of(value: Any, length: Any = "medium", *, context: RenderContext) -> str:
    """24 November 2026, of a text that begins with a day; of a moment, the day that it is on their clock. `length` is
    short, medium, long or full."""
    if length not in LENGTHS:
        raise FilterArgumentError(f"date takes {', '.join(LENGTHS)}", token=None)
    moment = _moment(value)
    day = written_day(str(value)) if moment is None else (_on_their_clock(moment, context) or moment).date()
    if day is None:
        raise FilterArgumentError("date takes a day such as 2026-11-24", token=None)
    return _day(day, length, str(context.resolve(CALENDAR)))


@with_context
def time_of(value: Any, *, context: RenderContext) -> str:
    """14:30, on their clock, of a text with a day and a time in ISO 8601.

    Where nobody knows their time zone, as it was told, with how far from UTC that is: 14:30 GMT+01:00. A time that has
    no offset is one of the place, and stays as it is.
    """
    moment = _moment(value)
    if moment is None:
        raise FilterArgumentError("time takes a day with a time, such as 2026-11-24T14:30", token=None)
    theirs, locale = _on_their_clock(moment, context), str(context.resolve(CALENDAR))
    hour = get_time_format("short", locale=locale).pattern.replace(_NO_BREAK, " ")
    return format_datetime(theirs or moment, hour if theirs is not None else f"{hour} ZZZZ", locale=locale)


def _moment(value: Any) -> datetime | None:
    """The day with its time that the value names; None where it names none."""
    if isinstance(value, datetime):
        return value
    text = str(value).strip()
    if len(text) <= len("2026-11-24"):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _on_their_clock(moment: datetime, context: RenderContext) -> datetime | None:
    """The same moment by the clock of the person; None where nobody knows it, or it is not one wherever they may be."""
    if moment.tzinfo is None:
        return moment
    there = [moment.astimezone(ZoneInfo(zone)) for zone in context.resolve(ZONES)]
    return there[0] if len({one.replace(tzinfo=None) for one in there}) == 1 else None


def _locale(context: RenderContext) -> str:
    return str(context.resolve(LOCALE))


def _exact(value: Any) -> Decimal:
    try:
        exact = Decimal(str(value))
    except InvalidOperation as error:
        raise FilterArgumentError("only a number can be written as one", token=None) from error
    if isinstance(value, bool) or not exact.is_finite() or abs(exact.adjusted()) > MOST_DIGITS:
        raise FilterArgumentError("only a number can be written as one", token=None)
    return exact
