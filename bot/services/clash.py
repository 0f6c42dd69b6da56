"""Clash: meetings that are booked for a time at which their rep does not work by now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.meeting import Meeting
from bot.domain.routing import DeskPlan
from bot.journeys.working_hours import is_at_work
from bot.ports import UnitOfWork

MOST_READ = 200
"""Of one rep's meetings that are to come."""


async def clashes(uow: UnitOfWork, plans: Iterable[DeskPlan], now: datetime) -> Sequence[Meeting]:
    """Those of the plans' reps, the next first: a day has become a closed one, or their hours have changed. Whether to
    move or to cancel them is for the rep to say, so they stay."""
    found: dict[str, Meeting] = {}
    for plan in plans:
        for rep in plan.reps.values():
            hours = plan.meeting_hours(rep)
            if hours is None:
                continue
            for one in await uow.meetings.of_rep(rep.name, now, limit=MOST_READ):
                if not all(is_at_work(hours, quarter) for quarter in one.quarters):
                    found[one.id] = one
    return sorted(found.values(), key=lambda one: one.starts_at)
