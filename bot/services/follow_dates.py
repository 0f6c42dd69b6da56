"""Follow dates: who waits in a journey for a day of theirs waits for the new one where that moves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.domain.ids import ProfileId
from bot.journeys.resting import days_awaited, due_by_profile
from bot.ports import UnitOfWork
from bot.services.read_facts import read_facts
from bot.services.read_version import read_version
from bot.services.runtime import Runtime


async def follow_dates(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, changed: Collection[str], now: datetime
) -> None:
    """`changed` names what has changed of them, as conditions look at it: `profile.renewal_date`."""
    if not any(days_awaited(one).intersection(changed) for one in runtime.library.current().journeys.values()):
        return  # a version that is no more in its file is looked at when its time comes
    concerned = []
    for one in await uow.enrolments.waiting(profile_id):
        journey = await read_version(uow, one.journey, one.version, otherwise="a day that moves is not followed")
        if journey is not None and days_awaited(journey).intersection(changed):
            concerned.append((one, journey))
    if not concerned:
        return
    known = await read_facts(uow, runtime, profile_id, now)
    for enrolment, journey in concerned:
        after = due_by_profile(journey, enrolment, known.profile, known.zones, now)
        if after is not enrolment:
            await uow.enrolments.save(after)
