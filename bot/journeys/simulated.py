"""What came of a simulation, in counts: a funnel of each journey, its messages and why others were withheld."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from bot.domain.journey import Enrolment, EnrolmentStatus
from bot.domain.steps import END
from bot.journeys.virtual_world import Noted

OUT = ("sent", "asked", "reminded")
"""What goes out to people."""

DAY = timedelta(days=1)
ENTRY = ""
"""Where people come from who enter."""


@dataclass(frozen=True, slots=True)
class StepFigures:
    """Of one step: who came, went on, left the journey or was parked there, and is there at the end."""

    came: int
    went_on: int
    left: int
    there: int


@dataclass(frozen=True, slots=True)
class MessageKind:
    """Messages that count as one: `why` is empty for those that went out."""

    step: str
    subject: str
    channel: str
    what: str
    why: str = ""


@dataclass(slots=True)
class JourneySimulated:
    """Of one journey. `ways` count who went from which step to which; `by_day` what went out, by day and kind."""

    entered: int = 0
    held_out: int = 0
    goals: int = 0
    goals_held_out: int = 0
    handed_over: int = 0
    ways: Counter[tuple[str, str]] = field(default_factory=Counter)
    left_at: Counter[str] = field(default_factory=Counter)
    left_why: Counter[str] = field(default_factory=Counter)
    parked_why: Counter[tuple[str, str]] = field(default_factory=Counter)
    resting: Counter[str] = field(default_factory=Counter)
    messages: Counter[MessageKind] = field(default_factory=Counter)
    by_day: Counter[tuple[int, str]] = field(default_factory=Counter)

    @property
    def ended(self) -> int:
        """Who came to the end."""
        return sum(number for (_, target), number in self.ways.items() if target == END)

    @property
    def inside(self) -> int:
        """Who is still in it."""
        return self.resting.total()

    def step(self, name: str) -> StepFigures:
        came = sum(number for (_, target), number in self.ways.items() if target == name)
        went_on = sum(number for (source, _), number in self.ways.items() if source == name)
        return StepFigures(came, went_on, self.left_at[name], self.resting[name])

    def total(self, *kinds: str) -> int:
        """Messages of these kinds."""
        return sum(number for kind, number in self.messages.items() if kind.what in kinds)

    def add(self, other: JourneySimulated) -> None:
        for one in fields(self):
            mine, more = getattr(self, one.name), getattr(other, one.name)
            setattr(self, one.name, mine + more)

    def count(self, noted: Noted, start: datetime) -> None:
        """`start` is the beginning of the first day."""
        match noted.what:
            case "went":
                self.ways[noted.step, noted.subject] += 1
            case "entered":
                self.entered += 1
            case "held_out":
                self.held_out += 1
            case "left":
                self.left_at[noted.step] += 1
                self.left_why[noted.why] += 1
            case "parked":
                self.left_at[noted.step] += 1
                self.parked_why[noted.step, noted.why] += 1
            case "goal" if noted.run.status is EnrolmentStatus.HELD_OUT:
                self.goals_held_out += 1
            case "goal":
                self.goals += 1
            case "handed_over":
                self.handed_over += 1
            case "sent" | "asked" | "reminded":
                self.messages[MessageKind(noted.step, noted.subject, noted.channel, noted.what)] += 1
                self.by_day[(noted.at - start) // DAY, "out"] += 1
            case "later" | "withheld":
                why = reason_of(noted.why)
                self.messages[MessageKind(noted.step, noted.subject, noted.channel, noted.what, why)] += 1
                if noted.what == "withheld":
                    self.by_day[(noted.at - start) // DAY, "withheld"] += 1
            case _:
                pass


@dataclass(slots=True)
class Simulated:
    """Of all journeys: `days` from `start` on."""

    start: datetime
    days: int
    names: tuple[str, ...]
    people: int = 0
    opted_out: int = 0
    journeys: dict[str, JourneySimulated] = field(init=False)

    def __post_init__(self) -> None:
        self.journeys = {name: JourneySimulated() for name in self.names}

    def count(self, noted: Noted) -> None:
        self.journeys[noted.run.journey].count(noted, self.start)

    def close(self, inside: Iterable[Enrolment]) -> None:
        """One more person is through; these are the runs in which they still are."""
        self.people += 1
        for run in inside:
            self.journeys[run.journey].resting[run.step] += 1

    def add(self, other: Simulated) -> None:
        """What came of other people in the same simulation."""
        self.people += other.people
        self.opted_out += other.opted_out
        for name, one in other.journeys.items():
            self.journeys[name].add(one)


def reason_of(why: str) -> str:
    """The reason without the day that is each person's own."""
    return re.sub(r" on \d{1,2} [A-Z][a-z]+ \d{4}$", "", why)


def as_json(simulated: Simulated) -> dict[str, Any]:
    """The figures as plain values, for programs."""
    return {
        "start": simulated.start.isoformat(),
        "days": simulated.days,
        "people": simulated.people,
        "opted_out": simulated.opted_out,
        "journeys": {name: _journey_json(one) for name, one in simulated.journeys.items()},
    }


def _journey_json(one: JourneySimulated) -> dict[str, Any]:
    messages = sorted(one.messages.items(), key=lambda pair: (pair[0].step, pair[0].what, -pair[1], pair[0].why))
    steps = sorted({name for way in one.ways for name in way} - {ENTRY, END})
    return {
        "entered": one.entered,
        "held_out": one.held_out,
        "ended": one.ended,
        "left": dict(one.left_why),
        "parked": [{"step": step, "why": why, "people": number} for (step, why), number in one.parked_why.items()],
        "inside": one.inside,
        "goals": one.goals,
        "goals_held_out": one.goals_held_out,
        "handed_over": one.handed_over,
        "steps": {
            name: {"came": step.came, "went_on": step.went_on, "left": step.left, "there": step.there}
            for name in steps
            for step in [one.step(name)]
        },
        "ways": [{"from": source, "to": target, "people": number} for (source, target), number in one.ways.items()],
        "messages": [
            {
                "step": kind.step,
                "what": kind.what,
                "subject": kind.subject,
                "channel": kind.channel,
                "why": kind.why,
                "messages": number,
            }
            for kind, number in messages
        ],
        "by_day": [
            {"day": day, "what": what, "messages": number} for (day, what), number in sorted(one.by_day.items())
        ],
    }
