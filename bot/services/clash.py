"""Clash: meetings that are booked for a time at which their rep does not work by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.domain.meeting import Meeting
from bot.domain.routing import DeskPlan
from bot.journeys.working_hours import is_at_work
from bot.ports import UnitOfWork

MOST_READ = 500
"""Of one rep's meetings that are to come."""


async def clashes(uow: UnitOfWork, plans: Iterable[DeskPlan], now: datetime) -> Sequence[Meeting]:
    """Those of the plans' reps, the next first: a day has become a closed one, or their hours have changed. Whether to
    move or to cancel them is for the rep to say, so they stay."""
    found: dict[str, Meeting] = {}
    for plan in plans:
        for rep, meetings in (await booked(uow, plan, now)).items():
            found |= {one.id: one for one in clashing(plan, rep, meetings)}
    return sorted(found.values(), key=lambda one: one.starts_at)


async def booked(uow: UnitOfWork, plan: DeskPlan, now: datetime) -> Mapping[str, Sequence[Meeting]]:
    """The meetings that are to come, by the ids of their reps."""
    return {rep.id: await uow.meetings.of_rep(rep.name, now, limit=MOST_READ) for rep in plan.reps.values()}


def clashing(plan: DeskPlan, rep: str, meetings: Iterable[Meeting]) -> Sequence[Meeting]:
    """Those at which the rep does not work by now."""
    hours = plan.meeting_hours(plan.reps[rep])
    return [one for one in meetings if hours is not None and not all(is_at_work(hours, at) for at in one.quarters)]
