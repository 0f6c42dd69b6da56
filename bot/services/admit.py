"""Admit: let a person into a journey because another system asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from bot.domain.audit import Deed
from bot.domain.entries import ApiEntry
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import Enrolment, EnrolmentStatus, Journey
from bot.domain.provenance import Origin, Source
from bot.ports import UnitOfWork
from bot.services.enrol import let_in
from bot.services.in_force import is_paused, journeys_in_force
from bot.services.know_person import Wanted, know_person
from bot.services.runtime import TIMERS, Runtime


@dataclass(frozen=True, slots=True)
class Admitted:
    """`entered`, `held_out`, or `not_entered` with the reason; the enrolment, where there is one."""

    outcome: Literal["entered", "held_out", "not_entered"]
    profile_id: ProfileId
    enrolment_id: EnrolmentId | None = None
    why: str = ""


class NoSuchJourney(LookupError):
    """There is no journey of this name that the API lets people into."""


async def admit(
    runtime: Runtime,
    journey_id: str,
    wanted: Wanted,
    data: Mapping[str, Any],
    *,
    key: str | None = None,
    by: Deed | None = None,
) -> Admitted:
    """Let them in, if the journey does; a second call with the same `key` changes nothing and gives the same answer.
    `by` is who asks for it, where that belongs into the audit log.

    Raises NoSuchJourney and NoSuchPerson.
    """
    now = runtime.clock.now()
    entry_key = None if key is None else f"api:{key}"
    async with runtime.store.transaction() as uow:
        journey, entries = await _opened(uow, runtime, journey_id)
        if (before := await _before(uow, journey_id, entry_key)) is not None:
            return _told(before)
        profile_id = await know_person(uow, runtime, wanted, Origin(Source.API, now, where=f"journey {journey_id}"))
        admitted = await _admit(uow, runtime, journey, entries, profile_id, data, entry_key, now)
        if by is not None and admitted.enrolment_id is not None:
            detail = {"journey": journey_id, "outcome": admitted.outcome}
            await uow.audit.note(replace(by, what="person.let_in", about=profile_id, detail=detail), now)
    if admitted.enrolment_id is not None:
        await runtime.wakeups.notify(TIMERS)
    return admitted


async def admit_known(
    uow: UnitOfWork,
    runtime: Runtime,
    journey_id: str,
    profile_id: ProfileId,
    data: Mapping[str, Any],
    *,
    key: str,
    now: datetime,
) -> Admitted:
    """Let in somebody whom the caller knows, in the caller's transaction; raises NoSuchJourney."""
    journey, entries = await _opened(uow, runtime, journey_id)
    if (before := await _before(uow, journey_id, key)) is not None:
        return _told(before)
    return await _admit(uow, runtime, journey, entries, profile_id, data, key, now)


async def _admit(
    uow: UnitOfWork,
    runtime: Runtime,
    journey: Journey,
    entries: Sequence[ApiEntry],
    profile_id: ProfileId,
    data: Mapping[str, Any],
    entry_key: str | None,
    now: datetime,
) -> Admitted:
    if await is_paused(uow, journey.id):
        return Admitted("not_entered", profile_id, why="the journey is paused")
    for entry in entries:
        if enrolment := await let_in(uow, runtime, journey, entry, profile_id, data, now, key=entry_key):
            return _told(enrolment)
    # The same request, sent twice at once, may have been faster.
    if before := await _before(uow, journey.id, entry_key):
        return _told(before)
    return Admitted("not_entered", profile_id, why="they are in it, were in it, or its condition does not hold")


async def _opened(uow: UnitOfWork, runtime: Runtime, journey_id: str) -> tuple[Journey, list[ApiEntry]]:
    """The journey and its API entries; raises NoSuchJourney if it does not exist or has none."""
    journey = (await journeys_in_force(uow, runtime)).get(journey_id)
    entries = [entry for entry in journey.entries if isinstance(entry, ApiEntry)] if journey is not None else []
    if journey is None or not entries:
        raise NoSuchJourney(f'there is no journey "{journey_id}" with enter: {{api: true}}')
    return journey, entries


async def _before(uow: UnitOfWork, journey_id: str, entry_key: str | None) -> Enrolment | None:
    return None if entry_key is None else await uow.enrolments.by_entry(journey_id, entry_key)


def _told(enrolment: Enrolment) -> Admitted:
    held_out = enrolment.status is EnrolmentStatus.HELD_OUT
    return Admitted("held_out" if held_out else "entered", enrolment.profile_id, enrolment.id)
