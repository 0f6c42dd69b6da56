"""Count splits: what came of the people who went each way, and what is known of it to those who choose the best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.domain.ids import ProfileId
from bot.domain.journey import EnrolmentStatus, Journey, SplitCount, Tally
from bot.domain.steps import SendStep, SplitStep
from bot.journeys.interpreter import reached_after_all
from bot.ports import UnitOfWork

WITH_METRICS = (SplitStep, SendStep)
LOOKS_BACK = timedelta(days=90)
"""What came of a way longer ago decides nothing: people and seasons change."""


def count_splits(uow: UnitOfWork, journey: str, counted: Iterable[SplitCount]) -> None:
    for one in counted:
        uow.splits.count(journey, one)


async def read_tallies(uow: UnitOfWork, journey: Journey, now: datetime) -> Mapping[str, Mapping[str, Tally]]:
    """Of each split that chooses the best way: what came of those people whose time to reach the metric is over.

    Of others it is not known yet, and a way that was tried a moment ago would look worse than it is.
    """
    found = {}
    for step in journey.steps.values():
        if isinstance(step, SplitStep) and step.chooses_best:
            after = (now - step.within).date()
            found[step.id] = await uow.splits.of_step(journey.id, step.id, after - LOOKS_BACK, after)
    return found


async def count_metrics(
    uow: UnitOfWork, journeys: Iterable[Journey], profile_id: ProfileId, event: str, now: datetime
) -> None:
    """A metric counts for a while after people have left the journey."""
    asking = [one for one in journeys if measures(one, event)]
    if not asking:
        return
    names = {journey.id for journey in asking}
    for enrolment in await uow.enrolments.of(profile_id):
        if enrolment.journey not in names or enrolment.status is not EnrolmentStatus.DONE:
            continue
        version = await uow.enrolments.version(enrolment.journey, enrolment.version)
        after, counted = reached_after_all(version, enrolment, event, now)
        if counted:
            await uow.enrolments.save(after)
            count_splits(uow, version.id, counted)


def measures(journey: Journey, event: str) -> bool:
    """Whether any of its steps is for this event; asked at each event of each journey, so it looks at little."""
    steps = journey.steps.values()
    return any(isinstance(step, WITH_METRICS) and step.metric == event for step in steps)
