"""Simulating the sample journey for 90 days: people a second in one process, and its peak memory with more people."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.entrypoints.command_line.commands.journeys.trying import trying
from bot.journeys.people import Behaviour, Crowd, Occurrence, OneOf, Reaction
from bot.journeys.simulate import Simulation, made_up, only, simulate
from bot.journeys.simulated import OUT
from bot.settings import load_settings

START = datetime(2026, 11, 24, tzinfo=UTC)
DAYS = 90
CROWD = Crowd(countries=OneOf(("GB", "US", "DE"), (60, 30, 10)), consent={"sms": 0.8}, reachable={"sms": 0.95})
BEHAVIOUR = Behaviour(events=(Occurrence("meeting.booked", Reaction(0.1, timedelta(days=20))),))


def table(people: int) -> Iterator[str]:
    """The lines of the table, for that many people and for a tenth of them."""
    world = only(trying(load_settings()).world, "demo-follow-up")
    plan = Simulation(world, BEHAVIOUR, START, DAYS)
    yield f"| {DAYS} days of demo-follow-up | messages | wall s | CPU s | CPU ms a person | peak memory, MB |"
    yield "|---|---|---|---|---|---|"
    for count in (people // 10, people):
        crowd = replace(CROWD, count=count)
        begun, cpu = time.perf_counter(), time.process_time()
        figures = simulate(plan, made_up(crowd, range(1, count + 1), plan.seed, world.channels))
        took, used = time.perf_counter() - begun, time.process_time() - cpu
        out = sum(one.total(*OUT) for one in figures.journeys.values())
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield f"| {count:,} people | {out:,} | {took:.1f} | {used:.1f} | {1000 * used / count:.2f} | {memory:.0f} |"
