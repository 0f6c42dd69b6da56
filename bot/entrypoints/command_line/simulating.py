"""Simulates journeys for the command and the page: people of whom nothing is said, and shares of them for processes."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from bot.domain.assistant import Assistant
from bot.domain.entries import EventEntry, ScheduleEntry
from bot.domain.journey import (
    ENDED,
    HANDED_BACK,
    MESSAGE_DELIVERED,
    MESSAGE_FAILED,
    MESSAGE_READ,
    MESSAGE_STATES,
    OUT_OF_HOURS,
    REPLIED,
    TAKEN_OVER,
)
from bot.domain.steps import BranchStep, WaitStep
from bot.journeys.entering import of_members
from bot.journeys.made_up import days_for, tags_in, the_same_for, values_for
from bot.journeys.named_events import named_in_journey
from bot.journeys.people import Behaviour, Crowd, Occurrence, OneOf, Reaction, Spread
from bot.journeys.people_yaml import PeopleFile
from bot.journeys.simulate import Simulation, heeded, made_up, simulate
from bot.journeys.simulated import Simulated
from bot.journeys.virtual_world import Someone, World

USUAL_CONSENT, USUAL_TAG = 0.8, 0.5
WHO_THEY_ARE = ("country", "time_zone", "locale", "created_on", "tags")
"""What a crowd says of everybody by itself."""
USUAL_GOAL = Reaction(0.05, timedelta(days=14))
USUAL_AWAITED, LONG = 0.3, timedelta(days=7)
NOT_MADE_UP = frozenset({*MESSAGE_STATES, REPLIED, ENDED, TAKEN_OVER, HANDED_BACK, OUT_OF_HOURS})
"""Events that come of what people and colleagues of a simulation do."""
USUAL_STATES = {
    MESSAGE_DELIVERED: Reaction(0.95, timedelta(minutes=1)),
    MESSAGE_READ: Reaction(0.6, timedelta(hours=8)),
    MESSAGE_FAILED: Reaction(0.03, timedelta(minutes=10)),
}
"""What becomes of messages, where a journey asks."""
OF_A_REPLY = ("event", "text", "intent", "channel")
WORTH_A_PROCESS = 2000
"""People; fewer are through before another process has begun."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one process simulates: people of the crowd from one number to another, or these people."""

    simulation: Simulation
    crowd: Crowd | None
    numbers: range
    people: tuple[Someone, ...] = ()

    def run(self) -> Simulated:
        people: Iterable[Someone] = self.people
        if self.crowd is not None:
            people = made_up(self.crowd, self.numbers, self.simulation.seed, self.simulation.world.channels)
        return simulate(self.simulation, people)


def simulate_in_processes(simulation: Simulation, crowd: Crowd | None, people: Sequence[Someone]) -> Simulated:
    """The figures, from as many processes as are worth it; they are the same from any number of them."""
    count = crowd.count if crowd is not None else len(people)
    processes = max(1, min(os.cpu_count() or 1, count // WORTH_A_PROCESS))
    bounds = [count * number // processes for number in range(processes + 1)]
    shares = shares_of(simulation, crowd, people, bounds)
    if processes == 1:
        return shares[0].run()
    with pool_of(processes) as pool:
        whole, *others = pool.map(Share.run, shares)
    for one in others:
        whole.add(one)
    return whole


def shares_of(
    simulation: Simulation, crowd: Crowd | None, people: Sequence[Someone], bounds: Sequence[int]
) -> list[Share]:
    """The people from each bound to the next."""
    return [
        Share(simulation, crowd, range(first + 1, last + 1), tuple(people[first:last]))
        for first, last in pairwise(bounds)
    ]


def pool_of(processes: int) -> ProcessPoolExecutor:
    """Processes that begin anew, so that nothing of a running service is in them."""
    return ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))


def usual_people(world: World, start: date, days: int) -> PeopleFile:
    """People of whom nothing is said: of our region, most of them with consent, and some reach a goal by themselves.

    What conditions look at has all sorts of values, so that some people go each way, and the days that journeys go by
    are among these. What journeys wait for happens to some of them, soon after they came in.
    """
    named = frozenset().union(*map(named_in_journey, world.journeys.values()))
    goals = dict.fromkeys(goal.event for journey in world.journeys.values() for goal in journey.goals)
    conditions = list(_conditions(world))
    made_up_of = {**values_for(conditions, "profile"), **days_for(world.journeys.values(), start, days)}
    told = {name: one for name, one in made_up_of.items() if name not in WHO_THEY_ARE}
    crowd = Crowd(
        countries=OneOf((world.region,), (1,)),
        consent=dict.fromkeys(world.channels, USUAL_CONSENT),
        profile=told,
        tags=dict.fromkeys(sorted(tags_in(conditions)), USUAL_TAG),
    )
    events = tuple(Occurrence(goal, USUAL_GOAL) for goal in goals if goal not in USUAL_STATES)
    events += tuple(Occurrence(event, one, of_messages=True) for event, one in USUAL_STATES.items() if event in named)
    entered_by = {
        one.event for journey in world.journeys.values() for one in journey.entries if isinstance(one, EventEntry)
    }
    awaited = {event: most for event, most in _awaited(world) if event not in {*goals, *entered_by, *NOT_MADE_UP}}
    events += tuple(Occurrence(event, Reaction(USUAL_AWAITED, most)) for event, most in awaited.items())
    brought = {name: one for name, one in values_for(conditions, "happened").items() if name not in OF_A_REPLY}
    brought |= {**values_for(conditions, "event"), **days_for(world.journeys.values(), start, days, of="event")}
    return PeopleFile(crowd, Behaviour(events=events, comes_with=brought | the_same_for(conditions)))


def _awaited(world: World) -> Iterator[tuple[str, timedelta]]:
    """The events that steps wait for, with how long they do at most."""
    for journey in world.journeys.values():
        for step in journey.steps.values():
            if isinstance(step, WaitStep):
                yield from ((event, step.at_most or LONG) for event in step.events)


def _conditions(world: World) -> Iterator[str]:
    """Those of the journeys, and of the segments that they listen to."""
    yield from (segment.condition for segment in heeded(world).values())
    for journey in world.journeys.values():
        entries = [
            of_members(one, world.segments) if isinstance(one, ScheduleEntry) else one for one in journey.entries
        ]
        yield from (entry.condition for entry in entries if entry.condition)
        if journey.exit_if is not None:
            yield journey.exit_if
        for step in journey.steps.values():
            match step:
                case BranchStep(arms=arms):
                    yield from (condition for condition, _ in arms)
                case WaitStep(condition=str() as condition):
                    yield condition


def usual_answers(assistant: Assistant) -> dict[str, Spread]:
    """What slots are answered with of which nothing is said: any of their values, where they have some."""
    return {name: OneOf(slot.values, (1,) * len(slot.values)) for name, slot in assistant.slots.items() if slot.values}
