"""Steps at which people rest: how they come to rest, and what lets them go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.effects import AskForm, CallWebhook, StartAction, StartJourney, StopJourney
from bot.domain.journey import (
    ENDED,
    MESSAGE_STATES,
    MOVED,
    TAKEN_OVER,
    Answered,
    Enrolment,
    Failed,
    Finished,
    Happened,
    Journey,
    Refused,
    TimerFired,
    Trigger,
)
from bot.domain.steps import (
    ActionStep,
    AskStep,
    AttributeTime,
    ClockTime,
    HandoffStep,
    RunStep,
    Step,
    WaitStep,
    WebhookStep,
)
from bot.journeys.acting import hand_over
from bot.journeys.hearing import ANSWER, OUTCOME, is_awaited
from bot.journeys.run import Run, later, shown
from bot.journeys.schedule import attribute_time, next_clock_time
from bot.journeys.send_window import next_opening

OUTCOME_WITHIN = timedelta(hours=12)
"""What was started outside and has not told of its end for so long has failed: the outbox gives up before that."""

CHILD_WITHIN = timedelta(days=3660)
"""A journey that was run ends by itself; this is only so that no enrolment rests without a time."""


WITH_A_COLLEAGUE = "a colleague took over"


def rests(step: Step) -> bool:
    """Whether people rest at this step, so that a loop with it ends its turn there."""
    match step:
        case WaitStep() | AskStep() | ActionStep() | WebhookStep() | RunStep():
            return True
        case HandoffStep(within=within):
            return within is not None
        case _:
            return False


def goes_by_the_clock(step: Step | None) -> bool:
    """Whether people wait there for a time that comes when it does, though their journey stands still meanwhile."""
    return isinstance(step, WaitStep) and step.until is not None


def come_to_rest(run: Run, step: Step) -> str | None:
    """Begin the step; which one follows, where there is nothing to wait for after all."""
    match step:
        case WaitStep():
            return _wait(run, step)
        case AskStep(human="exit") if run.rep_has_the_floor:
            run.leave(WITH_A_COLLEAGUE)
        case AskStep():
            run.effects.append(AskForm(step.form, step.channels, run.key))
            run.rest(_next_nudge(run, step, reminded=0), ANSWER)
            run.did(f"asks {step.form} by {' or '.join(step.channels)}")
        case ActionStep():
            run.effects.append(StartAction(step.action, step.channels, run.key))
            run.rest(later(run.now, OUTCOME_WITHIN), OUTCOME)
            run.did(f"runs {step.action}")
        case WebhookStep():
            run.effects.append(CallWebhook(step.endpoint, run.all_computed(step.body), run.key))
            run.rest(later(run.now, OUTCOME_WITHIN), OUTCOME)
            run.did(f"tells {step.endpoint}")
        case RunStep():
            data = {**run.kept("event"), **run.all_computed(step.values)}
            run.effects.append(StartJourney(step.journey, data, run.key))
            run.rest(later(run.now, CHILD_WITHIN), ENDED, OUTCOME)
            run.did(f"runs the journey {step.journey}")
        case HandoffStep(within=timedelta() as within):
            hand_over(run, step)
            if run.rep_has_the_floor:
                return step.then
            run.rest(later(run.now, within), TAKEN_OVER)
        case _:
            raise AssertionError(step)
    return None


def go_on(run: Run, step: Step | None, trigger: Trigger) -> str | None:
    """Which step follows the one that the person rests at, now that this has happened; None: they stay there."""
    match step, trigger:
        case AskStep(), Answered():
            run.did("answered: " + ", ".join(step.need))
            return step.then
        case AskStep(), Refused():
            run.did("did not want to answer")
            return step.refuse_go
        case AskStep(human="exit"), _ if run.rep_has_the_floor:
            run.leave(WITH_A_COLLEAGUE)
        case AskStep(), TimerFired():
            return _remind_or_give_up(run, step)
        case WaitStep(), TimerFired() if (due_at := _still_to_come(run, step)) is not None:
            _wait_until(run, step, due_at)
        case WaitStep(), TimerFired():
            run.did("the time is over")
            return step.then
        case ((ActionStep() | WebhookStep()), (Finished() | Failed() | TimerFired())):
            return _outcome(run, step, trigger)
        case HandoffStep(), TimerFired() if not run.rep_has_the_floor:
            run.did("nobody took over in time")
            return step.late_go
        case HandoffStep(), TimerFired():
            return step.then
        case RunStep(), Failed(why=why):
            run.park(f"the journey {step.journey} could not be run: {why}")
        case RunStep(), Happened(event=event, data=data) if event == ENDED:
            if data.get("status") == "parked":
                run.park(f"the journey {step.journey}, which it runs, was stopped by an error")
                return None
            run.did(f"is through with {step.journey}")
            return step.then
        case ((WaitStep() | HandoffStep()), Happened(event=event)) if is_awaited(
            run.journey, run.before, run.facts, run.now
        ):
            run.did(f"{event} happened")
            return step.then
        case ((WaitStep() | AskStep() | ActionStep() | WebhookStep() | HandoffStep() | RunStep()), _):
            pass
        case _:
            run.park(f'it rests at "{run.before.step}", which is no step that anybody rests at')
    return None


OUTER_IS_OVER = "the journey that ran it is over"


def abandon(run: Run) -> None:
    """What was started for the step at which the person leaves the journey is to end, too."""
    if run.stayed and isinstance(run.journey.steps.get(run.before.step), RunStep):
        run.effects.append(StopJourney(run.key))


def abandon_all(run: Run) -> None:
    """So is what was started for the step that publishing took the person out of: which one that was is not kept."""
    for step, visit in run.before.data.get("visits", {}).items():
        run.effects.append(StopJourney(f"{run.enrolment.id}:{step}:{visit}"))


# ---------------------------------------------------------------- waits


def _wait(run: Run, step: WaitStep) -> str | None:
    asks_of_message = step.until is None and MESSAGE_STATES.intersection(step.events)
    ends = _ends(run, step, _asked_at(run) if asks_of_message else run.now)
    if not ends or min(ends) <= run.now:
        run.did(f"does not wait, for its time is {'past' if ends else 'not known'}")
        return step.then
    _wait_until(run, step, min(ends))
    return None


def _wait_until(run: Run, step: WaitStep, due_at: datetime) -> None:
    run.rest(due_at, *step.events)
    if step.until is not None:
        run.remember(zones=list(run.zones))
    run.did(f"waits{' for ' + ' or '.join(step.events) if step.events else ''} until {shown(due_at)}")


def _still_to_come(run: Run, step: WaitStep) -> datetime | None:
    """When the wait is over on the clock of somebody who has moved meanwhile, or by a day of theirs that has moved;
    None where it is over by that, too."""
    begun_in = run.enrolment.data.get("zones")
    if _awaited_day(step) is None and (step.until is None or begun_in is None or begun_in == list(run.zones)):
        return None
    ends = _ends(run, step, run.enrolment.arrived_at or run.now)
    due_at = min(ends, default=run.now)
    return due_at if due_at > run.now else None


def _ends(run: Run, step: WaitStep, since: datetime) -> list[datetime]:
    return _ends_of(step, run.profile, run.enrolment.data.get("event"), run.zones, since)


def _ends_of(
    step: WaitStep, profile: Mapping[str, Any], brought: Any, zones: Sequence[str], since: datetime
) -> list[datetime]:
    """What a wait that began at `since` ends with, whichever comes first."""
    ends = [] if step.at_most is None else [later(since, step.at_most)]
    match step.until:
        case None:
            return ends
        case ClockTime() as until:
            return [*ends, next_clock_time(until, zones, since)]
        case AttributeTime(of="event") as until:
            moment = attribute_time(until, _told(brought, until.attribute), zones)
        case AttributeTime() as until:
            moment = attribute_time(until, profile.get(until.attribute), zones)
    return ends if moment is None else [*ends, moment]


def _awaited_day(step: Step | None) -> str | None:
    """The attribute whose day the step waits for."""
    until = step.until if isinstance(step, WaitStep) else None
    return until.attribute if isinstance(until, AttributeTime) and until.of == "profile" else None


def days_awaited(journey: Journey) -> frozenset[str]:
    """What the journey waits for of what is known of people, as conditions look at it: `profile.renewal_date`."""
    return frozenset(f"profile.{day}" for step in journey.steps.values() if (day := _awaited_day(step)) is not None)


def due_by_profile(
    journey: Journey, enrolment: Enrolment, profile: Mapping[str, Any], zones: Sequence[str], now: datetime
) -> Enrolment:
    """The enrolment with the time that it waits for by what is known of the person now; itself, where that is the same.

    Where a colleague has the floor, it is due then once they are gone.
    """
    step = journey.steps.get(enrolment.step)
    if not isinstance(step, WaitStep) or _awaited_day(step) is None or MOVED in enrolment.waiting_for:
        return enrolment
    ends = _ends_of(step, profile, enrolment.data.get("event"), zones, enrolment.arrived_at or now)
    due_at = max(min(ends, default=now), now)
    held = enrolment.data.get("held")
    if due_at.isoformat() == held["due"] if held else due_at == enrolment.due_at:
        return enrolment
    data = {**enrolment.data, "held": {**held, "due": due_at.isoformat()}} if held else enrolment.data
    return replace(enrolment, due_at=due_at, data=data, seq=enrolment.seq + 1)


def _told(brought: Any, path: str) -> Any:
    """What the person came in with says by this name; None where it says nothing."""
    value = brought
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


# ---------------------------------------------------------------- questions


def _remind_or_give_up(run: Run, step: AskStep) -> str | None:
    asked_at = _asked_at(run)
    if run.now >= later(asked_at, step.silent_after):
        run.did("no answer in time")
        return step.silent_go
    # After a standstill several reminders may be due; they are one.
    reminded = sum(later(asked_at, remind) <= run.now for remind in step.remind)
    if reminded > run.enrolment.reminded:
        run.effects.append(AskForm(step.form, step.channels, f"{run.key}:remind{reminded}", again=True))
        run.did(f"reminds ({reminded} of {len(step.remind)})")
    reminded = max(reminded, run.enrolment.reminded)
    run.enrolment.reminded = reminded
    run.enrolment.due_at = _next_nudge(run, step, reminded=reminded)
    return None


def _next_nudge(run: Run, step: AskStep, *, reminded: int) -> datetime:
    """When to remind next, or to take the silence for an answer."""
    pauses = (*sorted(step.remind)[reminded:], step.silent_after)
    return later(_asked_at(run), min(pauses))


def put_off(journey: Journey, enrolment: Enrolment, until: datetime) -> Enrolment:
    """The question that it waits at is asked at `until` only, so its silence counts from then. A clock that stands
    still (a colleague has the floor, the journey is paused) is left to whoever sets it going."""
    step = journey.steps.get(enrolment.step)
    if not isinstance(step, AskStep) or enrolment.reminded or enrolment.paused_at or enrolment.data.get("held"):
        return enrolment
    due_at = later(until, min((*step.remind, step.silent_after)))
    return replace(enrolment, arrived_at=until, due_at=due_at, seq=enrolment.seq + 1)


def waits_behind(journey: Journey, enrolment: Enrolment, message: str) -> WaitStep | None:
    """The wait that this run came to right behind the message that one of its steps has sent; None where it is at
    another step by now, or its clock stands still."""
    step = journey.steps.get(enrolment.step)
    stands_still = enrolment.paused_at is not None or enrolment.data.get("held")
    if not isinstance(step, WaitStep) or MOVED in enrolment.waiting_for or stands_still:
        return None
    return step if enrolment.data.get("behind") == message else None


def put_off_wait(
    step: WaitStep, enrolment: Enrolment, until: datetime, profile: Mapping[str, Any], zones: Sequence[str]
) -> Enrolment:
    """The wait behind a message that leaves at `until` only begins then; what ends at a day of theirs ends when it
    did."""
    ends = _ends_of(step, profile, enrolment.data.get("event"), zones, until)
    if enrolment.due_at is None or not ends or (due_at := max(min(ends), enrolment.due_at)) == enrolment.due_at:
        return enrolment
    return replace(enrolment, arrived_at=until, due_at=due_at, seq=enrolment.seq + 1)


def _asked_at(run: Run) -> datetime:
    """When what was said could first go out: silence counts from there, not from a night or a Sunday before it."""
    arrived = run.enrolment.arrived_at or run.now
    if run.journey.window is None:
        return arrived
    return next_opening((run.journey.window,), run.zones, arrived) or arrived


# ---------------------------------------------------------------- what goes on outside


def _outcome(run: Run, step: ActionStep | WebhookStep, trigger: Trigger) -> str | None:
    match trigger:
        case Finished(slots=slots):
            run.remember(answer={**run.kept("answer"), **slots})
            run.did("it is done")
            return step.then
        case Failed(why=why):
            reason = why
        case _:
            reason = "nothing was heard of it in time"
    if step.failed_go is None:
        run.park(reason)
        return None
    run.did(f"it failed: {reason}")
    return step.failed_go
