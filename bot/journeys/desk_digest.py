"""What a desk is told of its day: since when, how many came, how soon somebody had them, and what is open longest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot.domain.chart import Chart, Column
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.routing import WorkingHours
from bot.journeys.working_hours import works_on

CHART_DAYS = 7
LOOKS_AROUND = 120
"""How many days are looked at. A desk that is open on none of them has no digest."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Of the hand-offs of some time: `in_time` are those that somebody had soon enough, `left` those nobody has yet."""

    asked: int
    claimed: int
    in_time: int
    left: int


def latest_digest(hours: WorkingHours, at: time, now: datetime) -> tuple[date, datetime, datetime] | None:
    """The working day of the last digest that is due, its moment, and that of the one before; None: there is none."""
    zone = ZoneInfo(hours.window.zone)
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in range(LOOKS_AROUND))
    past = ((day, _moment(day, at, zone)) for day in days if works_on(hours, day) and _moment(day, at, zone) <= now)
    found = [*islice(past, 2)]
    if not found:
        return None
    day, due = found[0]
    return day, due, found[1][1] if len(found) > 1 else due - timedelta(days=1)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def tally(handoffs: Sequence[Handoff], within: timedelta) -> Tally:
    claimed = [one for one in handoffs if one.claimed_at is not None]
    soon = sum(one.claimed_at - one.created_at <= within for one in claimed if one.claimed_at is not None)
    left = sum(one.state is HandoffState.REQUESTED for one in handoffs)
    return Tally(len(handoffs), len(claimed), soon, left)


def chart_begins(zone: str, day: date) -> datetime:
    """From when on the chart of this day's digest counts: whole days, up to the evening before."""
    return _moment(day - timedelta(days=CHART_DAYS), time(), ZoneInfo(zone))


def chart_ends(zone: str, day: date) -> datetime:
    return _moment(day, time(), ZoneInfo(zone))


def chart_of(handoffs: Sequence[Handoff], within: timedelta, in_words: str, zone: str, day: date) -> Chart | None:
    """How many came on each of the days before, and how soon somebody had them; None where none came.

    `handoffs` are those from `chart_begins` to `chart_ends`.
    """
    if not handoffs:
        return None
    days = [day - timedelta(days=back) for back in range(CHART_DAYS, 0, -1)]
    came = {one: [h for h in handoffs if h.created_at.astimezone(ZoneInfo(zone)).date() == one] for one in days}
    columns = tuple(Column(f"{one:%a %d %b}", _stacked(tally(came[one], within))) for one in days)
    parts = (f"claimed within {in_words}", "claimed later", "not claimed")
    return Chart(f"Leads a day, {days[0]:%d %b} to {days[-1]:%d %b}", parts, columns)


def _stacked(found: Tally) -> tuple[int, int, int]:
    return found.in_time, found.claimed - found.in_time, found.asked - found.claimed
