"""When to write to somebody: at the hour at which they most likely do what the message is for.

Their own hours, drawn towards everybody's where little is known of them; only hours that are open to messages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.journey import WHOLE
from bot.domain.send_window import SendWindow
from bot.journeys.send_window import next_opening

HOURS = range(24)
STRENGTH = 10
"""Everybody's hours count as much as so many events of the person's own."""

BESIDE = 0.5
"""Somebody who does something at ten may well do it at nine or eleven: each of these counts by so much."""

LEAST_KNOWN = 50
"""How many events of everybody it takes before their hours say anything."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """When, and in words why then."""

    at: datetime
    why: str


def hourly(counted: Mapping[int, int]) -> list[float]:
    """How much each hour of the day counts, with the hours beside it."""
    return [
        counted.get(hour, 0) + BESIDE * (counted.get((hour - 1) % 24, 0) + counted.get((hour + 1) % 24, 0))
        for hour in HOURS
    ]


def likelihoods(own: Mapping[int, int], everybody: Mapping[int, int]) -> list[float]:
    """How likely it is at each hour: the person's own share, shrunk to that of everybody."""
    ours, theirs = hourly(own), hourly(everybody)
    known = sum(everybody.values()) >= LEAST_KNOWN
    prior = [one / sum(theirs) for one in theirs] if known else [1 / 24] * 24
    whole = sum(ours) + STRENGTH
    return [(one + STRENGTH * share) / whole for one, share in zip(ours, prior, strict=True)]


def best_moment(
    own: Mapping[int, int],
    everybody: Mapping[int, int],
    windows: Sequence[SendWindow],
    zones: Sequence[str],
    now: datetime,
    drawn: int,
) -> Chosen | None:
    """Within a day from `now`, in the likeliest of the hours that are open. None where nothing is known, or none is.

    `drawn`, of 10,000, spreads messages over the hour, so that not all of them leave when it strikes.
    """
    if not own and sum(everybody.values()) < LEAST_KNOWN:
        return None
    chances = likelihoods(own, everybody)
    open_hours = _open_hours(windows, zones, now, drawn)
    if not open_hours:
        return None
    at, hour = max(open_hours, key=lambda one: chances[one[1]])
    theirs = sum(own.values())
    of_them = f"{theirs} times of their own, and" if theirs else "no time of their own yet, but"
    return Chosen(at, f"its best hour is {hour}:00 to {(hour + 1) % 24}:00, by {of_them} what others do")


def any_moment(windows: Sequence[SendWindow], zones: Sequence[str], now: datetime, drawn: int) -> Chosen | None:
    """At an hour by lot, of those of the next day that are open: what the best ones are compared with."""
    open_hours = _open_hours(windows, zones, now, drawn * 97 % WHOLE)
    if not open_hours:
        return None
    return Chosen(open_hours[drawn * len(open_hours) // WHOLE][0], "an hour by lot, to compare best hours with")


def _open_hours(
    windows: Sequence[SendWindow], zones: Sequence[str], now: datetime, drawn: int
) -> list[tuple[datetime, int]]:
    """A moment in each of the next 24 hours in which messages may go, with the hour on the person's clock."""
    if not zones:
        return []
    zone, into = ZoneInfo(zones[0]), timedelta(hours=1) * drawn / WHOLE
    found = []
    for ahead in range(24):
        begin = (now + timedelta(hours=ahead)).replace(minute=0, second=0, microsecond=0)
        moment = max(begin + into, now)
        if next_opening(windows, zones, moment) == moment:
            found.append((moment, moment.astimezone(zone).hour))
    return found
