"""Count goals: what is reached by people who have left a journey, or were held out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.domain.effects import Emit
from bot.domain.ids import ProfileId
from bot.domain.journey import EnrolmentStatus, Facts, Happened, Journey
from bot.journeys.expression import counted_events
from bot.journeys.hearing import ends_journey
from bot.ports import UnitOfWork
from bot.services.read_facts import read_facts
from bot.services.runtime import Runtime


async def count_goals(
    uow: UnitOfWork,
    runtime: Runtime,
    journeys: Iterable[Journey],
    profile_id: ProfileId,
    event: Emit,
    now: datetime,
) -> None:
    """A goal counts for a while after people have left, and for those who were held out just as long."""
    for journey in journeys:
        for goal in journey.goals:
            if goal.event == event.event and goal.within is not None:
                since = now - goal.within
                if journey.exit_if is None:
                    await uow.enrolments.reach_goal(profile_id, journey.id, since=since, at=now)
                else:
                    await _count_by_run(uow, runtime, journey, profile_id, event, since, now)


async def _count_by_run(
    uow: UnitOfWork,
    runtime: Runtime,
    journey: Journey,
    profile_id: ProfileId,
    event: Emit,
    since: datetime,
    now: datetime,
) -> None:
    """Each run has come in with something of its own, which the condition may compare with what has happened."""
    known = await read_facts(uow, runtime, profile_id, now, counted=counted_events(journey.exit_if or ""))
    facts = Facts(Happened(event.event, event.data), known.profile, known.lead, did=known.did)
    for run in await uow.enrolments.of(profile_id):
        is_over = run.status is not EnrolmentStatus.WAITING and run.goal_at is None and run.entered_at >= since
        if run.journey == journey.id and is_over and ends_journey(journey, run, facts, now):
            await uow.enrolments.save(replace(run, goal_at=now, seq=run.seq + 1))
