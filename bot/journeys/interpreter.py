"""The journey engine: from where somebody stands and what has happened to where they stand next, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.effects import (
    AddTag,
    AskForm,
    ChangeScore,
    PersonEffect,
    RequestHandoff,
    SendResponse,
    SetAttribute,
    SyncCrm,
)
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import (
    END,
    Answered,
    AskStep,
    BranchStep,
    CrmStep,
    Enrolment,
    EnrolmentStatus,
    Entered,
    Facts,
    GoStep,
    HandoffStep,
    Happened,
    Journey,
    Refused,
    ScoreStep,
    SendStep,
    SetStep,
    Step,
    TagStep,
    TimerFired,
    WaitStep,
)
from bot.domain.score import Score
from bot.journeys.expression import evaluate, in_words, is_true
from bot.journeys.send_window import next_opening, zones_of

ANSWER = "answer"
"""What an enrolment waits for while it asks; events have a dot in their names, so none is called so."""

HOLD = timedelta(hours=1)
"""While a rep has the floor, a question's timer is looked at again this much later."""

MOST_STEPS = 500
"""Steps in one advance; content with a loop that never rests is refused, so only a fault of ours gets here."""


@dataclass(frozen=True, slots=True)
class Advance:
    """Where the enrolment stands now, what to do, and each step that was taken with what it did, for people to read.

    An enrolment that is equal to the one before means that the trigger was stale and nothing is to be done.
    """

    enrolment: Enrolment
    effects: tuple[PersonEffect, ...] = ()
    trail: tuple[tuple[str, str], ...] = ()


def begin(
    journey: Journey, enrolment_id: EnrolmentId, profile_id: ProfileId, event_data: Mapping[str, Any], now: datetime
) -> Enrolment:
    """A new enrolment, due at once: `Entered`, or else its timer, takes it through its first steps."""
    return Enrolment(
        id=enrolment_id,
        journey=journey.id,
        version=journey.version,
        profile_id=profile_id,
        entered_at=now,
        step=journey.first,
        due_at=now,
        data={"event": dict(event_data), "answer": {}, "happened": {}, "visits": {}},
    )


def advance(journey: Journey, enrolment: Enrolment, facts: Facts, now: datetime) -> Advance:
    """Move the enrolment on as far as it goes, or leave it as it is when the trigger does not concern it."""
    if enrolment.status is not EnrolmentStatus.WAITING or not _concerns(journey, enrolment, facts, now):
        return Advance(enrolment)
    run = _Run(journey, enrolment, facts, now)
    match facts.trigger:
        case Happened(event=event) if event in journey.exit_events:
            run.leave(f"{event} happened")
        case trigger:
            run.take_in(trigger)
            run.go_on(trigger)
    return run.result()


def _concerns(journey: Journey, enrolment: Enrolment, facts: Facts, now: datetime) -> bool:
    """Whether the trigger may move this enrolment: not if it comes too early, too late or for something else."""
    begun = enrolment.seq > 0
    match facts.trigger:
        case Entered():
            return not begun
        case TimerFired():
            return enrolment.due_at is not None and enrolment.due_at <= now
        case Happened(event=event):
            return (
                event in journey.exit_events
                or (begun and event != ANSWER and event in enrolment.waiting_for)
                or is_true(journey.exit_when or "", _names(enrolment, facts.profile, facts.lead, now))
            )
        case Answered(slots=slots):
            step = journey.steps.get(enrolment.step)
            wanted = step.need if isinstance(step, AskStep) else ()
            return ANSWER in enrolment.waiting_for and all(slots.get(slot) is not None for slot in wanted)
        case Refused():
            return ANSWER in enrolment.waiting_for


def _names(
    enrolment: Enrolment, profile: Mapping[str, Any], lead: Mapping[str, Any], now: datetime
) -> Mapping[str, Any]:
    data = enrolment.data
    return {
        "profile": profile,
        "lead": lead,
        "event": data.get("event"),
        "answer": data.get("answer"),
        "happened": data.get("happened"),
        "now": now,
    }


class _Run:
    """One advance in the making. What a step changes, the next step of the same run sees."""

    def __init__(self, journey: Journey, enrolment: Enrolment, facts: Facts, now: datetime) -> None:
        self._journey = journey
        self._before = enrolment
        self._enrolment = enrolment
        self._profile = dict(facts.profile)
        self._lead = dict(facts.lead)
        self._held = facts.rep_has_the_floor
        self._now = now
        self._effects: list[PersonEffect] = []
        self._trail: list[tuple[str, str]] = []

    def result(self) -> Advance:
        after = replace(self._enrolment, seq=self._before.seq + 1)
        return Advance(after, tuple(self._effects), tuple(self._trail))

    def leave(self, why: str) -> None:
        self._did(f"left the journey: {why}")
        self._stop(EnrolmentStatus.DONE, why)

    def take_in(self, trigger: object) -> None:
        """Keep what the trigger brought, for expressions to read."""
        match trigger:
            case Answered(slots=slots):
                self._remember(answer={**self._kept("answer"), **slots})
            case Happened(event=event, data=data):
                self._remember(happened={**data, "event": event})
            case TimerFired() if self._before.waiting_for and ANSWER not in self._before.waiting_for:
                self._remember(happened={})

    def go_on(self, trigger: object) -> None:
        """From the step it rests at to the next one at which it rests, or to the end."""
        if self._left_by_condition():
            return
        if self._before.seq == 0:
            self._walk(self._journey.first)
            return
        step = self._journey.steps.get(self._before.step)
        match step, trigger:
            case AskStep(), Answered():
                self._did("answered: " + ", ".join(step.need))
                self._walk(step.then)
            case AskStep(), Refused():
                self._did("did not want to answer")
                self._walk(step.refuse_go)
            case AskStep(), TimerFired() if self._held:
                self._enrolment = replace(self._enrolment, due_at=_later(self._now, HOLD))
                self._did("holds its reminders, for a colleague has the floor")
            case AskStep(), TimerFired():
                self._remind_or_give_up(step)
            case WaitStep(), Happened(event=event):
                self._did(f"{event} happened")
                self._walk(step.then)
            case WaitStep(), TimerFired():
                self._did("the time is over")
                self._walk(step.then)
            case _:
                self._park(f'it rests at "{self._before.step}", which is no step that anybody rests at')

    def _walk(self, target: str) -> None:
        for _ in range(MOST_STEPS):
            if target == END:
                self._enrolment = replace(self._enrolment, step=END)
                self._stop(EnrolmentStatus.DONE, "came to the end")
                return
            step = self._journey.steps.get(target)
            if step is None:
                self._park(f'there is no step "{target}" in this version of the journey')
                return
            self._arrive(step)
            if self._left_by_condition():
                return
            match step:
                case WaitStep():
                    self._wait(step)
                    return
                case AskStep():
                    self._ask(step)
                    return
                case _:
                    target = self._do(step)
        self._park(f"it took {MOST_STEPS} steps without a rest; put a wait into the loop")

    def _arrive(self, step: Step) -> None:
        visits = {**self._kept("visits")}
        visits[step.id] = visit = int(visits.get(step.id, 0)) + 1
        self._remember(visits=visits)
        self._enrolment = replace(
            self._enrolment,
            step=step.id,
            visit=visit,
            arrived_at=self._now,
            reminded=0,
            due_at=None,
            waiting_for=(),
        )

    # ------------------------------------------------------------ steps that rest

    def _wait(self, step: WaitStep) -> None:
        due_at = None if step.at_most is None else _later(self._now, step.at_most)
        self._enrolment = replace(self._enrolment, due_at=due_at, waiting_for=step.events)
        until = "" if due_at is None else f" until {_moment(due_at)}"
        self._did(f"waits for {' or '.join(step.events)}{until}" if step.events else f"waits{until}")

    def _ask(self, step: AskStep) -> None:
        self._effects.append(AskForm(step.form, step.channels, self._key()))
        self._enrolment = replace(self._enrolment, due_at=self._next_nudge(step, reminded=0), waiting_for=(ANSWER,))
        self._did(f"asks {step.form} by {' or '.join(step.channels)}")

    def _remind_or_give_up(self, step: AskStep) -> None:
        asked_at = self._asked_at()
        if self._now >= _later(asked_at, step.silent_after):
            self._did("no answer in time")
            self._walk(step.silent_go)
            return
        # After a standstill several reminders may be due; they are one.
        reminded = sum(_later(asked_at, remind) <= self._now for remind in step.remind)
        if reminded > self._enrolment.reminded:
            self._effects.append(AskForm(step.form, step.channels, f"{self._key()}:remind{reminded}", again=True))
            self._did(f"reminds ({reminded} of {len(step.remind)})")
        reminded = max(reminded, self._enrolment.reminded)
        self._enrolment = replace(self._enrolment, reminded=reminded, due_at=self._next_nudge(step, reminded=reminded))

    def _next_nudge(self, step: AskStep, *, reminded: int) -> datetime:
        """When to remind next, or to take the silence for an answer."""
        asked_at = self._asked_at()
        pauses = (*sorted(step.remind)[reminded:], step.silent_after)
        return _later(asked_at, min(pauses))

    def _asked_at(self) -> datetime:
        """When the question could first go out: silence counts from there, not from a night or a Sunday before it."""
        arrived = self._enrolment.arrived_at or self._now
        if self._journey.window is None:
            return arrived
        zones = zones_of(self._profile.get("time_zone"), self._profile.get("phone"))
        return next_opening((self._journey.window,), zones, arrived) or arrived

    # ------------------------------------------------------------ steps that act and go on

    def _do(self, step: Step) -> str:
        """Act, and say which step comes next."""
        match step:
            case BranchStep(arms=arms, otherwise=otherwise):
                for condition, target in arms:
                    if self._holds(condition):
                        self._did(f"goes to {target}, because {condition}")
                        return target
                self._did(f"goes to {otherwise}, because no condition holds")
                return otherwise
            case SendStep(response=response, channels=channels):
                self._effects.append(SendResponse(response, channels, self._key()))
                self._did(f"sends {response} by {' or '.join(channels)}")
            case ScoreStep():
                self._score(step)
            case SetStep(values=values):
                self._set(values)
            case TagStep(tag=tag):
                self._effects.append(AddTag(tag))
                tags = self._profile.get("tags")
                self._profile["tags"] = [*tags, tag] if isinstance(tags, list | tuple) else [tag]
                self._did(f"adds to {tag}")
            case HandoffStep(reason=reason, desk=desk):
                self._effects.append(RequestHandoff(self._worded(reason), desk))
                self._did(f"hands over to {desk or 'the sales desk'}")
            case CrmStep(note=note):
                self._effects.append(SyncCrm(self._worded(note)))
                self._did("updates the CRM")
            case GoStep(then=then):
                self._did(f"goes to {then}")
            case _:
                raise AssertionError(step)
        return step.then

    def _score(self, step: ScoreStep) -> None:
        rule = f"journey:{self._journey.id}:{step.id}"
        changes = []
        if step.fit:
            changes.append(ChangeScore("fit", step.fit, step.reason, rule))
        if step.engagement:
            # One rule counts once for a person, so each dimension is a rule of its own where there are two.
            own_rule = f"{rule}:engagement" if step.fit else rule
            changes.append(ChangeScore("engagement", step.engagement, step.reason, own_rule))
        self._effects.extend(changes)
        for change in changes:
            self._lead[change.dimension] = _number(self._lead.get(change.dimension)) + change.points
        score = Score(_number(self._lead.get("fit")), _number(self._lead.get("engagement")))
        self._lead.update(total=score.total, grade=score.grade)
        self._did(", ".join(f"{change.points:+d} {change.dimension}" for change in changes))

    def _set(self, values: tuple[tuple[str, Any], ...]) -> None:
        for name, given in values:
            value = self._computed(given)
            self._effects.append(SetAttribute(name, value))
            self._profile[name] = value
        self._did("sets " + ", ".join(name for name, _ in values))

    def _computed(self, given: Any) -> Any:
        """A value as it stands, or what comes of an expression: `= answer.meeting_time`."""
        if isinstance(given, str) and given.startswith("="):
            return evaluate(given[1:], self._names())
        return given

    def _worded(self, given: str) -> str:
        return in_words(self._computed(given))

    # ------------------------------------------------------------ the run itself

    def _left_by_condition(self) -> bool:
        condition = self._journey.exit_when
        if condition is None or not self._holds(condition):
            return False
        self.leave(condition)
        return True

    def _holds(self, condition: str) -> bool:
        return is_true(condition, self._names())

    def _names(self) -> Mapping[str, Any]:
        return _names(self._enrolment, self._profile, self._lead, self._now)

    def _key(self) -> str:
        return f"{self._enrolment.id}:{self._enrolment.step}:{self._enrolment.visit}"

    def _kept(self, name: str) -> Mapping[str, Any]:
        value = self._enrolment.data.get(name)
        return value if isinstance(value, Mapping) else {}

    def _remember(self, **changes: Any) -> None:
        self._enrolment = replace(self._enrolment, data={**self._enrolment.data, **changes})

    def _did(self, what: str) -> None:
        self._trail.append((self._enrolment.step, what))

    def _stop(self, status: EnrolmentStatus, reason: str) -> None:
        self._enrolment = replace(self._enrolment, status=status, reason=reason, due_at=None, waiting_for=())

    def _park(self, reason: str) -> None:
        # What a run that ended in an error would have done is not done: a loop must not send as long as it turns.
        self._effects.clear()
        self._did(f"parked: {reason}")
        self._stop(EnrolmentStatus.PARKED, reason)


def _later(moment: datetime, pause: timedelta) -> datetime:
    """`moment` plus `pause`, as far as the calendar goes."""
    try:
        return moment + pause
    except OverflowError:
        return datetime.max.replace(tzinfo=moment.tzinfo)


def _moment(moment: datetime) -> str:
    return f"{moment:%d %b %Y %H:%M} UTC"


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
