"""Finds when something was: "yesterday", "three days ago", "先週"; for assistants whose Duckling found it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial

from bot.domain.understanding import Entity
from bot.nlu.east_asian_past_times import Past, find_east_asian_past_times
from bot.nlu.words import word_list

SURE = 1.0

_DAYS = tuple(name.lower() for name in calendar.day_name)
_AMOUNTS = {word: at for at, word in enumerate(word_list("one two three four five six seven eight nine ten"), start=1)}
_AMOUNTS |= {"a": 1, "an": 1, "a couple of": 2, "a few": 3}
_PAST = re.compile(
    r"(?<!\w)(?:(?P<yesterday>(?:the )?day before yesterday|yesterday)"
    r"|(?:the )?(?:last|past|previous) (?P<period>day|week|month|year)"
    r"|this (?P<running>year)"
    rf"|last (?P<weekday>{'|'.join(_DAYS)})"
    rf"|(?P<amount>\d{{1,3}}|{'|'.join(sorted(_AMOUNTS, key=len, reverse=True))})"
    r" (?P<unit>day|week|month|year)s? ago)(?!\w)",
    re.IGNORECASE,
)


def find_past_times(text: str, *, zone: tzinfo | None, now: datetime | None) -> Iterator[Entity]:
    """Whole days, weeks, months and years that are over or running, with the details of a time.

    Nothing where nobody says when `now` is; a missing zone is UTC.
    """
    if now is None:
        return
    zone = zone or UTC
    today = now.astimezone(zone).date()
    said: list[tuple[tuple[int, int], Callable[[date], tuple[date, date, str]]]]
    said = [(match.span(), partial(_days, match)) for match in _PAST.finditer(text)]
    said += [((one.start, one.end), partial(_east_asian_days, one)) for one in find_east_asian_past_times(text)]
    for span, days in said:
        try:
            first, last, grain = days(today)
            start, end = (datetime.combine(day, time(), zone).isoformat() for day in (first, last))
        except (ValueError, OverflowError):  # before the first year there is, or no such day
            continue
        words = text[slice(*span)]
        details = {"from": start, "to": end, "grain": grain, "type": "value"}
        yield Entity("time", words.lower(), words, *span, SURE, extractor="times", details=details)


def _days(match: re.Match[str], today: date) -> tuple[date, date, str]:
    """The first day, the one after the last, and the grain."""
    if match["yesterday"]:
        return _period(today - timedelta(days=2 if "before" in match[0].lower() else 1), "day")
    if match["weekday"]:
        back = (today.weekday() - _DAYS.index(match["weekday"].lower()) - 1) % 7 + 1
        return _period(today - timedelta(days=back), "day")
    if match["running"]:
        return _period(today, "year")
    if match["period"]:
        grain, amount = match["period"].lower(), 1
        return _period(_earlier(today, amount, grain), grain)
    written = match["amount"].lower()
    amount = int(written) if written.isdigit() else _AMOUNTS[written]
    unit = match["unit"].lower()
    return _period(_earlier(today, amount, unit), "day" if unit in {"day", "week"} else unit)


def _east_asian_days(past: Past, today: date) -> tuple[date, date, str]:
    then = _earlier(today, past.amount, past.unit)
    if past.ago:
        return _period(then, "day" if past.unit in {"day", "week"} else past.unit)
    if past.weekday is not None:  # of the calendar's week, as it is said there
        return _period(then - timedelta(days=then.weekday() - past.weekday), "day")
    if past.month is not None:
        then = date(then.year, past.month, past.day or 1)
        return _period(then, "day" if past.day else "month")
    return _period(then, past.unit) if past.day is None else _period(then.replace(day=past.day), "day")


def _earlier(today: date, amount: int, unit: str) -> date:
    if unit in {"day", "week"}:
        return today - timedelta(days=amount * (7 if unit == "week" else 1))
    year, month = divmod(today.year * 12 + today.month - 1 - amount * (12 if unit == "year" else 1), 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _period(day: date, grain: str) -> tuple[date, date, str]:
    match grain:
        case "week":
            first = day - timedelta(days=day.weekday())
            return first, first + timedelta(weeks=1), grain
        case "month":
            first = day.replace(day=1)
            return first, first + timedelta(days=calendar.monthrange(first.year, first.month)[1]), grain
        case "year":
            return date(day.year, 1, 1), date(day.year + 1, 1, 1), grain
        case _:
            return day, day + timedelta(days=1), grain
