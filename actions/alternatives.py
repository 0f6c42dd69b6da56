"""Several times for choice: "Monday or Wednesday the week after next"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

from actions.times_in_full import in_full
from bot.domain.days import SeveralDays
from bot.domain.time_corrections import put_right
from bot.domain.time_expressions import resolve_expression
from bot.domain.time_grammar import TimeExpression, find_times
from bot.domain.times_left_out import left_out_from

OR = " or "
"""Between two times as they are kept."""

_JOINED = re.compile(
    r"[ ,]*(?:(?:or|and|oder|und|ou|et|o|y|/|&)(?: (?:else|on|at|maybe|perhaps|also|am|um|auch|le|el))*)?[ ,]*",
    re.IGNORECASE,
)
_LOOSELY_JOINED = re.compile(r" \w+,? or (?:\w+ )?| or \w+ ", re.IGNORECASE)
"""With a word that is not read: "Thursday sometime or Friday morning"."""

_CHOICE = re.compile(r"\b(?:or|and|oder|und|ou|et|o|y)\b|[/&]", re.IGNORECASE)
_OTHERWISE = re.compile(
    r"n['’]?t\b|\b(?:not|no|never|cannot|except|but|any|nicht|kein\w*|pas|sauf|menos|salvo)\b", re.IGNORECASE
)
_WEEK = re.compile(r"\b(?:week|woche|semaine|semana)\b", re.IGNORECASE)


def either_of(text: str, now: datetime, zone: tzinfo, *, of_day: str = "") -> str | None:
    """The times that a message names for choice, each in full, or the day of a week that it names apart; None where
    it names one time, or says something else of them. Hours without a day are of the one day that is named behind
    them, or else `of_day`, a time that is known."""
    found = list(find_times(text[: left_out_from(text)]))
    if len(found) < 2 or _OTHERWISE.search(text):
        return None
    weeks = [one for one in found if isinstance(one.day, SeveralDays) and _WEEK.search(text[one.start : one.end])]
    times = [one for one in found if one not in weeks]
    between = [text[one.end : other.start] for one, other in pairwise(times)]
    joined = all(_JOINED.fullmatch(part) or _LOOSELY_JOINED.fullmatch(part) for part in between) and (
        not between or any(_CHOICE.search(part) for part in between)
    )
    if not times or len(weeks) > 1 or not joined:
        return None
    week = resolve_expression(weeks[0], now, zone) if weeks else None
    if times[0].day is None and (day := _day_behind(text, times) or of_day):
        return either_of(OR.join(put_right(day, text[one.start : one.end]) for one in times), now, zone)
    told = [_one(text, times[: number + 1], week, now, zone) for number in range(len(times))]
    return OR.join(one for one in told if one is not None) if None not in told else None


def _day_behind(text: str, times: Sequence[TimeExpression]) -> str:
    """The day of the last of these hours, where no other has one: "at 9 or at 10 on Wednesday"."""
    last = times[-1]
    alone = last.day is not None and all(one.day is None for one in times[:-1])
    return text[last.start : last.end] if alone else ""


def chosen_of(booked: str, text: str) -> str | None:
    """Which of the times that were named for choice is chosen: the one whose words a text has."""
    times = booked.split(OR)
    words = set(re.findall(r"\w+", text.casefold()))
    chosen = [one for one in times if words & {word.casefold() for word in re.findall(r"[^\W\d]+day|\d{1,2}", one)}]
    return chosen[0] if len(times) > 1 and len(chosen) == 1 else None


def _one(
    text: str,
    times: Sequence[TimeExpression],
    week: tuple[datetime, datetime] | None,
    now: datetime,
    zone: tzinfo,
) -> str | None:
    """The last of these times: on the day of the one before it where it says none, and in the week that is named."""
    this, said = times[-1], text[times[-1].start : times[-1].end]
    if this.day is None and len(times) > 1:
        said = put_right(text[times[-2].start : times[-2].end], said)
        this = next(iter(find_times(said)), this)
    span = resolve_expression(this, now, zone)
    if span is None or span[1] - span[0] > timedelta(days=1):
        return None
    if week is not None:
        moved = _monday(week[0].astimezone(zone)) - _monday(span[0].astimezone(zone))
        span = (span[0] + moved, span[1] + moved)
    return in_full(said, span, zone, at_an_hour=this.clock is not None)


def _monday(moment: datetime) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())
