"""One advance in the making: where the enrolment stands so far, what is to be done, and what expressions read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.effects import JourneyEffect, WithdrawMessages
from bot.domain.journey import Enrolment, EnrolmentStatus, Facts, Journey, SplitCount
from bot.domain.steps import Step
from bot.domain.timeline import Counts
from bot.journeys.expression import evaluate, in_words, is_true
from bot.journeys.send_window import zones_of


@dataclass(frozen=True, slots=True)
class Advance:
    """Where the enrolment stands now, what to do, and each step that was taken with what it did, for people to read.

    An enrolment that is equal to the one before means that the trigger was stale and nothing is to be done.
    """

    enrolment: Enrolment
    effects: tuple[JourneyEffect, ...] = ()
    trail: tuple[tuple[str, str], ...] = ()
    ways: tuple[tuple[str, str], ...] = ()
    """Which arrows of the picture it took, from step to step; a `go` is not one."""

    counted: tuple[SplitCount, ...] = ()
    """What to count of splits."""


class Standing:
    """What an advance may change of an enrolment, changed in place: a new enrolment for each change costs too much."""

    __slots__ = (
        "arrived_at", "data", "due_at", "goal_at", "id", "profile_id", "reason", "reminded", "status", "step", "visit",
        "waiting_for",
    )  # fmt: skip

    def __init__(self, enrolment: Enrolment) -> None:
        self.id = enrolment.id
        self.profile_id = enrolment.profile_id
        self.step = enrolment.step
        self.visit = enrolment.visit
        self.due_at = enrolment.due_at
        self.waiting_for = enrolment.waiting_for
        self.arrived_at = enrolment.arrived_at
        self.reminded = enrolment.reminded
        self.status = enrolment.status
        self.reason = enrolment.reason
        self.data = enrolment.data
        self.goal_at = enrolment.goal_at


class Run:
    """What a step changes, the next step of the same run sees. `before` is the enrolment that the run began with."""

    def __init__(self, journey: Journey, enrolment: Enrolment, facts: Facts, now: datetime) -> None:
        self.journey = journey
        self.before = enrolment
        self.facts = facts
        self.enrolment = Standing(enrolment)
        self.profile = dict(facts.profile)
        self.lead = dict(facts.lead)
        self.grades = facts.grades
        self.counts = facts.did
        self.scored = set(facts.scored)
        self.rep_has_the_floor = facts.rep_has_the_floor
        self.now = now
        self.tallies = facts.tallies
        self.effects: list[JourneyEffect] = []
        self.counted: list[SplitCount] = []
        self._zones = facts.zones
        self._trail: list[tuple[str, str]] = []
        self._ways: list[tuple[str, str]] = []

    def result(self) -> Advance:
        stands = self.enrolment
        before = self.before
        # Written out: `dataclasses.replace` takes as long again as the whole advance of somebody who waits.
        after = Enrolment(
            id=before.id,
            journey=before.journey,
            version=before.version,
            profile_id=before.profile_id,
            entered_at=before.entered_at,
            step=stands.step,
            visit=stands.visit,
            due_at=stands.due_at,
            waiting_for=stands.waiting_for,
            arrived_at=stands.arrived_at,
            reminded=stands.reminded,
            status=stands.status,
            reason=stands.reason,
            seq=before.seq + 1,
            data=stands.data,
            entry=before.entry,
            lane=before.lane,
            goal_at=stands.goal_at,
            paused_at=before.paused_at,
        )
        return Advance(after, tuple(self.effects), tuple(self._trail), tuple(self._ways), tuple(self.counted))

    @property
    def key(self) -> str:
        """The step at which it is, this time: unique for ever."""
        return f"{self.enrolment.id}:{self.enrolment.step}:{self.enrolment.visit}"

    @property
    def zones(self) -> tuple[str, ...]:
        """Every time zone that the person may be in."""
        return self._zones or zones_of(self.profile.get("time_zone"), self.profile.get("phone"))

    @property
    def waits(self) -> bool:
        return self.enrolment.status is EnrolmentStatus.WAITING

    @property
    def stayed(self) -> bool:
        """Whether it is still where it was, and has not come round to the same step again."""
        return (self.enrolment.step, self.enrolment.visit) == (self.before.step, self.before.visit)

    # ------------------------------------------------------------ what expressions read

    def names(self) -> Mapping[str, Any]:
        return names_of(self.enrolment, self.profile, self.lead, self.counts, self.now)

    def holds(self, condition: str) -> bool:
        return is_true(condition, self.names())

    def computed(self, given: Any) -> Any:
        """A value as it stands, or what comes of an expression: `= answer.meeting_time`."""
        if isinstance(given, str) and given.startswith("="):
            return evaluate(given[1:], self.names())
        return given

    def all_computed(self, given: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
        return {name: self.computed(value) for name, value in given}

    def worded(self, given: str) -> str:
        return in_words(self.computed(given))

    def kept(self, name: str) -> Mapping[str, Any]:
        """A group of what the enrolment remembers; empty where it has none."""
        value = self.enrolment.data.get(name)
        return value if isinstance(value, dict) else {}

    # ------------------------------------------------------------ what changes

    def remember(self, **changes: Any) -> None:
        self.enrolment.data = {**self.enrolment.data, **changes}

    def arrive(self, step: Step) -> None:
        visits = {**self.kept("visits")}
        visits[step.id] = visit = int(visits.get(step.id, 0)) + 1
        stands = self.enrolment
        stands.data = {**stands.data, "visits": visits}
        stands.step = step.id
        stands.visit = visit
        stands.arrived_at = self.now
        stands.reminded = 0
        stands.due_at, stands.waiting_for = None, ()

    def rest(self, due_at: datetime, *waiting_for: str) -> None:
        self.enrolment.due_at, self.enrolment.waiting_for = due_at, waiting_for

    def did(self, what: str) -> None:
        self._trail.append((self.enrolment.step, what))

    def went(self, source: str, target: str) -> None:
        self._ways.append((source, target))

    def leave(self, why: str) -> None:
        self.did(f"left the journey: {why}")
        if self.before.seq > 0:  # before its first advance it has queued nothing
            self.effects.insert(0, WithdrawMessages(f"they have left the journey: {why}"))
        self.stop(EnrolmentStatus.DONE, why)

    def left_by_condition(self) -> bool:
        condition = self.journey.exit_when
        if condition is None or not self.holds(condition):
            return False
        self.leave(condition)
        return True

    def stop(self, status: EnrolmentStatus, reason: str) -> None:
        stands = self.enrolment
        stands.status, stands.reason = status, reason
        stands.due_at, stands.waiting_for = None, ()

    def park(self, reason: str) -> None:
        # What a run that ended in an error would have done is not done: a loop must not send as long as it turns.
        self.effects.clear()
        self.did(f"parked: {reason}")
        self.stop(EnrolmentStatus.PARKED, reason)


def names_of(
    enrolment: Enrolment | Standing,
    profile: Mapping[str, Any],
    lead: Mapping[str, Any],
    counts: Counts,
    now: datetime,
) -> Mapping[str, Any]:
    """What the expressions of this enrolment read."""
    data = enrolment.data
    return {
        "profile": profile,
        "lead": lead,
        "event": data.get("event"),
        "answer": data.get("answer"),
        "happened": data.get("happened"),
        "split": data.get("split"),
        "did": counts,
        "now": now,
    }


def later(moment: datetime, pause: timedelta) -> datetime:
    """`moment` plus `pause`, as far as the calendar goes."""
    try:
        return moment + pause
    except OverflowError:
        return datetime.max.replace(tzinfo=moment.tzinfo)


def shown(moment: datetime) -> str:
    return f"{moment:%d %b %Y %H:%M} UTC"
