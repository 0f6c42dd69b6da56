"""A week at a desk: on which of its days the desk is open, and each rep works, and why not on the others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.domain.routing import DaysOff, WorkingHours

State = Literal["works", "free", "closed", "away"]
"""`free` is a day that is none of the week's working days."""


@dataclass(frozen=True, slots=True)
class DeskDay:
    """One day of somebody's week, or of the desk's own."""

    day: date
    state: State


def week_of(
    hours: WorkingHours | None, monday: date, closed: Collection[DaysOff], away: Collection[DaysOff] = ()
) -> Sequence[DeskDay]:
    """The seven days from this one on; who has no hours works on all that are not `closed`, and not `away` from."""
    days = (monday + timedelta(days=number) for number in range(7))
    return [DeskDay(day, _state(hours, day, closed, away)) for day in days]


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def _state(hours: WorkingHours | None, day: date, closed: Collection[DaysOff], away: Collection[DaysOff]) -> State:
    if hours is not None and day.weekday() not in hours.window.days:
        return "free"
    if any(off.has(day) for off in closed):
        return "closed"
    return "away" if any(off.has(day) for off in away) else "works"
