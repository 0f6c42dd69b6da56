"""The days that somebody names in English text: "next Tuesday", "in two weeks", "the 3rd of May"."""

from __future__ import annotations

import re

from bot.domain.days import Ahead, Day, OnDate, OnWeekday, Slashed, Unit
from bot.domain.period_grammar import MONTHS, PERIOD_RULES, RULES_OF_A_MONTH, WHICH_MONTH, DayRule
from bot.domain.time_words import (
    AMOUNT,
    DAY_IN_WORDS,
    DAY_NUMBER,
    FLAGS,
    HOUR,
    MONTH,
    WEEKDAY,
    YEAR,
    amount_of,
    month_of,
    ordinal_of,
    rule,
    weekday_of,
)

_WORKING_DAYS = r"(?:working|business|work) ?days?"
_DOTTED = rf"(?P<day>{DAY_NUMBER})\.(?P<month>0?[1-9]|1[0-2])\."
"""As on the Continent: a date where it stands alone or the sentence goes on with it; "we run on 3.12." has none."""
_BEFORE_A_CLOCK = rf"(?=,?\s+{HOUR}(?::[0-5]\d(?!\d)|\s?[ap]\.?m\b))"
"""Hardly anything but a date has a time of day right behind it: "3.12. 15:00"."""
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


def _on_date(match: re.Match[str]) -> Day:
    which = (match["which"] or "").lower()
    years = {"this year": 0, "next year": 1, "the year after next": 2}.get(which)
    groups = match.groupdict()
    day = ordinal_of(groups["words"]) if groups.get("words") else int(groups["day"])
    return OnDate(day, month_of(match["month"]), _year(match["year"]), years=years)


def _on_dotted_date(match: re.Match[str]) -> Day:
    return OnDate(int(match["day"]), int(match["month"]))


def _on_holiday(match: re.Match[str]) -> Day:
    day, month = _HOLIDAYS[" ".join(match["holiday"].lower().replace("’", "'").replace("year's", "years").split())]
    which = (match["which"] or "").lower()
    return OnDate(day, month, _year(match["year"]), years={"this year": 0, "next year": 1}.get(which))


DAY_RULES: tuple[DayRule, ...] = (
    (
        re.compile(
            rf"(?<!\w)(?P<year>{YEAR})(?P<mark>[-/])(?P<month>0?[1-9]|1[0-2])(?P=mark)(?P<day>[0-3]?\d)"
            r"(?!(?!T\d\d:)\w)",
            FLAGS,
        ),
        lambda m: OnDate(int(m["day"]), int(m["month"]), int(m["year"])),
    ),
    (
        rule(
            rf"(?!24/7\b)(?P<first>\d{{1,2}})([/.])(?P<second>\d{{1,2}})(?:\2(?P<year>{YEAR}|\d\d))?"
            r"(?![%/.\d]|\s?[ap]\.?m)"
        ),
        lambda m: Slashed(int(m["first"]), int(m["second"]), _year(m["year"])) if m[2] == "/" or m["year"] else None,
    ),
    (rule(rf"(?:\A|(?<=:\d\d )|(?<=:\d\d, )){_DOTTED}\Z"), _on_dotted_date),
    (rule(rf"{_DOTTED}?{_BEFORE_A_CLOCK}"), _on_dotted_date),
    (
        rule(rf"(?:(?<=on )|\A){_DOTTED}(?=\s+(?:at|around|from|between|in the|please|would|works?|suits?)\b)"),
        _on_dotted_date,
    ),
    (
        rule(rf"(?P<first>\d{{1,2}})-(?P<second>\d{{1,2}})-(?P<year>{YEAR})(?!-)"),
        lambda m: Slashed(int(m["first"]), int(m["second"]), int(m["year"])),
    ),
    (
        rule(
            rf"(?:the )?(?P<day>{DAY_NUMBER})(?:st|nd|rd|th|\.)?(?: of)? (?P<month>{MONTH})\b\.?"
            rf"(?:,? (?P<year>{YEAR})|,? {_WHICH_YEAR})?"
        ),
        _on_date,
    ),
    (
        rule(
            rf"(?P<month>{MONTH})\.? (?:the )?(?P<day>{DAY_NUMBER})(?:st|nd|rd|th)?"
            rf"(?:,? (?P<year>{YEAR})|,? {_WHICH_YEAR})?(?!:| o'? ?clock)"
        ),
        _on_date,
    ),
    (
        rule(
            rf"(?:the )?(?P<words>{DAY_IN_WORDS})(?: of)? (?P<month>{MONTH})\b\.?"
            rf"(?:,? (?P<year>{YEAR})|,? {_WHICH_YEAR})?"
        ),
        _on_date,
    ),
    (
        rule(rf"(?P<month>{MONTH}) (?:the )?(?P<words>{DAY_IN_WORDS})(?:,? (?P<year>{YEAR})|,? {_WHICH_YEAR})?"),
        _on_date,
    ),
    (
        rule(rf"the (?P<day>{DAY_NUMBER})(?:st|nd|rd|th) (?:of )?{WHICH_MONTH}"),
        lambda m: OnDate(int(m["day"]), months=MONTHS[m["which"].lower()]),
    ),
    (
        rule(rf"{WHICH_MONTH},? (?:on )?the (?P<day>{DAY_NUMBER})(?:st|nd|rd|th)"),
        lambda m: OnDate(int(m["day"]), months=MONTHS[m["which"].lower()]),
    ),
    *RULES_OF_A_MONTH,
    (
        rule(
            r"(?P<holiday>christmas (?:eve|day)|boxing day|new year['’]?s (?:eve|day))"
            rf"(?:,? (?P<year>{YEAR})|,? (?:of )?(?P<which>this year|next year))?"
        ),
        _on_holiday,
    ),
    (rule(rf"the (?P<day>{DAY_NUMBER})(?:st|nd|rd|th)"), lambda m: OnDate(int(m["day"]))),
    (
        rule(
            r"(?:with)?in (?:about |around )?(?:(?P<part>half|a quarter of) an hour|"
            rf"(?P<hours>{AMOUNT}) (?:hours? and a half|and a half hours))(?:'s time)?"
        ),
        _parts_of_an_hour_ahead,
    ),
    (rule(r"(?:the )?day after tomorrow|today|tonight|tomm?orr?ow|tmrw|tmr"), _named),
    (rule(r"this(?= (?:morning|lunch ?time|afternoon|evening)\b)"), lambda m: Ahead(0, "day")),
    (rule(rf"(?P<amount>{AMOUNT}) weeks? (?:from|on) (?P<day>today|now|tomorrow|{WEEKDAY})"), _weeks_from),
    (rule(rf"(?P<amount>{AMOUNT}) weeks? (?P<day>today|tomorrow)"), _weeks_from),
    (rule(rf"(?P<day>{WEEKDAY}) in (?P<amount>{AMOUNT}) weeks?(?:'s? time)?"), _weeks_from),
    (
        rule(
            rf"(?:with)?in (?:about |around |the next |another )?(?P<amount>{AMOUNT}) "
            r"(?P<unit>min(?:ute)?s?|h(?:ou)?rs?|days?|w(?:ee)?ks?|months?|fortnights?)'?(?: time)?"
        ),
        _ahead,
    ),
    (rule(rf"(?P<amount>{AMOUNT}) (?P<unit>days?|w(?:ee)?ks?|months?) (?:from (?:now|today)|ahead)"), _ahead),
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
    *PERIOD_RULES,
)

DATE_OF_A_WEEKDAY = rule(rf"(?P<day>{DAY_NUMBER})(?:st|nd|rd|th)")
"""What is a date only right after a weekday: "Wednesday 14th"."""
