"""Keep segments: bring the segments of one person up to date, in the transaction that changed what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.audience import Segment
from bot.domain.effects import AddTag, ChangeScore, Emit, JourneyEffect, RemoveTag, SetAttribute
from bot.domain.ids import ProfileId
from bot.journeys.expression import counted_events, is_true
from bot.journeys.likelihood import depends_on
from bot.journeys.selection import looks_at
from bot.ports import UnitOfWork
from bot.services.follow_dates import follow_dates
from bot.services.keep_score import score_attributes
from bot.services.notice_exits import notice_exits
from bot.services.person_facts import person_facts
from bot.services.runtime import Runtime

ENTERED, LEFT = "segment.entered", "segment.left"


async def keep_segments(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, changed: Iterable[str], now: datetime
) -> tuple[Emit, ...]:
    """Let the person into the segments that they belong to now, and out of the others.

    What became known of them gives points first, and moves the days that they wait for in journeys. `changed` names
    what has changed, as `looks_at` does; segments that look at nothing of it stay as they are. The events, one of which
    says that a journey is over by it, are the caller's to pass on. Segments that are no more are left to
    `work_out_segments`.
    """
    changed = frozenset(changed)
    if any(one.startswith("profile.") for one in changed):
        await follow_dates(uow, runtime, profile_id, changed, now)
        changed |= await score_attributes(uow, runtime, profile_id, now)
    concerned = [one for one in _segments(runtime) if _is_concerned(one, changed)]
    moved = await _move(uow, runtime, profile_id, concerned, now)
    over = await notice_exits(uow, runtime, profile_id, changed, now)
    return (*(segment_event(segment, entered=entered) for segment, entered in moved), *over)


def _is_concerned(segment: Segment, changed: frozenset[str]) -> bool:
    foretold = frozenset[str]().union(*map(depends_on, segment.scorecards))
    return not changed.isdisjoint(looks_at(segment.condition) | foretold)


async def sort_into_segments(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, now: datetime
) -> tuple[Emit, ...]:
    """The same for somebody who has changed in many ways at once."""
    profile = await uow.profiles.get(profile_id)
    await follow_dates(uow, runtime, profile_id, {f"profile.{name}" for name in profile.attributes}, now)
    await score_attributes(uow, runtime, profile_id, now)
    moved = await _move(uow, runtime, profile_id, _segments(runtime), now)
    return tuple(segment_event(segment, entered=entered) for segment, entered in moved)


async def meet_segments(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, now: datetime) -> None:
    """The same for somebody new: journeys are told a moment later, by the worker."""
    await score_attributes(uow, runtime, profile_id, now)
    for segment, entered in await _move(uow, runtime, profile_id, _segments(runtime), now):
        await uow.segments.queue(profile_id, segment, entered=entered, at=now)


def changed_by(effect: JourneyEffect) -> frozenset[str]:
    """What an effect changes of what conditions look at."""
    match effect:
        case SetAttribute(name=name):
            return frozenset({f"profile.{name}"})
        case AddTag() | RemoveTag():
            return frozenset({"profile.tags"})
        case ChangeScore():
            return frozenset({"lead"})
        case _:
            return frozenset()


def segment_event(segment: str, *, entered: bool) -> Emit:
    """What journeys are told of it."""
    return Emit(ENTERED if entered else LEFT, {"segment": segment})


def _segments(runtime: Runtime) -> list[Segment]:
    return list(runtime.library.current().segments.values())


async def _move(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, segments: Sequence[Segment], now: datetime
) -> list[tuple[str, bool]]:
    if not segments:
        return []
    # Two transactions that change the same person: the second one sees what the first has done.
    await uow.profiles.lock(profile_id)
    cards = list(dict.fromkeys(card for one in segments for card in one.scorecards))
    profile, lead = await person_facts(uow, profile_id, now, cards, grades=runtime.library.current().grades)
    counted = frozenset().union(*(counted_events(one.condition) for one in segments))
    names = {"profile": profile, "lead": lead, "did": await uow.timeline.counts(profile_id, counted), "now": now}
    is_in = await uow.segments.of(profile_id)
    moved = []
    for segment in segments:
        belongs = is_true(segment.condition, names)
        if belongs == (segment.id in is_in):
            continue
        if belongs:
            await uow.segments.enter(profile_id, segment.id, now)
        else:
            await uow.segments.leave(profile_id, segment.id)
        moved.append((segment.id, belongs))
    return moved
