"""Notice exits: whether a journey is over for somebody by what has just become known of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.domain.effects import Emit
from bot.domain.ids import ProfileId
from bot.domain.journey import CHANGED, Facts, TimerFired
from bot.journeys.hearing import is_over
from bot.journeys.selection import COUNTED_EVENT, looks_at
from bot.ports import UnitOfWork
from bot.services.read_facts import read_facts
from bot.services.read_version import read_version
from bot.services.runtime import Runtime


async def notice_exits(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, changed: Collection[str], now: datetime
) -> tuple[Emit, ...]:
    """The event by which journeys notice, where one is over; nothing where none is. `changed` names what has changed,
    as `looks_at` does."""
    conditions = {one.exit_when for one in runtime.library.current().journeys.values()}
    if not any(_concerned(one, changed) for one in conditions):
        return ()  # a version that is no more in its file looks when something happens
    for run in await uow.enrolments.waiting(profile_id):
        journey = await read_version(uow, run.journey, run.version, otherwise="whether it is over is not noticed")
        concerned = _concerned(journey.exit_when, changed) if journey is not None else ()
        if journey is None or not concerned:
            continue
        known = await read_facts(uow, runtime, profile_id, now, counted=journey.counted)
        if known.is_restricted:
            return ()  # nothing moves them; they leave once it is lifted
        if is_over(journey, run, Facts(TimerFired(), known.profile, known.lead, did=known.did), now):
            return (Emit(CHANGED, {"changed": concerned}),)
    return ()


def _concerned(condition: str | None, changed: Collection[str]) -> Sequence[str]:
    """What has changed of what the condition looks at. An event that it counts is told to every run anyway."""
    if condition is None:
        return ()
    return sorted(one for one in looks_at(condition).intersection(changed) if not one.startswith(COUNTED_EVENT))
