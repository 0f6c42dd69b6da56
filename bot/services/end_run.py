"""End a run of a journey where it is: kept, told with the reason, and word of it for whoever runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.effects import Emit
from bot.domain.journey import Enrolment, EnrolmentStatus, Journey
from bot.journeys.interpreter import word_of_end
from bot.journeys.sayings import step_words
from bot.ports import UnitOfWork
from bot.services.read_version import read_version


async def end_run(
    uow: UnitOfWork, enrolment: Enrolment, status: EnrolmentStatus, reason: str, now: datetime
) -> Sequence[Emit]:
    """The word of it is the caller's to pass on. A journey that cannot be read (another release wrote it) ends, too.

    Whoever is parked keeps what they waited for, and until when: they may be let go on from there.
    """
    ended = replace(enrolment, status=status, reason=reason, seq=enrolment.seq + 1)
    if status is not EnrolmentStatus.PARKED:
        ended = replace(ended, due_at=None, waiting_for=())
    await uow.enrolments.save(ended)
    journey = await read_version(uow, ended.journey, ended.version, otherwise="the end is told by the step's id")
    did = f"{'is parked' if status is EnrolmentStatus.PARKED else 'leaves'}: {reason}"
    await explain_run(uow, journey, ended, [(ended.step, did)], now)
    return word_of_end(ended)


async def explain_run(
    uow: UnitOfWork, journey: Journey | None, enrolment: Enrolment, trail: Sequence[tuple[str, str]], now: datetime
) -> None:
    """What was done at which step, with what the step is for people: its id may be no more than its place."""
    if not trail:
        return
    item = {
        "type": "step",
        "journey": enrolment.journey,
        "enrolment": enrolment.id,
        "person": enrolment.profile_id,
        "status": enrolment.status.value,
        "trail": [{"step": name, "title": _title(journey, name), "did": did} for name, did in trail],
    }
    await uow.feeds.append("explain", f"{enrolment.id}:{enrolment.seq}", item, now)


def _title(journey: Journey | None, step: str) -> str:
    return step_words(journey.steps[step])[0] if journey is not None and step in journey.steps else step
