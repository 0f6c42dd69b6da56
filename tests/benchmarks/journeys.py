"""Steps of journeys through the whole path: claim, read, interpret, write the next place and what is to be sent.

A step is one advance, from where somebody rests to where they rest next. CPU time of this process, and of PostgreSQL's
processes beside it; SQLite's is in ours. Nothing is delivered.
"""

from __future__ import annotations

import logging
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
import uvloop

from bot.__main__ import collect_seldom
from bot.adapters.database import Database
from bot.domain.ids import EnrolmentId, ProfileId, new_id
from bot.domain.journey import Enrolment
from bot.domain.person import Identity, Profile
from bot.entrypoints.serving.serve import settle_garbage_collector
from bot.journeys.interpreter import begin
from bot.ports import UnitOfWork
from bot.services.advance import advance_due
from bot.services.start_conversation import start_conversation
from tests.bot.services.stage import Stage, journey_of
from tests.manual_clock import ManualClock
from tests.servers import postgresql_url

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOGETHER = 500
"""People who are made in one transaction."""

JOURNEY = journey_of(
    """
    - id: first
      wait: 1d
    - send: {response: utter_tip, channels: [sms]}
    - id: second
      wait: {for: [link.clicked, reply], at_most: 2d}
    - branch:
        - if: profile.team_size > 20 and lead.grade in ['C1', 'C2', 'C3']
          do: [score: {engagement: 5, reason: stayed}]
    - send: {response: utter_offer, channels: [sms]}
    - id: third
      wait: {until: "09:00"}
    """,
    "send_window: {hours: '09:00-20:00', zone: person, closed: wait}",
)


@dataclass(frozen=True, slots=True)
class Took:
    steps: int
    seconds: float
    cpu: float


async def _people(stage: Stage, count: int) -> None:
    """So many people with a number, a conversation and a place in the journey."""
    for begun in range(0, count, TOGETHER):
        async with stage.store.transaction() as uow:
            await uow.enrolments.publish(JOURNEY)
            for number in range(begun, min(begun + TOGETHER, count)):
                await _person(uow, number)


async def _person(uow: UnitOfWork, number: int) -> Enrolment:
    person, phone = ProfileId(new_id(NOON)), f"+447700{number:06}"
    known = {"team_size": number % 100, "country": "GB", "stage": "lead", "name": f"Person {number}"}
    await uow.profiles.add(Profile(person, NOON, known, time_zone="Europe/London"))
    await uow.profiles.claim(person, Identity("phone", phone, verified=True), NOON)
    await start_conversation(uow, person, "sms", phone, NOON)
    enrolment = begin(JOURNEY, EnrolmentId(new_id(NOON)), person, {"size": number % 100}, NOON)
    assert await uow.enrolments.add(enrolment)
    return enrolment


async def _steps(stage: Stage) -> Took:
    """All who are due."""
    begun, cpu, steps = time.perf_counter(), _cpu(), 0
    while done := await advance_due(stage.runtime):
        steps += done
    return Took(steps, time.perf_counter() - begun, _cpu() - cpu)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _measure(url: str, people: int) -> list[Took]:
    store = Database(url)
    await store.migrate()
    clock = ManualClock(NOON)
    stage = Stage(store, clock)
    try:
        await _people(stage, people)
        figures = []
        for pause in (timedelta(), timedelta(days=1), timedelta(days=2)):
            clock.forward(pause)
            figures.append(await _steps(stage))
        assert all(took.steps == people for took in figures)
        async with store.transaction() as uow:
            census = await uow.journeys.census("welcome")
        assert [(group.step, group.people) for group in census.resting] == [("third", people)], "all should stand there"
        return figures
    finally:
        await store.close()


WHAT = ("enter, and wait", "send, and wait for an event", "branch, score, send, and wait for a time")


def steps_table(people: int) -> Iterator[str]:
    """The lines of the table, for that many people."""
    collect_seldom()
    settle_garbage_collector()  # as `overture serve` does
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        measured = {"SQLite": uvloop.run(_measure(f"sqlite+aiosqlite:///{Path(folder) / 'overture.db'}", people))}
    with postgresql_url() as url:
        measured["PostgreSQL"] = uvloop.run(_measure(url, people))
    load = os.getloadavg()[0]
    yield f"| {people:,} people, load {load:.0f} | database | steps/s | CPU us/step | steps/s of one core |"
    yield "|---|---|---|---|---|"
    for database, figures in measured.items():
        for what, took in zip(WHAT, figures, strict=True):
            each = took.cpu / took.steps
            yield f"| {what} | {database} | {took.steps / took.seconds:,.0f} | {each * 1e6:.0f} | {1 / each:,.0f} |"
