"""Enrol many: let a segment, or everybody, into a journey chunk by chunk, by one statement of the database for each.

The same people come in as one by one. Where that cannot be said in SQL, or more than letting in may come of it, they
are left to go one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import structlog

from bot.domain.entries import Entry, EventEntry
from bot.domain.journey import Journey
from bot.domain.publishing import Running
from bot.journeys.entering import opened_by
from bot.journeys.expression import counted_events
from bot.journeys.interpreter import begin_many, heeds
from bot.journeys.scoring import on_event
from bot.journeys.selection import check_selection, foretold_in
from bot.ports import UnitOfWork
from bot.services.count_splits import measures
from bot.services.in_force import journeys_in_force, open_journeys
from bot.services.keep_segments import ENTERED, segment_event
from bot.services.read_version import read_version
from bot.services.runtime import Runtime

log = structlog.get_logger()

CHUNK = 10_000
"""People in one transaction: some tenths of a second."""

MANY = 1_000
"""Fewer go one by one, and take their first steps at once."""


def can_enrol_many(runtime: Runtime, entry: Entry) -> bool:
    """Whether the database can let people in through this entry: it says whom the condition means as Python does."""
    return runtime.store.shared and (entry.condition is None or _is_for_sql(runtime, entry.condition))


def _is_for_sql(runtime: Runtime, condition: str) -> bool:
    wrong = check_selection(condition, None, contact=runtime.store.sealed_attributes)
    return wrong is None and not foretold_in(condition)


async def enrol_everybody(
    uow: UnitOfWork, journey: Journey, entry: Entry, data: Mapping[str, Any], now: datetime, *, after: str, once: str
) -> str | None:
    """Let in the next people whom the entry means; the last who was looked at, or None where nobody is left."""
    await uow.enrolments.publish(journey)
    intake = begin_many(journey, entry, data, now, once=once)
    reached, people = await uow.intakes.of_everybody(intake, after, now, limit=CHUNK)
    log.info("people were let into a journey", journey=journey.id, people=people)
    return reached


async def enrol_members(uow: UnitOfWork, runtime: Runtime, now: datetime) -> tuple[int, int]:
    """Let people into the journey of a segment that many came into: whose changes were told, and who came in."""
    if not runtime.store.shared:
        return 0, 0
    for segment, waiting in (await uow.intakes.queued(CHUNK)).items():
        way = await _only_way_in(uow, runtime, segment) if waiting >= MANY else None
        if way is not None:
            journey, entry = way
            await uow.enrolments.publish(journey)
            intake = begin_many(journey, entry, segment_event(segment, entered=True).data, now)
            told, entered = await uow.intakes.of_segment(intake, segment, await _heeding(uow), now, limit=CHUNK)
            if told:
                return told, entered
    return 0, 0


async def _only_way_in(uow: UnitOfWork, runtime: Runtime, segment: str) -> tuple[Journey, EventEntry] | None:
    """The one entry that members of this segment go through; None where one by one is the way.

    Where there are several, what the first journey does may decide who comes into the second. Where coming into a
    segment is counted, that is to be done, too.
    """
    event = segment_event(segment, entered=True)
    in_force = (await journeys_in_force(uow, runtime)).values()
    if counted(runtime, in_force, ENTERED):
        return None
    ways = list(opened_by((await open_journeys(uow, runtime)).values(), event.event, event.data))
    return ways[0] if len(ways) == 1 and can_enrol_many(runtime, ways[0][1]) else None


def counted(runtime: Runtime, journeys: Iterable[Journey], event: str) -> bool:
    """Whether a score rule gives points for the event, a segment counts it, or it is what a journey, a message or a
    split is for."""
    playbook = runtime.library.current()
    return bool(
        on_event(playbook.score_rules, event)
        or any(event in counted_events(one.condition) for one in playbook.segments.values())
        or any(measures(one, event) or any(goal.event == event for goal in one.goals) for one in journeys)
    )


async def _heeding(uow: UnitOfWork) -> list[tuple[str, str]]:
    """The versions whose people may wait to hear of it, and those of stopped journeys, whose people go at any word."""
    states = await uow.journeys.states()
    found = []
    for journey, version in await uow.enrolments.versions():
        state = states.get(journey)
        if (state is not None and state.running is Running.STOPPED) or await _heeds(uow, journey, version):
            found.append((journey, version))
    return found


async def _heeds(uow: UnitOfWork, journey: str, version: str) -> bool:
    read = await read_version(uow, journey, version, otherwise="its people are told one by one")
    return read is None or heeds(read, ENTERED)
