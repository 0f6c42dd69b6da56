"""Keep segments: bring the segments of one person up to date, in the transaction that changed what is known of them."""

from __future__ import annotations

from datetime import datetime

from bot.domain.effects import Emit
from bot.domain.ids import ProfileId
from bot.journeys.expression import is_true
from bot.ports import UnitOfWork
from bot.services.person_facts import person_facts
from bot.services.runtime import Runtime

ENTERED, LEFT = "segment.entered", "segment.left"


async def keep_segments(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, now: datetime) -> tuple[Emit, ...]:
    """Let the person into the segments that they belong to now, and out of the others.

    The events are the caller's to pass on to journeys. Segments that are no more are left to `work_out_segments`.
    """
    return tuple(
        segment_event(segment, entered=entered) for segment, entered in await _move(uow, runtime, profile_id, now)
    )


async def meet_segments(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, now: datetime) -> None:
    """The same for somebody new: journeys are told a moment later, by the worker."""
    for segment, entered in await _move(uow, runtime, profile_id, now):
        await uow.segments.queue(profile_id, segment, entered=entered, at=now)


def segment_event(segment: str, *, entered: bool) -> Emit:
    """What journeys are told of it."""
    return Emit(ENTERED if entered else LEFT, {"segment": segment})


async def _move(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, now: datetime) -> list[tuple[str, bool]]:
    segments = runtime.library.current().segments
    if not segments:
        return []
    # Two transactions that change the same person: the second one sees what the first has done.
    await uow.profiles.lock(profile_id)
    profile, lead = await person_facts(uow, profile_id)
    names = {"profile": profile, "lead": lead, "now": now}
    is_in = await uow.segments.of(profile_id)
    moved = []
    for name, segment in segments.items():
        belongs = is_true(segment.condition, names)
        if belongs == (name in is_in):
            continue
        if belongs:
            await uow.segments.enter(profile_id, name, now)
        else:
            await uow.segments.leave(profile_id, name)
        moved.append((name, belongs))
    return moved
