"""Filters that write numbers, money and days as people of a locale do: `{{ profile.price | money: "EUR" }}`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_currency, format_decimal, list_currencies
from liquid import RenderContext
from liquid.exceptions import FilterArgumentError
from liquid.filter import with_context

from bot.domain.audience import written_day

LOCALE = "locale"
"""The name in the template's context that says in which locale to write."""

LENGTHS = ("short", "medium", "long", "full")
MOST_DIGITS = 30


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
    return f"{format_date(at.date(), 'full', locale=locale)} {format_datetime(at, 'HH:mm', locale=locale)}"


def short_day_and_time(at: datetime, language: str, *, year: bool = False) -> str:
    """Di., 24. Nov., 10:00, by the clock of `at`; with its year where that is wanted."""
    locale = locale_of(language)
    day = format_skeleton("yMMMEd" if year else "MMMEd", at, locale=locale)
    return f"{day}, {format_datetime(at, 'HH:mm', locale=locale)}"


def day_in_words(day: date, language: str, region: str) -> str:
    """26. Dezember 2026, as people of the region (ISO 3166) write it in that language."""
    return format_date(day, "long", locale=locale_of(f"{language}-{region}", language))


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
    """24 November 2026, of a text that begins with a day. `length` is short, medium, long or full."""
    if length not in LENGTHS:
        raise FilterArgumentError(f"date takes {', '.join(LENGTHS)}", token=None)
    day = written_day(str(value))
    if day is None:
        raise FilterArgumentError("date takes a day such as 2026-11-24", token=None)
    return format_date(day, format=length, locale=_locale(context))


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
