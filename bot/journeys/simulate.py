"""Simulate journeys: person by person through days of virtual time, with the interpreter and the gate of the service.

People do not depend on each other, so one is through before the next begins, and only counts are kept. The same seed
gives the same figures.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count, islice
from random import Random
from typing import Any

from bot.domain.entries import ApiEntry, Entry, EventEntry, OnDate, PersonalCron, ScheduleEntry
from bot.domain.ids import EnrolmentId
from bot.domain.journey import ABOUT_MESSAGES, MESSAGE_STATES, REPLIED, Failed, Finished, Journey
from bot.domain.steps import AskStep
from bot.journeys.entering import of_members
from bot.journeys.people import Behaviour, Crowd, after
from bot.journeys.schedule import days_due, moment_in_all, next_run, times_due
from bot.journeys.selection import looks_at
from bot.journeys.simulated import Simulated
from bot.journeys.virtual_person import VirtualPerson
from bot.journeys.virtual_world import Noted, Someone, World

DAY = timedelta(days=1)
MOST_RUNS = 5000
"""Runs of one cron schedule in a simulation."""

TO_OUR_KNOWLEDGE = "something"
"""The answer to a question of which nothing is said."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What is simulated: `days` from `start` on, in this world, with people who behave so."""

    world: World
    behaviour: Behaviour
    start: datetime
    days: int = 90
    seed: int = 1

    @property
    def end(self) -> datetime:
        return self.start + self.days * DAY

    @property
    def arrivals(self) -> tuple[tuple[str, Mapping[str, str]], ...]:
        """The events by which people come in, each once, with what the entry asks of its data."""
        known = {one.event for one in self.behaviour.events}
        found: dict[tuple[str, tuple[tuple[str, str], ...]], None] = {}
        for journey in self.world.journeys.values():
            for entry in journey.entries:
                if isinstance(entry, EventEntry) and entry.event not in known | MESSAGE_STATES:
                    found[entry.event, tuple((name, values[0]) for name, values in entry.where)] = None
        return tuple((event, dict(where)) for event, where in found)

    @property
    def let_in_over_http(self) -> tuple[tuple[Journey, ApiEntry], ...]:
        """The journeys that another system lets people into, each person once."""
        return tuple(
            (journey, entry)
            for journey in self.world.journeys.values()
            for entry in journey.entries
            if isinstance(entry, ApiEntry)
        )


def simulate(simulation: Simulation, people: Iterable[Someone]) -> Simulated:
    """Let each of them live through it."""
    figures = Simulated(simulation.start, simulation.days, tuple(simulation.world.journeys))
    course = _Course(simulation)
    for someone in people:
        _Life(course, someone, Random(f"{simulation.seed}:{someone.id}"), figures).live()  # noqa: S311
    return figures


def made_up(crowd: Crowd, numbers: Iterable[int], seed: int, channels: Mapping[str, str]) -> Iterator[Someone]:
    """The people of the crowd with these numbers; each is the same whoever else is made up."""
    for number in numbers:
        yield crowd.someone(number, Random(f"{seed}:who:{number}"), channels)  # noqa: S311


def only(world: World, name: str) -> World:
    """The world with this journey, those that it runs, and the segments that they listen to."""
    found: dict[str, Journey] = {}
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in world.journeys and one not in found:
            journey = world.journeys[one]
            found[one] = journey if one == name else replace(journey, entries=())
            waiting += [step.journey for step in journey.steps.values() if step.kind == "run"]
    return replace(world, journeys=found)


class _Course:
    """What is the same for all people, worked out once."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.behaviour = simulation.behaviour
        self.world = replace(simulation.world, segments=heeded(simulation.world))
        self.arrivals = simulation.arrivals
        fades = any(rule.half_life is not None for rule in self.world.score_rules)
        self.looks_at_days = any(_depends_on_days(one.condition, fades) for one in self.world.segments.values())
        self.runs: list[tuple[datetime, Journey, ScheduleEntry]] = []
        self.dates: list[tuple[Journey, ScheduleEntry, OnDate]] = []
        self.on_clocks: list[tuple[Journey, ScheduleEntry, PersonalCron]] = []
        for journey in simulation.world.journeys.values():
            for entry in journey.entries:
                if isinstance(entry, ScheduleEntry):
                    self._plan(journey, of_members(entry, simulation.world.segments))

    def _plan(self, journey: Journey, entry: ScheduleEntry) -> None:
        schedule = entry.schedule
        if isinstance(schedule, OnDate):
            self.dates.append((journey, entry, schedule))
            return
        if isinstance(schedule, PersonalCron):
            self.on_clocks.append((journey, entry, schedule))
            return
        at: datetime | None = self.simulation.start
        for _ in range(MOST_RUNS):
            at = next_run(schedule, at) if at is not None else None
            if at is None or at > self.simulation.end:
                return
            self.runs.append((at, journey, entry))


def heeded(world: World) -> dict[str, Any]:
    """The segments whose coming and going a journey listens to: others change nothing here."""
    listened = {
        value
        for journey in world.journeys.values()
        for entry in journey.entries
        if isinstance(entry, EventEntry)
        for name, values in entry.where
        if name == "segment"
        for value in values
    }
    return {name: segment for name, segment in world.segments.items() if name in listened}


def _depends_on_days(condition: str, scores_fade: bool) -> bool:
    looked_at = looks_at(condition)
    if scores_fade and "lead" in looked_at:
        return True
    return bool(looked_at) and any(name in condition for name in ("days_since", "days_until", "did"))


def _message(noted: Noted) -> Mapping[str, Any]:
    """Which message it was, as what became of it says."""
    run, step = noted.run, noted.step
    message = f"{run.id}:{step}:{run.data['visits'][step]}"
    return {
        "channel": noted.channel,
        "journey": run.journey,
        "step": step,
        "response": noted.subject,
        "enrolment": run.id,
        "message": message,
    }


class _Life:
    """One person's time: what they do, and what comes of it."""

    def __init__(self, course: _Course, someone: Someone, chance: Random, figures: Simulated) -> None:
        self._course = course
        self._chance = chance
        self._figures = figures
        self._behaviour = course.behaviour
        self._start, self._end = course.simulation.start, course.simulation.end
        self._person = VirtualPerson(course.world, someone, self._start, self._hear, tell_what_it_did=False)
        self._ahead: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._number = count()
        self._has_opted_out = False

    def live(self) -> None:
        self._foresee()
        person, ahead, end = self._person, self._ahead, self._end
        while True:
            due = person.next_due
            if ahead and (due is None or ahead[0][0] < due):
                at, _, do = heapq.heappop(ahead)
                if at > end:
                    break
                do(at)
            elif due is None or due > end:
                break
            else:
                person.run_until(due)
        self._figures.close(person.inside.values())

    def _at(self, moment: datetime, do: Callable[[datetime], object]) -> None:
        if moment <= self._end:
            heapq.heappush(self._ahead, (moment, next(self._number), do))

    # ------------------------------------------------------------ what they will do of themselves

    def _foresee(self) -> None:
        behaviour, person = self._behaviour, self._person
        arrive = min(behaviour.arrive, self._end - self._start)
        moment = self._start + arrive * self._chance.random()
        data = {name: spread.draw(self._chance) for name, spread in behaviour.comes_with.items()}
        for event, where in self._course.arrivals:
            self._at(moment, self._happening(event, {**data, **where}))
        for journey, api in self._course.simulation.let_in_over_http:
            self._at(moment, self._coming(journey, api, data))
        for one in behaviour.events:
            if not one.of_messages and (pause := one.reaction.drawn(self._chance)) is not None:
                self._at(moment + pause, self._happening(one.event, data))
        for at, journey, entry in self._course.runs:
            self._at(at, self._coming(journey, entry, {"scheduled_for": at.isoformat()}))
        for journey, entry, schedule in self._course.dates:
            zones = person.zones
            for day in days_due(schedule, person.profile.get(schedule.attribute), zones, self._start, self._end):
                at = moment_in_all(day - schedule.days_before * DAY, schedule.at, zones)
                self._at(at, self._day(journey, entry, schedule, day))
        for journey, entry, on_clock in self._course.on_clocks:
            for _, at in islice(times_due(on_clock, person.zones, self._start, self._end), MOST_RUNS):
                self._at(at, self._coming(journey, entry, {"scheduled_for": at.isoformat()}))
        if self._course.looks_at_days:
            for number in range(1, self._course.simulation.days + 1):
                self._at(self._start + number * DAY, person.looks_at_days)

    def _happening(self, event: str, data: Mapping[str, Any]) -> Callable[[datetime], object]:
        if event == REPLIED:
            intent, channel = str(data.get("intent", "")), str(data.get("channel", ""))
            return lambda now: self._person.replies(
                "", intent, channel or next(iter(self._course.world.channels), ""), now
            )
        return lambda now: self._person.happens(event, data, now)

    def _coming(self, journey: Journey, entry: Entry, data: Mapping[str, Any]) -> Callable[[datetime], object]:
        return lambda now: self._person.is_let_in(journey, entry, data, now)

    def _day(self, journey: Journey, entry: ScheduleEntry, schedule: OnDate, day: date) -> Callable[[datetime], object]:
        def come(now: datetime) -> None:
            # What the journeys have set meanwhile may name another day.
            value = self._person.profile.get(schedule.attribute)
            if day in days_due(schedule, value, self._person.zones, now - DAY, now):
                self._person.is_let_in(journey, entry, {"date": day.isoformat()}, now)

        return come

    # ------------------------------------------------------------ what they do about what comes

    def _hear(self, noted: Noted) -> None:
        self._figures.count(noted)
        match noted.what:
            case "asked" | "reminded":
                self._may_answer(noted)
                self._may_opt_out(noted.at)
            case "sent":
                self._may_reply(noted)
                self._may_opt_out(noted.at)
            case "started":
                self._end_outside(noted)
            case "handed_over":
                self._may_claim(noted.at)
            case _:
                pass

    def _may_answer(self, noted: Noted) -> None:
        if (pause := self._behaviour.refuses.drawn(self._chance)) is not None:
            self._at(noted.at + pause, self._person.refuses)
        elif (pause := self._behaviour.answers.drawn(self._chance)) is not None:
            step = self._course.world.journeys[noted.run.journey].steps.get(noted.step)
            need = step.need if isinstance(step, AskStep) else ()
            slots = {slot: self._answer(slot) for slot in need}
            self._at(noted.at + pause, lambda now: self._person.answers(slots, now))

    def _answer(self, slot: str) -> Any:
        spread = self._behaviour.answer.get(slot)
        return TO_OUR_KNOWLEDGE if spread is None else spread.draw(self._chance)

    def _may_reply(self, noted: Noted) -> None:
        for one in self._behaviour.events:
            if one.of_messages and (pause := one.reaction.drawn(self._chance)) is not None:
                data = _message(noted) if one.event in ABOUT_MESSAGES else {}
                self._at(noted.at + pause, self._happening(one.event, data))
        waits = any(REPLIED in run.waiting_for for run in self._person.inside.values())
        if waits and (pause := self._behaviour.answers.drawn(self._chance)) is not None:
            self._at(noted.at + pause, lambda now: self._person.replies("", "", noted.channel, now))

    def _may_opt_out(self, now: datetime) -> None:
        if self._has_opted_out or (pause := self._behaviour.opts_out.drawn(self._chance)) is None:
            return
        self._has_opted_out = True
        self._at(now + pause, self._opt_out)

    def _opt_out(self, now: datetime) -> None:
        self._figures.opted_out += 1
        self._person.opts_out(now)

    def _end_outside(self, noted: Noted) -> None:
        run_id: EnrolmentId = noted.run.id
        fails = self._behaviour.fails and self._chance.random() < self._behaviour.fails
        slots = {} if fails else {name: spread.draw(self._chance) for name, spread in self._behaviour.answer.items()}
        outcome = Failed(noted.why, "made up") if fails else Finished(noted.why, slots)
        self._at(noted.at + timedelta(seconds=1), lambda now: self._person.hears_of(run_id, outcome, now))

    def _may_claim(self, now: datetime) -> None:
        if self._person.colleague == "talks" or (pause := self._behaviour.claims.drawn(self._chance)) is None:
            return
        self._at(now + pause, self._person.is_taken_over)
        self._at(now + pause + after(self._behaviour.talks, self._chance), self._person.is_handed_back)
