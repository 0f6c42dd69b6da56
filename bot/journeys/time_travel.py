"""Time-travel tests of journeys: what is to come of it when this person does that on this day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bot.domain.entries import ScheduleEntry
from bot.domain.errors import Fault, Place
from bot.domain.journey import Failed, Finished, Journey
from bot.journeys.entering import of_members
from bot.journeys.virtual_person import VirtualPerson
from bot.journeys.virtual_world import Noted, Someone, World

MESSAGES = ("sent", "asked", "reminded", "withheld", "handed_over")
"""What a test has to expect, each time that it comes: nothing of it comes unnoticed."""

# ---------------------------------------------------------------- what happens


@dataclass(frozen=True, slots=True)
class EventHappens:
    event: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ComesIn:
    """A schedule or another system lets the person in, with this data."""

    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    slots: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refuses:
    pass


@dataclass(frozen=True, slots=True)
class Says:
    """A message that answers no form; a keyword (STOP) is one."""

    text: str
    intent: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class ColleagueDoes:
    what: Literal["takes over", "is done"]


@dataclass(frozen=True, slots=True)
class EndsOutside:
    """An action or a webhook has come to its end, well or not."""

    name: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    failed: bool = False


@dataclass(frozen=True, slots=True)
class BecomesKnown:
    """Attributes of theirs have another value from now on, whoever told it."""

    attributes: Mapping[str, Any]


Happening = EventHappens | ComesIn | Answers | Refuses | Says | ColleagueDoes | EndsOutside | BecomesKnown

# ---------------------------------------------------------------- tests


@dataclass(frozen=True, slots=True)
class Expected:
    """What is to have come since the line before that expected something, and how things are then.

    `messages` are by their kinds; None: it does not matter. `inside` and `at` say whether the person is in the journey
    and at which step; `why` is to be in the reason of what was withheld.
    """

    place: Place
    messages: Mapping[str, tuple[str, ...]] | None = None
    why: str = ""
    inside: bool | None = None
    at: str | None = None
    tags: tuple[str, ...] | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)
    lead: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """At a moment (`on`, by the person's clock), or so long after the line before, this happens; then that holds."""

    place: Place
    on: datetime | None = None
    after: timedelta = timedelta()
    happens: tuple[Happening, ...] = ()
    then: Expected | None = None


@dataclass(frozen=True, slots=True)
class JourneyTest:
    name: str
    place: Place
    journey: str
    given: Someone
    lines: tuple[Line, ...]

    @property
    def zone(self) -> ZoneInfo:
        """Whose clock the lines go by: UTC for somebody whose zone the test does not say."""
        return ZoneInfo(self.given.time_zone or "UTC")


def hold_test(test: JourneyTest, world: World) -> Fault | None:
    """The first thing that comes otherwise than the test says; None where all is as it says."""
    # Other journeys would send, too; those that this one runs belong to it.
    alone = replace(world, journeys=_with_those_it_runs(world.journeys, test.journey))
    return _Trial(test, alone).hold()


def _with_those_it_runs(journeys: Mapping[str, Journey], name: str) -> dict[str, Journey]:
    found: dict[str, Journey] = {}
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name in journeys and name not in found:
            journey = journeys[name]
            found[name] = journey if not found else replace(journey, entries=())
            waiting += [step.journey for step in journey.steps.values() if step.kind == "run"]
    return found


class _Trial:
    def __init__(self, test: JourneyTest, world: World) -> None:
        self._test = test
        self._world = world
        self._journey = world.journeys[test.journey]
        # Held out is by chance of the id, and a test is about those who are not.
        self._world = replace(world, journeys={**world.journeys, test.journey: replace(self._journey, holdout=0)})
        self._journey = self._world.journeys[test.journey]
        self._noted: list[Noted] = []
        self._seen = 0
        self._now = self._first_moment()
        self._person = VirtualPerson(self._world, test.given, self._now, self._noted.append)

    def _first_moment(self) -> datetime:
        first = self._test.lines[0].on
        assert first is not None  # noqa: S101  the reader sees to it that the first line says when it is
        return self._moment(first)

    def _moment(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self._test.zone).astimezone(UTC)

    def hold(self) -> Fault | None:
        for line in self._test.lines:
            moment = self._moment(line.on) if line.on is not None else self._now + line.after
            if moment < self._now:
                return self._fault(line.place, "this line is before the one above it", "Put the lines in order.")
            self._now = moment
            self._person.run_until(moment)
            for happening in line.happens:
                wrong = self._do(happening)
                if wrong:
                    return self._fault(line.place, wrong)
                self._person.run_until(moment)
            if line.then is not None:
                wrong = self._differs(line.then)
                if wrong:
                    return self._fault(line.then.place, wrong, self._told())
        return None

    # ------------------------------------------------------------ what happens

    def _do(self, happening: Happening) -> str:
        """Let it happen; why it cannot, where it cannot."""
        person, now = self._person, self._now
        match happening:
            case EventHappens(event=event, data=data):
                person.happens(event, data, now)
            case ComesIn(data=data):
                return self._come_in(data)
            case Answers(slots=slots):
                return "" if person.answers(slots, now) else "nobody is asked anything at this moment"
            case Refuses():
                return "" if person.refuses(now) else "nobody is asked anything at this moment"
            case Says(text=text, intent=intent, channel=channel):
                self._say(text, intent, channel)
            case ColleagueDoes(what=what):
                if what == "takes over":
                    person.is_taken_over(now)
                else:
                    person.is_handed_back(now)
            case BecomesKnown(attributes=attributes):
                person.learns(attributes, now)
            case EndsOutside():
                return self._end_outside(happening)
        return ""

    def _come_in(self, data: Mapping[str, Any]) -> str:
        if self._person.is_admitted(self._journey, data, self._now):
            return ""
        entries, segments = self._journey.entries, self._world.segments
        timed = [of_members(entry, segments) for entry in entries if isinstance(entry, ScheduleEntry)]
        if any(self._person.is_let_in(self._journey, entry, data, self._now) for entry in timed):
            return ""
        return "neither the API nor a schedule lets this person in"

    def _say(self, text: str, intent: str, channel: str) -> None:
        meaning = self._world.rules.keyword(text)
        if meaning == "stop":
            self._person.opts_out(self._now)
        elif meaning is None:
            self._person.replies(text, intent, channel or next(iter(self._world.channels), ""), self._now)

    def _end_outside(self, ended: EndsOutside) -> str:
        started = [one for one in self._noted if one.what == "started" and one.subject == ended.name]
        if not started:
            return f'"{ended.name}" was not started'
        run_id, key = started[-1].run.id, started[-1].why
        outcome = Failed(key, "the test says so") if ended.failed else Finished(key, ended.slots)
        self._person.hears_of(run_id, outcome, self._now)
        return ""

    # ------------------------------------------------------------ what is expected

    def _differs(self, expected: Expected) -> str:
        """How things are otherwise than expected; empty where they are not."""
        news = [one for one in self._noted[self._seen :] if one.what in MESSAGES]
        self._seen = len(self._noted)
        if expected.messages is not None:
            wrong = _messages_differ(expected.messages, news)
            if wrong:
                return wrong
        if expected.why and not any(expected.why in one.why for one in news):
            return f'no reason says "{expected.why}"; {_listed(sorted({one.why for one in news}))}'
        inside = [one for one in self._person.inside.values() if one.journey == self._journey.id]
        if expected.inside is not None and expected.inside != bool(inside):
            return f"this person is {'still' if inside else 'not'} in the journey"
        if expected.at is not None and expected.at not in [one.step for one in inside]:
            return f"nobody waits at {expected.at}; this person is {_listed([one.step for one in inside]) or 'outside'}"
        return self._person_differs(expected)

    def _person_differs(self, expected: Expected) -> str:
        tags = tuple(sorted(self._person.profile["tags"]))
        if expected.tags is not None and tags != tuple(sorted(expected.tags)):
            return f"the tags are {_listed(tags) or 'none'}, not {_listed(sorted(expected.tags)) or 'none'}"
        lead = self._person.lead(self._now)
        groups = (("profile", expected.profile, self._person.profile), ("lead", expected.lead, lead))
        for group, wanted, there in groups:
            for name, value in wanted.items():
                if there.get(name) != value:
                    return f"{group}.{name} is {_shown(there.get(name))}, not {_shown(value)}"
        return ""

    # ------------------------------------------------------------ telling

    def _fault(self, place: Place, wrong: str, more: str = "") -> Fault:
        when = f"{self._now.astimezone(self._test.zone):%a %d %b %Y %H:%M}"
        return Fault(place, f'"{self._test.name}", {when}: {wrong}.', more)

    def _told(self) -> str:
        """What happened so far, for whoever looks for the mistake."""
        lines = [
            f"\n    {one.at.astimezone(self._test.zone):%a %d %b %H:%M}  {one.step or 'the start'}: {_did(one)}"
            for one in self._noted
            if one.what not in ("went", "ended", "left", "started")
        ]
        return "What happened:" + "".join(lines[-12:]) if lines else "Nothing has happened yet."


def _messages_differ(expected: Mapping[str, tuple[str, ...]], news: Sequence[Noted]) -> str:
    came = {kind: [one.subject for one in news if one.what == kind] for kind in MESSAGES}
    for kind in MESSAGES:
        wanted = expected.get(kind, ())
        if kind == "handed_over":
            # The desk of a hand-off is empty for the default one, so it is told by its reason.
            came[kind] = [one.why for one in news if one.what == kind]
            if len(wanted) == len(came[kind]) and all(map(str.__contains__, came[kind], wanted)):
                continue
        if list(wanted) != came[kind]:
            return f"{kind.replace('_', ' ')}: {_listed(came[kind]) or 'nothing'}, not {_listed(wanted) or 'nothing'}"
    return ""


def _did(noted: Noted) -> str:
    what = noted.what.replace("_", " ")
    if noted.what == "did":
        return noted.why
    return " ".join(part for part in (what, noted.subject, f"({noted.why})" if noted.why else "") if part)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names)


def _shown(value: Any) -> str:
    return "nothing" if value is None else f'"{value}"'
