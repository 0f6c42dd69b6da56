"""The weeks, months and years that somebody names in English text: "mid April", "the week of May 4th", "next year"."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from bot.domain.days import (
    Day,
    InMonth,
    InPeriod,
    InYear,
    OnDate,
    Part,
    WeekdayOfMonth,
    WeekOf,
    WeekOfMonth,
    WhichMonth,
)
from bot.domain.time_words import DAY_NUMBER, MONTH, WEEKDAY, YEAR, month_of, ordinal_of, rule, weekday_of

DayRule = tuple[re.Pattern[str], Callable[[re.Match[str]], Day | None]]

YEARS = {"this year": 0, "next year": 1, "the year after next": 2}
"""How a year is named without its number, and how many it is ahead."""

MONTHS = {"the": None, "this": 0, "next": 1, "the following": 1, "the coming": 1}
WHICH_MONTH = rf"(?P<which>{'|'.join(sorted(MONTHS, key=len, reverse=True))}) month"

_PART = (
    r"(?P<part>early(?: in)?|late(?: in)?|later(?: in)?|mid(?:dle)?|"
    r"(?:the )?(?:very )?(?:end|start|beginning|middle) of)[ -]"
)
_OF_A_YEAR = rf"(?:,? (?:of )?(?P<year>{YEAR})|,? (?:of )?(?P<years>{'|'.join(YEARS)}))?"
_NO_DAY_AFTER = rf"(?! (?:the )?{DAY_NUMBER}(?:st|nd|rd|th)?(?![\w:])(?! ?(?:[ap]\.?m|o'? ?clock))|\.\d)"
_NOT_OVER = r"(?! (?:of )?last year)"
_MAY = (
    r"(?:(?-i:May|MAY)|(?:(?<=of )|(?<=in )|(?<=mid[ -]))may"
    r"|may(?=\s*(?:$|[,.;:!?)]|(?:20\d\d|at|in the|around|before|after|if|is|please)\b)))"
)
_A_MONTH = rf"(?:{_MAY}|(?!may\b){MONTH})"
"""A month's name where "may" might be the verb: "this may be too early"."""

_NAMED = rf"(?P<month>{MONTH})\b\.?{_OF_A_YEAR}{_NO_DAY_AFTER}{_NOT_OVER}"
_SURELY_NAMED = rf"(?P<month>{_A_MONTH})\b\.?{_OF_A_YEAR}{_NO_DAY_AFTER}{_NOT_OVER}"
_OF_A_MONTH = rf"(?:of|in) (?:{WHICH_MONTH}|(?:the month of )?{_NAMED})"
_NUMBERED = r"first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|last"
BARE_MONTH = re.compile(
    r"[\s~]*(?:(?:about|around|say|maybe|perhaps|some ?time|how about|ok|yes|sure|um+|hm+)\W+)*"
    rf"(?P<said>(?P<month>{MONTH})\.?{_OF_A_YEAR})"
    r"(?:\W+(?:or so|please|works?|is fine|thanks|thank you))*\W*",
    re.IGNORECASE | re.ASCII,
)
"""A month with nothing besides; it is one only where a time was asked for."""


def part_of(said: str | None) -> Part:
    said = (said or "").lower()
    if not said:
        return ""
    return "late" if "late" in said or "end" in said else "mid" if "mid" in said else "early"


def month_named(match: re.Match[str], *, later: bool = False) -> WhichMonth:
    """The month of the groups `month`, `year` and `years`."""
    years = YEARS.get(" ".join((match["years"] or "").lower().split()))
    return WhichMonth(month_of(match["month"]), int(match["year"]) if match["year"] else None, years, later=later)


def _which_month(match: re.Match[str]) -> WhichMonth:
    return WhichMonth(months=MONTHS[match["which"].lower()]) if match["which"] else month_named(match)


def _number(match: re.Match[str]) -> int:
    said = match["number"].lower()
    return -1 if said == "last" else ordinal_of(said)


def _in_month(match: re.Match[str]) -> Day:
    groups = match.groupdict()
    return InMonth(month_named(match, later=bool(groups.get("next"))), part_of(groups.get("part")))


def _last_day(match: re.Match[str]) -> Day:
    which = _which_month(match)
    if which.month is None:
        return InPeriod("month", which.months or 0, "last day")
    return InMonth(which, "last day")


def _first_day(match: re.Match[str]) -> Day:
    which = _which_month(match)
    return OnDate(1, which.month, which.year, which.months, which.years)


def _in_period(match: re.Match[str]) -> Day | None:
    part, which, unit = part_of(match["part"]), match["which"].lower(), match["unit"].lower()
    units: dict[str, Literal["week", "weekend", "month", "year"]]
    units = {"weekend": "weekend", "week": "week", "month": "month", "year": "year"}
    if unit == "year" and which == "the" and not (part or match["after"]):
        return None
    next_one = which in {"next", "the following", "the coming"}
    return InPeriod(units[unit], 2 if match["after"] else 1 if next_one else 0, part)


def _week_of(match: re.Match[str]) -> Day:
    groups = match.groupdict()
    month = groups.get("month")
    named = month_named(match) if month else WhichMonth()
    date = OnDate(int(match["day"]), named.month, named.year, None, named.years)
    return WeekOf(date, "weekend" if (match["unit"] or "").lower() == "weekend" else "week")


_THE_WEEK = (
    r"(?:(?:in |during )?(?:the )?(?P<unit>week(?:end)?) (?:of|commencing|beginning|starting)|w/c)"
    rf"(?: on)?(?: {WEEKDAY},?)?"
)
_NTH = rf"(?P<day>{DAY_NUMBER})(?:st|nd|rd|th|\.)?"

RULES_OF_A_MONTH: tuple[DayRule, ...] = (
    (rule(rf"{_THE_WEEK} (?:the )?{_NTH}(?: of)? (?P<month>{MONTH})\b\.?{_OF_A_YEAR}"), _week_of),
    (rule(rf"{_THE_WEEK} (?P<month>{MONTH})\b\.? (?:the )?{_NTH}{_OF_A_YEAR}"), _week_of),
    (rule(rf"{_THE_WEEK} the (?P<day>{DAY_NUMBER})(?:st|nd|rd|th)"), _week_of),
    (rule(rf"(?:the )?last day {_OF_A_MONTH}"), _last_day),
    (rule(rf"(?:the )?last of {WHICH_MONTH}"), _last_day),
    (rule(rf"(?:the )?first(?: day)? {_OF_A_MONTH}"), _first_day),
    (
        rule(rf"(?:the )?(?P<number>{_NUMBERED}) (?P<day>{WEEKDAY}) {_OF_A_MONTH}"),
        lambda m: WeekdayOfMonth(weekday_of(m["day"]), _number(m), _which_month(m)),
    ),
    (
        rule(rf"(?:in |during )?(?:the )?(?P<number>{_NUMBERED})(?: full)? week {_OF_A_MONTH}"),
        lambda m: WeekOfMonth(_number(m), _which_month(m)),
    ),
    (rule(rf"{WEEKDAY}s? in {_SURELY_NAMED}"), lambda m: InMonth(month_named(m))),  # any of them
)
"""What goes before a weekday by itself, and the first of something."""

PERIOD_RULES: tuple[DayRule, ...] = (
    (
        rule(
            rf"(?:{_PART})?(?P<which>this|next|the following|the coming|the) (?P<unit>weekend|week|month|year)"
            r"(?P<after> after next)?(?! (?:after|before)\b)"
        ),
        _in_period,
    ),
    (rule(rf"(?:in|during) (?:the month of )?{_NAMED}"), _in_month),
    (rule(rf"{_PART}(?:(?P<next>next) |this )?{_SURELY_NAMED}"), _in_month),
    (rule(rf"(?:(?P<next>next)|this(?: coming)?|coming) {_SURELY_NAMED}"), _in_month),
    (rule(rf"(?P<month>{MONTH})\b\.?,? (?P<year>{YEAR})(?P<years>)(?![-/.]\d)"), _in_month),
    (
        rule(rf"(?:(?:in|during) |{_PART})(?P<year>20\d\d)(?![-/.:]\d)(?! [a-z]+s\b)"),
        lambda m: InYear(int(m["year"]), part_of(m["part"])),
    ),
)
