"""Many who were let into a journey at once take their first steps, beside replies and timers of others, in one process.

The worker runs its lane of timers. Meanwhile people answer one after the other, and others' timers fire.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
import uvloop
from sqlalchemy import text

from bot.adapters.clock import SystemClock
from bot.adapters.database import Database
from bot.domain.delivery import Lane
from bot.domain.ids import EnrolmentId, ProfileId
from bot.entrypoints.serving.worker import Worker
from bot.journeys.interpreter import begin
from bot.services.converse import converse
from bot.services.enrol_many import enrol_everybody
from tests.benchmarks.segments import PEOPLE
from tests.bot.services.stage import Stage, journey_of
from tests.manual_clock import ManualClock
from tests.servers import postgresql_url

NEWCOMERS = journey_of(
    "- score: {engagement: 5, reason: in the campaign}\n- wait: 90d",
    "enter: {schedule: {cron: '0 9 * * mon', zone: Europe/London}, if: profile.team_size >= 0}",
    name="weekly",
)
FOR_REPLY = journey_of("- wait: {for: reply, at_most: 7d}\n- wait: 90d")
FOR_TIME = journey_of("- wait: 90d", "enter: {event: link.clicked}", name="outer")
OTHERS = 60
APART = timedelta(milliseconds=100)
BACKLOG = text("SELECT count(*) FROM enrolment WHERE journey = 'weekly' AND step = '' AND status = 'waiting'")


async def _replies(stage: Stage) -> list[float]:
    """Milliseconds from the receipt of each until the step that it leads to is committed."""
    took = []
    for number in range(OTHERS):
        name = ProfileId(f"replies-{number}")
        async with stage.store.transaction() as uow:
            (conversation,) = await uow.conversations.of(name)
        begun = time.perf_counter()
        await stage.hear("thanks", address=conversation.address)
        await converse(stage.runtime, conversation.id)
        took.append(1000 * (time.perf_counter() - begun))
        await asyncio.sleep(APART.total_seconds())
    return took


async def _meet_others(stage: Stage) -> None:
    for number in range(OTHERS):
        name = ProfileId(f"replies-{number}")
        await stage.meet(name, phone=f"+447700{number:06}")
        await stage.happens("demo.requested", to=name)
        await stage.meet(ProfileId(f"waits-{number}"), phone=f"+447701{number:06}")


async def _let_in(store: Database, stage: Stage, people: int) -> None:
    now = stage.runtime.clock.now()
    async with store.transaction() as uow:
        await uow.profiles._session.execute(text(PEOPLE.format(people=people)))
    reached: str | None = ""
    while reached is not None:
        async with store.transaction() as uow:
            await uow.enrolments.publish(NEWCOMERS)
            (entry,) = NEWCOMERS.entries
            reached = await enrol_everybody(uow, NEWCOMERS, entry, {}, now, after=reached, once="run:")


async def _set_timers(stage: Stage) -> list[EnrolmentId]:
    """One after the other from now on, which is behind all newcomers."""
    now = stage.runtime.clock.now()
    runs = []
    async with stage.store.transaction() as uow:
        await uow.enrolments.publish(FOR_TIME)
        for number in range(OTHERS):
            run = begin(FOR_TIME, EnrolmentId(f"e-{number}"), ProfileId(f"waits-{number}"), {}, now)
            assert await uow.enrolments.add(replace(run, due_at=now + number * APART))
            runs.append(run.id)
    return runs


async def _measure(url: str, people: int) -> list[str]:
    store = Database(url)
    await store.migrate()
    stage = Stage(store, ManualClock())
    try:
        stage.play(NEWCOMERS, FOR_REPLY, FOR_TIME)
        stage.runtime = replace(stage.runtime, clock=SystemClock())
        await _meet_others(stage)
        await _let_in(store, stage, people)
        runs = await _set_timers(stage)
        began = stage.runtime.clock.now()
        worker = Worker(stage.runtime, [Lane.TIMERS])
        working, begun = asyncio.create_task(worker.run()), time.perf_counter()
        replies = await _replies(stage)
        left = people
        while left:
            await asyncio.sleep(0.25)
            async with store.transaction() as uow:
                left = (await uow.profiles._session.execute(BACKLOG)).scalar()
        took = time.perf_counter() - begun
        await worker.stop()
        await working
        late = []
        async with store.transaction() as uow:
            for number, name in enumerate(runs):
                arrived = (await uow.enrolments.get(name)).arrived_at
                assert arrived is not None, "its step should be taken"
                late.append((arrived - max(began, began + number * APART)) / timedelta(milliseconds=1))
        return [
            f"| {people:,} newcomers take their first step | {people / took:,.0f} a second | |",
            _row("reply received meanwhile, next step decided", replies),
            _row("timer of somebody else meanwhile, how late", late),
        ]
    finally:
        await store.close()


def _row(what: str, took: Sequence[float]) -> str:
    twentieths = statistics.quantiles(took, n=20)
    return f"| {what} | {twentieths[9]:.0f} ms | {twentieths[18]:.0f} ms |"


def table(people: int) -> Iterator[str]:
    """The lines of the table, for so many who are let in at once."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with postgresql_url() as url:
        rows = uvloop.run(_measure(url, people))
    yield "| many let in at once, on PostgreSQL, in one process | p50 | p95 |"
    yield "|---|---|---|"
    yield from rows
