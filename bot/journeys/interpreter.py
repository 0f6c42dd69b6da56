"""The journey engine: from where somebody stands and what has happened to where they stand next, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.effects import Emit
from bot.domain.entries import Entry
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import (
    ENDED,
    ENTRANCE,
    HANDED_BACK,
    MOVED,
    TAKEN_OVER,
    Answered,
    Enrolment,
    EnrolmentStatus,
    Entered,
    Facts,
    Failed,
    Finished,
    Happened,
    Intake,
    Journey,
    Refused,
    SplitCount,
    TimerFired,
    Trigger,
)
from bot.domain.steps import END, AskStep, GoStep, HandoffStep, WaitStep
from bot.journeys.acting import act
from bot.journeys.chance import is_held_out
from bot.journeys.hearing import ANSWER, OUTCOME, ends_journey, is_awaited, is_over, is_own, key_of
from bot.journeys.resting import abandon, abandon_all, come_to_rest, go_on, goes_by_the_clock, rests
from bot.journeys.run import Advance, Run, later
from bot.journeys.tallied import tallied

__all__ = ["Advance", "advance", "begin", "begin_many", "gone_on", "heeds", "reached_after_all", "word_of_end"]

HOLD = timedelta(hours=1)
"""While a rep has the floor, a timer is looked at again this much later; word of a hand-back comes before, mostly."""

STANDS_STILL = "its time stands still, for a colleague has the floor"

MOST_STEPS = 500
"""Steps in one advance; content with a loop that never rests is refused, so only a fault of ours gets here."""


def begin(
    journey: Journey,
    enrolment_id: EnrolmentId,
    profile_id: ProfileId,
    event_data: Mapping[str, Any],
    now: datetime,
    *,
    entry: str | None = None,
) -> Enrolment:
    """A new enrolment, due at once: `Entered`, or else its timer, takes it through its first steps.

    That of somebody whom the journey leaves alone, to compare others with them, is over before it begins.
    """
    enrolment = Enrolment(
        id=enrolment_id,
        journey=journey.id,
        version=journey.version,
        profile_id=profile_id,
        entered_at=now,
        step=journey.first,
        due_at=now,
        data={"event": dict(event_data), "answer": {}, "happened": {}, "visits": {}},
        entry=entry,
        lane=enrolment_id if journey.many_at_once else "",
    )
    return _held_out(enrolment) if is_held_out(profile_id, journey.id, journey.holdout) else enrolment


def begin_many(
    journey: Journey, entry: Entry, event_data: Mapping[str, Any], now: datetime, *, once: str | None = None
) -> Intake:
    """The same for many at once. Their timers take them through their first steps."""
    each = begin(replace(journey, holdout=0), EnrolmentId(""), ProfileId(""), event_data, now)
    return Intake(journey, entry, each, _held_out(each), once)


def _held_out(enrolment: Enrolment) -> Enrolment:
    return replace(enrolment, status=EnrolmentStatus.HELD_OUT, reason="held out to compare others with", due_at=None)


def heeds(journey: Journey, event: str) -> bool:
    """Whether this event may do anything to somebody who is inside, wherever they are."""
    if journey.exit_when is not None or event in journey.exit_events:
        return True
    waits = (step.events for step in journey.steps.values() if isinstance(step, WaitStep))
    metrics = (one.metric for step in journey.steps.values() if (one := tallied(step)) is not None)
    return event in metrics or any(event in events for events in waits)


def advance(journey: Journey, enrolment: Enrolment, facts: Facts, now: datetime) -> Advance:
    """Move the enrolment on as far as it goes, or leave it as it is when the trigger does not concern it."""
    if enrolment.status is not EnrolmentStatus.WAITING or not _concerns(journey, enrolment, facts, now):
        return Advance(enrolment)
    run = Run(journey, enrolment, facts, now)
    _take_in(run, facts)
    match facts.trigger:
        case Happened(event=event) if ends_journey(journey, enrolment, facts, now):
            run.leave(f"{event} happened")
        case trigger if not run.left_by_condition():
            _move(run, trigger)
    if run.enrolment.status is EnrolmentStatus.DONE:
        abandon(run)
    elif run.waits and run.rep_has_the_floor:
        _hold(run)
    return run.result()


def gone_on(journey: Journey, enrolment: Enrolment, now: datetime) -> Enrolment:
    """The enrolment of a journey that is not paused any more: the time that it was does not count, but where it waits
    for one of the clock."""
    if enrolment.paused_at is None:
        return enrolment
    if goes_by_the_clock(journey.steps.get(enrolment.step)):
        return replace(enrolment, paused_at=None)
    stood_still = now - enrolment.paused_at
    return replace(
        enrolment,
        due_at=None if enrolment.due_at is None else later(enrolment.due_at, stood_still),
        arrived_at=None if enrolment.arrived_at is None else later(enrolment.arrived_at, stood_still),
        paused_at=None,
    )


def word_of_end(enrolment: Enrolment) -> tuple[Emit, ...]:
    """Word for the step that runs this journey, where one does and it is over."""
    parent = enrolment.data.get("parent")
    if enrolment.status is EnrolmentStatus.WAITING or not isinstance(parent, str):
        return ()
    word = {"key": parent, "journey": enrolment.journey, "status": enrolment.status.value, "reason": enrolment.reason}
    return (Emit(ENDED, word),)


# ---------------------------------------------------------------- what a trigger may do


def _concerns(journey: Journey, enrolment: Enrolment, facts: Facts, now: datetime) -> bool:
    """Whether the trigger may move this enrolment: not if it comes too early, too late or for something else."""
    begun = enrolment.seq > 0
    match facts.trigger:
        case Entered():
            return not begun
        case TimerFired():
            return enrolment.due_at is not None and enrolment.due_at <= now
        case Happened(event=event) as happened:
            return (
                ends_journey(journey, enrolment, facts, now)
                or (begun and is_awaited(journey, enrolment, facts, now))
                or (begun and event in (TAKEN_OVER, HANDED_BACK))
                or (is_own(enrolment, happened) and any(_reached_by(journey, enrolment, event, now)))
                or is_over(journey, enrolment, facts, now)
            )
        case Answered(slots=slots):
            step = journey.steps.get(enrolment.step)
            wanted = step.need if isinstance(step, AskStep) else ()
            return ANSWER in enrolment.waiting_for and all(slots.get(slot) is not None for slot in wanted)
        case Refused():
            return ANSWER in enrolment.waiting_for
        case Finished(key=key) | Failed(key=key):
            return OUTCOME in enrolment.waiting_for and key == key_of(enrolment)


def _reached_by(journey: Journey, enrolment: Enrolment, event: str, now: datetime) -> Iterator[SplitCount]:
    """The steps with ways that the person came through whose metric this is, in time and for the first time."""
    drawn, reached = enrolment.data.get("drawn"), enrolment.data.get("reached")
    for name, at in drawn.items() if isinstance(drawn, Mapping) else ():
        counted = tallied(journey.steps.get(name))
        if counted is None or counted.metric != event or (isinstance(reached, Mapping) and name in reached):
            continue
        went = datetime.fromisoformat(at)
        if now <= later(went, counted.within):
            yield SplitCount(name, enrolment.data["split"][name], went.astimezone(UTC).date(), reached=True)


def reached_after_all(
    journey: Journey, enrolment: Enrolment, event: str, now: datetime
) -> tuple[Enrolment, tuple[SplitCount, ...]]:
    """The same for a run that is over: a metric counts for a while after people have left."""
    counted = tuple(_reached_by(journey, enrolment, event, now))
    if not counted:
        return enrolment, ()
    reached = {**(enrolment.data.get("reached") or {}), **{one.step: now.isoformat() for one in counted}}
    return replace(enrolment, data={**enrolment.data, "reached": reached}, seq=enrolment.seq + 1), counted


def _take_in(run: Run, facts: Facts) -> None:
    """Keep what the trigger brought, for expressions to read and for whoever counts."""
    match facts.trigger:
        case Answered(slots=slots):
            run.remember(answer={**run.kept("answer"), **slots})
        case Happened(event=event, data=data) as happened:
            ends = ends_journey(run.journey, run.before, facts, run.now)
            if is_own(run.before, happened):
                _count(run, event, may_be_goal=ends)
            if ends or is_awaited(run.journey, run.before, facts, run.now):
                run.remember(happened={**data, "event": event})
        case TimerFired() if run.before.waiting_for and ANSWER not in run.before.waiting_for:
            run.remember(happened={})


def _count(run: Run, event: str, *, may_be_goal: bool) -> None:
    """Note the goal and the metrics that this event reaches."""
    counted = list(_reached_by(run.journey, run.before, event, run.now))
    if counted:
        run.counted += counted
        run.remember(reached={**run.kept("reached"), **{one.step: run.now.isoformat() for one in counted}})
    entered = run.before.entered_at
    for goal in run.journey.goals if may_be_goal else ():
        if goal.event == event and (goal.within is None or run.now <= later(entered, goal.within)):
            run.enrolment.goal_at = run.now


# ---------------------------------------------------------------- moving on


def _move(run: Run, trigger: Trigger) -> None:
    """From the step it rests at to the next one at which it rests, or to the end."""
    if run.before.seq == 0:
        _walk(run, ENTRANCE, run.journey.first)
        return
    step = run.journey.steps.get(run.before.step)
    is_moved = MOVED in run.before.waiting_for
    if not is_moved:
        _resume_clock(run)
    elif not isinstance(trigger, TimerFired):
        return
    if isinstance(trigger, TimerFired) and not isinstance(step, HandoffStep):
        if run.rep_has_the_floor and not (isinstance(step, AskStep) and step.human == "exit"):
            run.enrolment.due_at = later(run.now, HOLD)
            return
        if run.enrolment.due_at is not None and run.enrolment.due_at > run.now:
            return
    if is_moved:
        _walk(run, None, run.before.step)
        abandon_all(run)
    elif (target := go_on(run, step, trigger)) is not None:
        _walk(run, run.before.step, target)


def _walk(run: Run, source: str | None, target: str) -> None:
    """From `source`, where it went from there by itself, to the next rest."""
    if run.kept("held"):
        run.remember(held=None)
    if "behind" in run.enrolment.data:
        run.remember(behind=None)
    for _ in range(MOST_STEPS):
        step = run.journey.steps.get(target)
        if source is not None and (step is not None or target == END) and not isinstance(step, GoStep):
            run.went(source, target)
        if target == END:
            run.enrolment.step = END
            run.stop(EnrolmentStatus.DONE, "came to the end")
            return
        if step is None:
            run.park(f'there is no step "{target}" in this version of the journey')
            return
        run.arrive(step)
        if run.left_by_condition():
            return
        following = come_to_rest(run, step) if rests(step) else act(run, step)
        if following is None:
            return
        if not isinstance(step, GoStep):
            source = target
        target = following
    run.park(f"it took {MOST_STEPS} steps without a rest; put a wait into the loop")


# ---------------------------------------------------------------- while a colleague has the floor


def _hold(run: Run) -> None:
    """From now on its time stands still, and what is left of it is known."""
    due_at = run.before.due_at if run.stayed else run.enrolment.due_at
    if due_at is not None and not run.kept("held"):
        run.remember(held={"since": run.now.isoformat(), "due": due_at.isoformat()})
        run.did(STANDS_STILL)


def _resume_clock(run: Run) -> None:
    """The colleague is gone: the time that they had the floor does not count, but where a time of the clock is waited
    for."""
    held = run.kept("held")
    if run.rep_has_the_floor or not held:
        return
    due_at = datetime.fromisoformat(held["due"])
    if goes_by_the_clock(run.journey.steps.get(run.before.step)):
        run.enrolment.due_at = due_at
        run.remember(held=None)
        return
    stood_still = run.now - datetime.fromisoformat(held["since"])
    arrived = run.enrolment.arrived_at
    run.enrolment.due_at = later(due_at, stood_still)
    run.enrolment.arrived_at = None if arrived is None else later(arrived, stood_still)
    run.remember(held=None)
    run.did("its time goes on, for the colleague is gone")
