"""Work out segments: let the database say who belongs, chunk by chunk, and tell journeys who came and who left.

What a person's own events change is kept up to date at once (`keep_segments`). This is for what changes by itself or
for many at once: days go by, a marketer edits a segment. Each segment is worked out once a day (UTC) and after an edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.domain.audience import Segment, SegmentChange, Working
from bot.domain.entries import EventEntry
from bot.domain.errors import Conflict
from bot.ports import UnitOfWork
from bot.services.enrol import tell_journeys
from bot.services.enrol_many import counted, enrol_members
from bot.services.in_force import journeys_in_force, open_journeys
from bot.services.keep_segments import ENTERED, LEFT, segment_event
from bot.services.runtime import INBOX, OUTBOX, TIMERS, Runtime

log = structlog.get_logger()

CHUNK = 5_000
"""People whose membership is worked out in one transaction: some hundredths of a second."""

BATCH = 100
UNHEARD = 5_000
NOBODY = "false"
ANOTHER_CLOCK = timedelta(days=1)
"""By so much the day may be ahead on another process's clock. What was worked out later than that was by a clock that
has been put back since."""


async def work_on_segments(runtime: Runtime) -> int:
    """Tell journeys of one batch of changes, or work out one chunk; 0 when there is nothing to do."""
    try:
        return (
            await _pass_on_many_changes(runtime) or await _pass_on_changes(runtime) or await _work_out_a_chunk(runtime)
        )
    except Conflict:
        log.info("segments changed meanwhile; looking again")
        return 1


async def _work_out_a_chunk(runtime: Runtime) -> int:
    now = runtime.clock.now()
    segments = runtime.library.current().segments
    async with runtime.store.transaction() as uow:
        workings = {one.name: one for one in await uow.segments.workings()}
        for name in sorted({*segments, *workings}):
            if is_due(_version(segments, name), workings.get(name), now) and await _claimed(uow, name, segments, now):
                return 1
    return 0


def is_due(version: str | None, working: Working | None, now: datetime) -> bool:
    """Whether it is to be worked out: after an edit, and once a day (UTC). `version`: None of what is no more."""
    if version is None or working is None:
        return True
    if working.version != version or working.finished_at is None:
        return True
    begun_on, today = working.begun_at.astimezone(UTC).date(), now.astimezone(UTC).date()
    return not today <= begun_on <= today + ANOTHER_CLOCK


def _version(segments: Mapping[str, Segment], name: str) -> str | None:
    return segments[name].version if name in segments else None


async def _claimed(uow: UnitOfWork, name: str, segments: Mapping[str, Segment], now: datetime) -> bool:
    """Work out the next chunk of this segment; False where somebody else is at it."""
    # A segment whose file is gone is one that nobody belongs to, until everybody has left.
    segment = segments.get(name, Segment(name, NOBODY))
    working = await uow.segments.claim(name)
    if working is None:
        if name in {one.name for one in await uow.segments.workings()}:
            return False
        working = Working(name, segment.version, now)
    elif not is_due(_version(segments, name), working, now):
        return False
    elif working.finished_at is not None or working.version != segment.version:
        working = Working(name, segment.version, now)
    last, changes = await uow.segments.work_out(segment, working.after, now, limit=CHUNK)
    if last is not None:
        await uow.segments.save(replace(working, after=last))
    elif name in segments:
        await uow.segments.save(replace(working, after="", finished_at=now))
        log.info("a segment is worked out", segment=name, members=await uow.segments.count_members(name))
    else:
        await uow.segments.drop(name)
        log.info("a segment is no more", segment=name)
    if changes:
        log.info("members of a segment changed", segment=name, changes=changes)
    return True


async def _pass_on_many_changes(runtime: Runtime) -> int:
    """Let those who came into a segment into its journey all at once, where there are many and the database can."""
    try:
        async with runtime.store.transaction() as uow:
            told, entered = await enrol_members(uow, runtime, runtime.clock.now())
    except Conflict:
        raise
    except Exception:
        log.exception("people could not be let in together; going one by one")
        return 0
    if entered:
        await runtime.wakeups.notify(TIMERS)
        log.info("people of a segment were let into a journey", changes=told, people=entered)
    return told


async def _pass_on_changes(runtime: Runtime) -> int:
    """One batch in one transaction; a poisoned one is found change by change, and kept with its error."""
    changes: tuple[SegmentChange, ...] = ()
    alone: list[bool] | None = None
    now = runtime.clock.now()
    try:
        async with runtime.store.transaction() as uow:
            if not await _is_heard(uow, runtime) and (dropped := await uow.segments.drop_unheard(UNHEARD)):
                return dropped
            changes = tuple(await uow.segments.claim_changes(BATCH))
            for change in changes:
                await _tell(uow, runtime, change, now)
            if changes:
                await uow.segments.told([one.position for one in changes])
    except Conflict:
        log.info("somebody else was faster with one of a batch of segment changes; going one by one")
        alone = [await _pass_on_alone(runtime, change, now) for change in changes]
    except Exception as error:
        if runtime.store.is_away(error):
            raise
        log.exception("a batch of segment changes failed; going one by one", changes=len(changes))
        alone = [await _pass_on_alone(runtime, change, now) for change in changes]
    done = len(changes) if alone is None else sum(alone)
    if done:
        await runtime.wakeups.notify(INBOX)
        await runtime.wakeups.notify(OUTBOX)
    return done


async def _is_heard(uow: UnitOfWork, runtime: Runtime) -> bool:
    """Whether a journey begins with such a change, or it is counted; those that wait in one are looked for person by
    person."""
    entries = (entry for journey in (await open_journeys(uow, runtime)).values() for entry in journey.entries)
    if any(isinstance(entry, EventEntry) and entry.event in (ENTERED, LEFT) for entry in entries):
        return True
    in_force = (await journeys_in_force(uow, runtime)).values()
    return any(counted(runtime, in_force, event) for event in (ENTERED, LEFT))


async def _tell(uow: UnitOfWork, runtime: Runtime, change: SegmentChange, now: datetime) -> None:
    event = segment_event(change.segment, entered=change.entered)
    await tell_journeys(uow, runtime, change.profile_id, [event], now)


async def _pass_on_alone(runtime: Runtime, change: SegmentChange, now: datetime) -> bool:
    """False where somebody else gets into its way: then it is still to be told. By now another may have told it."""
    try:
        async with runtime.store.transaction() as uow:
            if await uow.segments.told([change.position]):
                await _tell(uow, runtime, change, now)
    except Conflict:
        return False
    except Exception as error:
        if runtime.store.is_away(error):
            raise
        log.exception("journeys could not be told of a segment", segment=change.segment, profile=change.profile_id)
        # Its type only: operators see it, and the words of an error may repeat what is known of the person.
        async with runtime.store.transaction() as uow:
            await uow.segments.failed(change.position, type(error).__name__)
    return True
