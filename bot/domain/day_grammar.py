"""The days that somebody names in English text: "next Tuesday", "in two weeks", "the 3rd of May"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.domain.time_words import AMOUNT, FLAGS, MONTH, WEEKDAY, amount_of, month_of, rule, weekday_of

Unit = Literal["minute", "hour", "day", "working day", "week", "month"]
Part = Literal["", "early", "mid", "late", "last day"]


@dataclass(frozen=True, slots=True)
class Ahead:
    """So much later than now. Working days are Monday to Friday, holidays or not."""

    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class OnWeekday:
    """0 is Monday. `next`: the one in the week that begins next Monday; `weeks` are added."""

    weekday: int
    next: bool = False
    weeks: int = 0


@dataclass(frozen=True, slots=True)
class WeekdayOfMonth:
    """The first, second, third, fourth or last (-1) such day of the present month (0), the next (1), or, where none is
    named, of the month in which it comes next."""

    weekday: int
    number: int
    months: int | None = None


@dataclass(frozen=True, slots=True)
class InPeriod:
    """The present one (offset 0), the next (1), or a part of it."""

    unit: Literal["week", "weekend", "month"]
    offset: int = 0
    part: Part = ""


@dataclass(frozen=True, slots=True)
class OnDate:
    """A date as far as it was named; without year or month, the next such one.

    `months`: so many months after the present one; `years`: so many years after the present one.
    """

    day: int
    month: int | None = None
    year: int | None = None
    months: int | None = None
    years: int | None = None


@dataclass(frozen=True, slots=True)
class Slashed:
    """3/4 or 3/4/2027: which number is the month depends on where the writer lives."""

    first: int
    second: int
    year: int | None = None


Day = Ahead | OnWeekday | WeekdayOfMonth | InPeriod | OnDate | Slashed

_WORKING_DAYS = r"(?:working|business|work) ?days?"
_DAY_NUMBER = r"(?:3[01]|[12]\d|0?[1-9])"
_YEAR = r"(?:19|20)\d\d"
_DOTTED = rf"(?P<day>{_DAY_NUMBER})\.(?P<month>0?[1-9]|1[0-2])\."
"""As on the Continent: a date where it stands alone or the sentence goes on with it; "we run on 3.12." has none."""
_WHICH_YEAR = r"(?:of )?(?P<which>this year|next year|the year after next)"
_HOLIDAYS = {
    "christmas eve": (24, 12),
    "christmas day": (25, 12),
    "boxing day": (26, 12),
    "new years eve": (31, 12),
    "new years day": (1, 1),
}
"""Days that go by a name and have the same date each year."""

_LAST_CENTURY = 69
"""From here on a year of two digits is of the last century, as POSIX has it: somebody was born in 85."""


def _year(word: str | None) -> int | None:
    if not word:
        return None
    if len(word) == 4:
        return int(word)
    return int(word) + (1900 if int(word) >= _LAST_CENTURY else 2000)


def _named(match: re.Match[str]) -> Day:
    word = match[0].lower()
    return Ahead(0 if word.startswith("to") and word[:3] in {"tod", "ton"} else 2 if "after" in word else 1, "day")


def _ahead(match: re.Match[str]) -> Day:
    unit = match["unit"].lower()
    amount = amount_of(match["amount"])
    if unit.startswith("fortnight"):
        return Ahead(2 * amount, "week")
    units: tuple[tuple[str, Unit], ...] = (
        ("mi", "minute"), ("h", "hour"), ("d", "day"), ("w", "week"), ("mo", "month"),
    )  # fmt: skip
    return Ahead(amount, next(name for start, name in units if unit.startswith(start)))


def _parts_of_an_hour_ahead(match: re.Match[str]) -> Day:
    if match["part"]:
        return Ahead(30 if match["part"].lower() == "half" else 15, "minute")
    return Ahead(60 * amount_of(match["hours"]) + 30, "minute")


def _working_days_ahead(match: re.Match[str]) -> Day:
    return Ahead(amount_of(match["amount"] or "1"), "working day")


def _on_weekday(match: re.Match[str]) -> Day:
    which = (match["which"] or "").lower()
    after = (match["after"] or "").lower()
    return OnWeekday(
        weekday_of(match["day"]), next=which == "next" or "next" in after, weeks=1 if after == "week" else 0
    )


def _weeks_from(match: re.Match[str]) -> Day:
    weeks = amount_of(match["amount"])
    day = match["day"].lower()
    if day in {"today", "now"}:
        return Ahead(weeks, "week")
    return Ahead(7 * weeks + 1, "day") if day == "tomorrow" else OnWeekday(weekday_of(day), weeks=weeks)


def _in_period(match: re.Match[str]) -> Day:
    said = (match["part"] or "").lower()
    part: Part = ""
    if said:
        part = "late" if "late" in said or "end" in said else "mid" if "mid" in said else "early"
    which = match["which"].lower()
    unit: Literal["week", "weekend", "month"] = "month"
    if match["unit"].lower().startswith("week"):
        unit = "weekend" if match["unit"].lower() == "weekend" else "week"
    after_next = "after next" in (match["after"] or "").lower()
    return InPeriod(unit, 2 if after_next else 1 if which in {"next", "the following", "the coming"} else 0, part)


_NUMBERS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
_MONTHS = {"the": None, "this": 0, "next": 1, "the following": 1, "the coming": 1}
_WHICH_MONTH = rf"(?P<which>{'|'.join(sorted(_MONTHS, key=len, reverse=True))}) month"


def _weekday_of_month(match: re.Match[str]) -> Day:
    months = _MONTHS[match["which"].lower()]
    return WeekdayOfMonth(weekday_of(match["day"]), _NUMBERS[match["number"].lower()], months)


def _end_of_month(match: re.Match[str]) -> Day:
    """The first or the last day of a month: "the first of next month"."""
    months = _MONTHS[match["which"].lower()]
    return InPeriod("month", months or 0, "last day") if match["end"].lower() != "first" else OnDate(1, months=months)


def _on_date(match: re.Match[str]) -> Day:
    which = (match["which"] or "").lower()
    years = {"this year": 0, "next year": 1, "the year after next": 2}.get(which)
    return OnDate(int(match["day"]), month_of(match["month"]), _year(match["year"]), years=years)


def _on_holiday(match: re.Match[str]) -> Day:
    day, month = _HOLIDAYS[" ".join(match["holiday"].lower().replace("’", "'").replace("year's", "years").split())]
    which = (match["which"] or "").lower()
    return OnDate(day, month, _year(match["year"]), years={"this year": 0, "next year": 1}.get(which))


DayRule = tuple[re.Pattern[str], Callable[[re.Match[str]], Day | None]]


DAY_RULES: tuple[DayRule, ...] = (
    (
        re.compile(
            rf"(?<!\w)(?P<year>{_YEAR})(?P<mark>[-/])(?P<month>0?[1-9]|1[0-2])(?P=mark)(?P<day>[0-3]?\d)"
            r"(?!(?!T\d\d:)\w)",
            FLAGS,
        ),
        lambda m: OnDate(int(m["day"]), int(m["month"]), int(m["year"])),
    ),
    (
        rule(
            rf"(?!24/7\b)(?P<first>\d{{1,2}})([/.])(?P<second>\d{{1,2}})(?:\2(?P<year>{_YEAR}|\d\d))?"
            r"(?![%/.\d]|\s?[ap]\.?m)"
        ),
        lambda m: Slashed(int(m["first"]), int(m["second"]), _year(m["year"])) if m[2] == "/" or m["year"] else None,
    ),
    (rule(rf"\A{_DOTTED}\Z"), lambda m: OnDate(int(m["day"]), int(m["month"]))),
    (
        rule(rf"(?:(?<=on )|\A){_DOTTED}(?=\s+(?:at|around|from|between|in the|please|would|works?|suits?)\b)"),
        lambda m: OnDate(int(m["day"]), int(m["month"])),
    ),
    (
        rule(rf"(?P<first>\d{{1,2}})-(?P<second>\d{{1,2}})-(?P<year>{_YEAR})(?!-)"),
        lambda m: Slashed(int(m["first"]), int(m["second"]), int(m["year"])),
    ),
    (
        rule(
            rf"(?:the )?(?P<day>{_DAY_NUMBER})(?:st|nd|rd|th)?(?: of)? (?P<month>{MONTH})\b\.?"
            rf"(?:,? (?P<year>{_YEAR})|,? {_WHICH_YEAR})?"
        ),
        _on_date,
    ),
    (
        rule(
            rf"(?P<month>{MONTH})\.? (?:the )?(?P<day>{_DAY_NUMBER})(?:st|nd|rd|th)?"
            rf"(?:,? (?P<year>{_YEAR})|,? {_WHICH_YEAR})?(?!:)"
        ),
        _on_date,
    ),
    (
        rule(rf"the (?P<day>{_DAY_NUMBER})(?:st|nd|rd|th) (?:of )?{_WHICH_MONTH}"),
        lambda m: OnDate(int(m["day"]), months=_MONTHS[m["which"].lower()]),
    ),
    (
        rule(rf"{_WHICH_MONTH},? (?:on )?the (?P<day>{_DAY_NUMBER})(?:st|nd|rd|th)"),
        lambda m: OnDate(int(m["day"]), months=_MONTHS[m["which"].lower()]),
    ),
    (rule(rf"(?:the )?(?P<end>first|last)(?: day)? of {_WHICH_MONTH}"), _end_of_month),
    (
        rule(rf"(?:the )?(?P<number>{'|'.join(_NUMBERS)}) (?P<day>{WEEKDAY}) (?:of|in) {_WHICH_MONTH}"),
        _weekday_of_month,
    ),
    (
        rule(
            r"(?P<holiday>christmas (?:eve|day)|boxing day|new year['’]?s (?:eve|day))"
            rf"(?:,? (?P<year>{_YEAR})|,? (?:of )?(?P<which>this year|next year))?"
        ),
        _on_holiday,
    ),
    (rule(rf"the (?P<day>{_DAY_NUMBER})(?:st|nd|rd|th)"), lambda m: OnDate(int(m["day"]))),
    (
        rule(
            r"(?:with)?in (?:about |around )?(?:(?P<part>half|a quarter of) an hour|"
            rf"(?P<hours>{AMOUNT}) (?:hours? and a half|and a half hours))(?:'s time)?"
        ),
        _parts_of_an_hour_ahead,
    ),
    (rule(r"(?:the )?day after tomorrow|today|tonight|tomm?orr?ow|tmrw|tmr"), _named),
    (rule(rf"(?P<amount>{AMOUNT}) weeks? (?:from|on) (?P<day>today|now|tomorrow|{WEEKDAY})"), _weeks_from),
    (rule(rf"(?P<amount>{AMOUNT}) weeks? (?P<day>today|tomorrow)"), _weeks_from),
    (rule(rf"(?P<day>{WEEKDAY}) in (?P<amount>{AMOUNT}) weeks?(?:'s? time)?"), _weeks_from),
    (
        rule(
            rf"(?:with)?in (?:about |around |the next |another )?(?P<amount>{AMOUNT}) "
            r"(?P<unit>min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|months?|fortnights?)'?(?: time)?"
        ),
        _ahead,
    ),
    (rule(rf"(?P<amount>{AMOUNT}) (?P<unit>days?|weeks?|months?) (?:from (?:now|today)|ahead)"), _ahead),
    (
        rule(rf"(?:with)?in (?:about |around |the next |another )?(?P<amount>{AMOUNT}) {_WORKING_DAYS}'?(?: time)?"),
        _working_days_ahead,
    ),
    (rule(rf"(?P<amount>{AMOUNT}) {_WORKING_DAYS} (?:from (?:now|today)|ahead)"), _working_days_ahead),
    (rule(r"(?:the )?(?:next|following)(?P<amount>) (?:working|business) day"), _working_days_ahead),
    (
        rule(
            rf"(?:(?P<which>this coming|this|next|coming) )?(?P<day>{WEEKDAY})s?"
            r"(?: (?P<after>(?:of )?next week|week))?"
        ),
        _on_weekday,
    ),
    (
        rule(
            r"(?:(?P<part>early(?: in)?|late|later|later in|mid|(?:the )?(?:end|start|beginning|middle) of) )?"
            r"(?P<which>this|next|the following|the coming|the) (?P<unit>weekend|week|month)(?P<after> after next)?"
        ),
        _in_period,
    ),
)

DATE_OF_A_WEEKDAY = rule(rf"(?P<day>{_DAY_NUMBER})(?:st|nd|rd|th)")
"""What is a date only right after a weekday: "Wednesday 14th"."""
