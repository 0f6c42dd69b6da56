"""How long journeys take to notice a reply, an event, and that a time has come; one person after the other.

A reply counts from its receipt until the step that it leads to is committed; an event until the message that it leads
to has passed the gate and is handed to its channel; a timer from its due time until its step is taken by a worker.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog
import uvloop

from bot.adapters.clock import SystemClock
from bot.adapters.database import Database
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.message import OutboundMessage
from bot.entrypoints.serving.worker import Worker
from bot.journeys.interpreter import begin
from bot.services.converse import converse
from bot.services.deliver import deliver_due
from tests.bot.services.stage import Stage, journey_of
from tests.manual_clock import ManualClock
from tests.servers import postgresql_url

PEOPLE = 200
WARM_UP = 20
TIMERS_WITHIN = timedelta(seconds=5)
FOR_REPLY = journey_of("- wait: {for: reply, at_most: 2d}\n- wait: 90d")
FOR_EVENT = journey_of("- send: {response: utter_tip, channels: [sms]}\n- wait: 90d", name="inner")
FOR_TIME = journey_of("- wait: 90d", "enter: {event: link.clicked}", name="outer")


def _number(person: int) -> str:
    return f"+447700{person:06}"


async def _reply(stage: Stage) -> list[float]:
    """Milliseconds for each person."""
    stage.play(FOR_REPLY)
    took = []
    for number in range(PEOPLE):
        name = ProfileId(f"replies-{number}")
        conversation = await stage.meet(name, phone=_number(number))
        await stage.happens("demo.requested", to=name)
        (before,) = await stage.enrolments(name)
        begun = time.perf_counter()
        await stage.hear("thanks", address=_number(number))
        await converse(stage.runtime, conversation.id)
        took.append(1000 * (time.perf_counter() - begun))
        (after,) = await stage.enrolments(name)
        assert after.step != before.step
    return took[WARM_UP:]


async def _event(stage: Stage) -> list[float]:
    stage.play(FOR_EVENT)
    took: list[float] = []
    begun = 0.0

    async def handed_over(_message: OutboundMessage) -> None:
        took.append(1000 * (time.perf_counter() - begun))

    while await deliver_due(stage.runtime):
        pass
    stage.sms.on_send = handed_over
    for number in range(PEOPLE):
        name = ProfileId(f"happens-{number}")
        await stage.meet(name, phone=_number(PEOPLE + number))
        await stage.consent(of=name)
        begun = time.perf_counter()
        await stage.happens("demo.requested", to=name)
        await deliver_due(stage.runtime)
    stage.sms.on_send = None
    assert len(took) == PEOPLE
    return took[WARM_UP:]


async def _timers(stage: Stage) -> list[float]:
    """A worker takes each step when its time has come: how much later, by the clock that the step was taken at."""
    clock = SystemClock()
    runtime = replace(stage.runtime, clock=clock)
    stage.play(FOR_TIME)
    first, apart = clock.now() + timedelta(seconds=1), TIMERS_WITHIN / PEOPLE
    due: dict[EnrolmentId, datetime] = {}
    async with stage.store.transaction() as uow:
        await uow.enrolments.publish(FOR_TIME)
    for number in range(PEOPLE):
        name = ProfileId(f"waits-{number}")
        await stage.meet(name, phone=_number(2 * PEOPLE + number))
        run = begin(FOR_TIME, EnrolmentId(f"e-{number}"), name, {}, first)
        due[run.id] = max(first + number * apart, clock.now() + timedelta(milliseconds=500))
        async with stage.store.transaction() as uow:
            assert await uow.enrolments.add(replace(run, due_at=due[run.id]))
    worker = Worker(runtime)
    working = asyncio.create_task(worker.run())
    await asyncio.sleep((max(due.values()) - clock.now()).total_seconds() + 1)
    await worker.stop()
    await working
    late = []
    async with stage.store.transaction() as uow:
        for run_id, at in due.items():
            arrived = (await uow.enrolments.get(run_id)).arrived_at
            assert arrived is not None, "its step should be taken"
            late.append((arrived - at) / timedelta(milliseconds=1))
    return late


async def _measure(database: str, url: str) -> list[str]:
    store = Database(url)
    await store.migrate()
    stage = Stage(store, ManualClock())
    try:
        return [
            _row("reply received, next step decided", database, await _reply(stage)),
            _row("event, decision to send", database, await _event(stage)),
            _row("timer, how late", database, await _timers(stage)),
        ]
    finally:
        await store.close()


def _row(what: str, database: str, took: Sequence[float]) -> str:
    hundredths = statistics.quantiles(took, n=100)
    return f"| {what} | {database} | {hundredths[49]:.1f} | {hundredths[94]:.1f} | {hundredths[98]:.1f} |"


def table() -> Iterator[str]:
    """The lines of the table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        rows = uvloop.run(_measure("SQLite", f"sqlite+aiosqlite:///{Path(folder) / 'overture.db'}"))
    with postgresql_url() as url:
        rows += uvloop.run(_measure("PostgreSQL", url))
    yield f"| {PEOPLE} people, one after the other | database | p50 ms | p95 ms | p99 ms |"
    yield "|---|---|---|---|---|"
    yield from rows
