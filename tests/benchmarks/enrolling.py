"""Letting many people into a journey on PostgreSQL, as the worker does it: chunk by chunk, each in its transaction.

Once those who came into a segment, and a week later everybody for whom a schedule's condition is true. CPU time is this
process's; the server has its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import structlog
import uvloop
from sqlalchemy import text

from bot.adapters.database import Database
from bot.domain.audience import Segment
from bot.services.enrol_many import CHUNK, enrol_members
from bot.services.keep_schedule import keep_schedules
from tests.benchmarks.segments import NOW, PEOPLE
from tests.bot.services.stage import Stage, journey_of
from tests.manual_clock import ManualClock
from tests.servers import postgresql_url

BIG = Segment("big-teams", "profile.team_size >= 0")
BY_SEGMENT = journey_of("- wait: 90d", "enter: {segment: big-teams, if: profile.team_size >= 0}\nholdout: 5%")
BY_SCHEDULE = journey_of(
    "- wait: 90d",
    "enter: {schedule: {cron: '0 9 * * mon', zone: Europe/London}, if: profile.team_size >= 0}\nholdout: 5%",
    name="weekly",
)
MEMBERS = """
INSERT INTO segment_member (segment, profile_id, since) SELECT 'big-teams', id, 0 FROM profile
"""
CHANGES = """
INSERT INTO segment_change (segment, profile_id, entered, at, error)
SELECT 'big-teams', id, true, 0, '' FROM profile ORDER BY id
"""


async def _chunks(work: Callable[[], Awaitable[int]]) -> tuple[float, float]:
    """Until there is no more to do: seconds, and CPU seconds of this process."""
    begun, cpu = time.perf_counter(), time.process_time()
    while await work():
        pass
    return time.perf_counter() - begun, time.process_time() - cpu


async def _measure(url: str, people: int) -> list[str]:
    store = Database(url)
    await store.migrate()
    stage = Stage(store, ManualClock(NOW))
    try:
        async with store.transaction() as uow:
            for statement in (PEOPLE.format(people=people), MEMBERS, CHANGES):
                await uow.profiles._session.execute(text(statement))
        stage.play(BY_SEGMENT)
        stage.library.playbook = replace(stage.library.playbook, segments={BIG.id: BIG})

        async def members() -> int:
            async with store.transaction() as uow:
                return (await enrol_members(uow, stage.runtime, stage.clock.now()))[0]

        rows = [_row("the members of a segment", people, *await _chunks(members))]
        stage.play(BY_SCHEDULE)
        await keep_schedules(stage.runtime)
        stage.clock.forward(timedelta(days=7))
        rows.append(_row("a schedule with a condition", people, *await _chunks(lambda: keep_schedules(stage.runtime))))
        async with store.transaction() as uow:
            for journey in (BY_SEGMENT, BY_SCHEDULE):
                census = await uow.journeys.census(journey.id)
                inside = sum(group.people for group in census.resting)
                assert inside + census.held_out == people, "everybody should be in it"
                assert abs(census.held_out - people * 0.05) < people * 0.01
        return rows
    finally:
        await store.close()


def _row(what: str, people: int, seconds: float, cpu: float) -> str:
    return f"| {what} | {seconds:.1f} | {people / seconds:,.0f} | {cpu:.2f} |"


def table(people: int) -> Iterator[str]:
    """The lines of the table, for that many people."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with postgresql_url() as url:
        rows = uvloop.run(_measure(url, people))
    yield f"| {people:,} people enrolled, {CHUNK:,} in a chunk | s | people/s | CPU s of the worker |"
    yield "|---|---|---|---|"
    yield from rows
