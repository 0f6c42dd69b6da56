"""A week of marketing to one place: between which times of each day a message may leave, by the clock of its person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.send_window import SendWindow
from bot.domain.sending_rules import EVERYWHERE_ELSE, SendingRules
from bot.journeys.send_window import is_inside
from bot.journeys.us_states import UNITED_STATES, US_STATES

MIDNIGHT, NOON = time(), time(12)
Stretch = tuple[time, time]


@dataclass(frozen=True, slots=True)
class SendingDay:
    """`open` are its stretches, in order; one that closes at 00:00 lasts until the day's end. `rules` name what holds
    then; without any, all of it is open."""

    day: date
    open: tuple[Stretch, ...]
    rules: tuple[str, ...]


def sending_week(
    rules: SendingRules, country: str, channel: str, first: date, *, states: Collection[str] = ()
) -> Sequence[SendingDay]:
    """The seven days from this one on, for somebody of this country, or of one of its `states`."""
    return [_day(rules, country, channel, first + timedelta(days=number), states) for number in range(7)]


def place_of(jurisdiction: str) -> tuple[str, frozenset[str]]:
    """The country that a rule is of, and the state where it is of one; no country where it is for all others."""
    if jurisdiction in US_STATES:
        return UNITED_STATES, frozenset({jurisdiction})
    return "" if jurisdiction == EVERYWHERE_ELSE else jurisdiction, frozenset()


def _day(rules: SendingRules, country: str, channel: str, day: date, states: Collection[str]) -> SendingDay:
    held = rules.hours_for(country, channel, datetime.combine(day, NOON, tzinfo=UTC), states=states)
    return SendingDay(day, tuple(_stretches([one.window for one in held], day)), tuple(one.id for one in held))


def _stretches(windows: Sequence[SendWindow], day: date) -> list[Stretch]:
    begins = sorted({MIDNIGHT, *(at for window in windows for at in (window.opens, window.closes))})
    found: list[Stretch] = []
    for begin, end in zip(begins, [*begins[1:], MIDNIGHT], strict=True):
        if not all(is_inside(window, datetime.combine(day, begin)) for window in windows):
            continue
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found
