"""Keep the schedules: let people into journeys when a time has come, page by page, so that a restart loses nobody."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.domain.entries import Cron, Once, OnDate, PersonalCron, Schedule, ScheduleEntry
from bot.domain.ids import ProfileId
from bot.domain.journey import Journey
from bot.domain.time_zones import zone_names
from bot.journeys.entering import of_members
from bot.journeys.schedule import days_due, days_to_look_for, next_personal_run, next_run, times_due, zones_due
from bot.ports import Dated, Outside, Page, ScheduleState, UnitOfWork
from bot.services.enrol import let_in
from bot.services.enrol_many import can_enrol_many, enrol_everybody
from bot.services.in_force import open_journeys
from bot.services.read_facts import read_facts
from bot.services.runtime import TIMERS, Runtime

log = structlog.get_logger()

PAGE = 200
"""People in one transaction."""

LOOK_FOR_DATES_EVERY = timedelta(minutes=15)
"""How often people are looked for whose day has come: every zone's clocks are at a quarter of an hour then."""

LATEST = timedelta(days=2)
"""What was missed for longer, because the service was down or the schedule not in force, is not made up for."""


async def keep_schedules(runtime: Runtime) -> int:
    """Go on with one run that is due, by one page of people; 0 where none is due.

    Each run and each person's day lets them in once, for ever: a page that is read twice changes nothing.
    """
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        entries = await _entries(uow, runtime)
        if not entries:
            return 0
        await _adopt(uow, entries, now)
        state = await uow.schedules.claim_due(now, entries.keys())
        if state is None:
            return 0
        journey, entry = entries[state.id]
        state = _caught_up(entry.schedule, state, now)
        reached = await _let_in_next(uow, runtime, journey, entry, state, now)
        await uow.schedules.save(_progress(entry.schedule, state, reached, now))
    await runtime.wakeups.notify(TIMERS)
    return 1


async def _let_in_next(
    uow: UnitOfWork, runtime: Runtime, journey: Journey, entry: ScheduleEntry, state: ScheduleState, now: datetime
) -> str | None:
    """Let in the next people of this run; the last of them, or None where they were the last of all."""
    assert state.due_at is not None  # noqa: S101  it was claimed because it is due
    if not isinstance(entry.schedule, OnDate | PersonalCron):
        if state.due_at <= state.since:
            return None  # it was missed for too long
        if can_enrol_many(runtime, entry):
            occasion, data = _occasion_of_all(state.due_at)
            once = f"{state.id}:{occasion}:"
            return await enrol_everybody(uow, journey, entry, data, now, after=state.reached, once=once)
    page = await _page(uow, entry.schedule, state)
    uow.expect(page.people)
    for person in page.people:
        await _let_in(uow, runtime, journey, entry, state, person, now)
    return page.reached


async def next_due(uow: UnitOfWork, runtime: Runtime) -> datetime | None:
    """When the next run of a schedule in force is due."""
    entries = await _entries(uow, runtime)
    return await uow.schedules.next_due(entries.keys()) if entries else None


async def next_run_due(uow: UnitOfWork, runtime: Runtime) -> datetime | None:
    """When the next of them lets in everybody at one moment: people's own days are looked for all the time."""
    entries = await _entries(uow, runtime)
    at_one_moment = [name for name, (_, one) in entries.items() if isinstance(one.schedule, Once | Cron)]
    return await uow.schedules.next_due(at_one_moment) if at_one_moment else None


async def _entries(uow: UnitOfWork, runtime: Runtime) -> Mapping[str, tuple[Journey, ScheduleEntry]]:
    """Each schedule of a journey that is open, by its id, which is of what it says: an edited one begins anew.

    Of several at the same time the second and those behind it have their number in it, too.
    """
    found: dict[str, tuple[Journey, ScheduleEntry]] = {}
    segments = runtime.library.current().segments
    for journey in (await open_journeys(uow, runtime)).values():
        times = Counter[str]()
        for entry in journey.entries:
            if isinstance(entry, ScheduleEntry):
                words = hashlib.sha256(_said(entry.schedule).encode()).hexdigest()[:16]
                times[words] += 1
                number = f":{times[words]}" if times[words] > 1 else ""
                found[f"{journey.id}:{words}{number}"] = (journey, of_members(entry, segments))
    return found


def _said(schedule: Schedule) -> str:
    """What it says, as its id has it. What schedules could not say at first counts where it is said, so that an update
    of Overture begins none anew."""
    return repr(schedule).replace(", monthly=False", "")


async def _adopt(uow: UnitOfWork, entries: Mapping[str, tuple[Journey, ScheduleEntry]], now: datetime) -> None:
    """Schedules that are new begin now. What is kept of one that no journey has any more waits for its return."""
    kept = await uow.schedules.ids()
    for name in sorted(entries.keys() - kept):
        journey, entry = entries[name]
        await uow.schedules.add(ScheduleState(name, journey.id, since=now, due_at=_first(entry.schedule, now)))


def _caught_up(schedule: Schedule, state: ScheduleState, now: datetime) -> ScheduleState:
    """A run that begins now. After a long standstill only the last days count; those of people do until this moment."""
    if state.reached:
        return state
    until = now if isinstance(schedule, OnDate | PersonalCron) else state.due_at
    return replace(state, since=max(state.since, now - LATEST), due_at=until)


def _first(schedule: Schedule, now: datetime) -> datetime | None:
    if isinstance(schedule, OnDate):
        return now
    if isinstance(schedule, Once):
        # A journey may be published a moment after its time; one of last week is history.
        return schedule.at if schedule.at > now - LATEST else None
    return _next_run(schedule, now)


def _next_run(schedule: Schedule, after: datetime) -> datetime | None:
    match schedule:
        case OnDate():
            return after + LOOK_FOR_DATES_EVERY
        case PersonalCron():
            return next_personal_run(schedule, after)
        case _:
            return next_run(schedule, after)


async def _page(uow: UnitOfWork, schedule: Schedule, state: ScheduleState) -> Page:
    assert state.due_at is not None  # noqa: S101  it was claimed because it is due
    only: Dated | Outside | None = None
    if isinstance(schedule, OnDate):
        only = Dated(schedule.attribute, days_to_look_for(schedule, state.since, state.due_at))
    elif isinstance(schedule, PersonalCron):
        only = Outside(zone_names() - zones_due(schedule, state.since, state.due_at))
    return await uow.profiles.page(after=state.reached, limit=PAGE, only=only)


async def _let_in(
    uow: UnitOfWork,
    runtime: Runtime,
    journey: Journey,
    entry: ScheduleEntry,
    state: ScheduleState,
    person: ProfileId,
    now: datetime,
) -> None:
    """The log names people who cannot be read; the others still come in."""
    try:
        for occasion, data in await _occasions(uow, runtime, entry.schedule, state, person):
            key = f"{state.id}:{occasion}:{person}"
            await let_in(uow, runtime, journey, entry, person, data, now, key=key)
    except (ValueError, LookupError):
        log.exception("somebody cannot be let into a journey", journey=journey.id, profile=person)


async def _occasions(
    uow: UnitOfWork, runtime: Runtime, schedule: Schedule, state: ScheduleState, person: ProfileId
) -> list[tuple[str, Mapping[str, str]]]:
    """What lets this person in now: the run itself, or days of theirs; each with what the journey sees of it."""
    assert state.due_at is not None  # noqa: S101  it was claimed because it is due
    if not isinstance(schedule, OnDate | PersonalCron):
        return [_occasion_of_all(state.due_at)]
    known = await read_facts(uow, runtime, person, state.due_at)
    if isinstance(schedule, PersonalCron):
        # Of several that were missed, the last counts.
        times = list(times_due(schedule, known.zones, state.since, state.due_at))[-1:]
        return [(shown.isoformat(), {"scheduled_for": moment.isoformat()}) for shown, moment in times]
    value = known.profile.get(schedule.attribute)
    days = days_due(schedule, value, known.zones, state.since, state.due_at)
    return [(day.isoformat(), {"date": day.isoformat()}) for day in days]


def _occasion_of_all(due_at: datetime) -> tuple[str, Mapping[str, str]]:
    return due_at.isoformat(), {"scheduled_for": due_at.isoformat()}


def _progress(schedule: Schedule, state: ScheduleState, reached: str | None, now: datetime) -> ScheduleState:
    """Where the run stands after these people; once all are through, when the next one is."""
    if reached is not None:
        return replace(state, reached=reached)
    assert state.due_at is not None  # noqa: S101  it was claimed because it is due
    # Those of people's clocks that came while this run went through them are the next run's.
    following = _next_run(schedule, state.due_at if isinstance(schedule, PersonalCron) else now)
    return replace(state, since=state.due_at, due_at=following, reached="")
