"""Finds when something was: "yesterday", "last month", "three days ago"; for assistants whose Duckling found it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.domain.understanding import Entity
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
    for match in _PAST.finditer(text):
        try:
            first, last, grain = _days(match, today)
        except (ValueError, OverflowError):  # before the first year there is
            continue
        start, end = (datetime.combine(day, time(), zone).isoformat() for day in (first, last))
        details = {"from": start, "to": end, "grain": grain, "type": "value"}
        yield Entity("time", match[0].lower(), match[0], *match.span(), SURE, extractor="times", details=details)


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
