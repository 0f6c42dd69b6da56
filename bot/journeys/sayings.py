"""Says in a marketer's words what a step does, where it leads, and what lets people in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import time, timedelta
from typing import Any

from bot.domain.entries import ApiEntry, Cron, Entry, EventEntry, Once, OnDate, PersonalCron, Schedule, ScheduleEntry
from bot.domain.journey import (
    MESSAGE_DELIVERED,
    MESSAGE_FAILED,
    MESSAGE_READ,
    REPLIED,
    SEGMENT_ENTERED,
    SEGMENT_LEFT,
)
from bot.domain.steps import (
    EVERY_DAY,
    USUAL_HOUR,
    ActionStep,
    AskStep,
    AttributeTime,
    BranchStep,
    CrmStep,
    EmitStep,
    HandoffStep,
    RunStep,
    ScoreStep,
    SendStep,
    SetStep,
    SplitStep,
    Step,
    TagStep,
    UntagStep,
    Until,
    WaitStep,
    WebhookStep,
)
from bot.journeys.wording import WEEKDAYS

UNITS = (("week", timedelta(weeks=1)), ("day", timedelta(days=1)), ("hour", timedelta(hours=1)))


def how_long(length: timedelta) -> str:
    """`2 days`, `1 day 12 hours`, `90 minutes`; weeks only where nothing is left over."""
    if length % timedelta(weeks=1) == timedelta():
        return _counted(length // timedelta(weeks=1), "week")
    parts = []
    for word, unit in UNITS[1:]:
        number, length = divmod(length, unit)
        parts += [_counted(number, word)] if number else []
    minutes, rest = divmod(length, timedelta(minutes=1))
    parts += [_counted(minutes, "minute")] if minutes else []
    parts += [_counted(rest.seconds, "second")] if rest.seconds else []
    return " ".join(parts)


def step_words(step: Step) -> tuple[str, tuple[str, ...]]:
    """What the step does, in one line, and what else there is to say of it."""
    match step:
        case SendStep(response=response, channels=channels, cap=cap, window=window, follows_links=follows):
            more = [f"by {_either(channels)}"]
            more += ["waits where a cap is reached"] if cap == "wait" else []
            more += ["at hours of its own"] if window is not None else []
            more += [f"at the best hour for {step.metric}"] if step.at_best else []
            more += [] if follows is None else ["notes who opens its links" if follows else "follows no links"]
            return f"Send {_response(response)}", tuple(more)
        case WaitStep():
            return _wait_words(step)
        case AskStep(form=form, channels=channels, need=need, remind=remind):
            more = [f"by {_either(channels)}", f"needs {_all(need)}"] if need else [f"by {_either(channels)}"]
            more += [f"reminds after {_all([how_long(one) for one in remind])}"] if remind else []
            return f"Ask with {form}", tuple(more)
        case BranchStep():
            return "Branch", ()
        case SplitStep(id=name, metric=metric, within=within, chooses_best=chooses_best):
            more = [f"for {metric} within {how_long(within)}"] if metric else []
            more += ["more and more the way that does best"] if chooses_best else []
            return f"Split {name}", tuple(more)
        case ScoreStep(fit=fit, engagement=engagement, reason=reason):
            points = [f"{points:+d} {what}" for what, points in (("fit", fit), ("engagement", engagement)) if points]
            return f"Score {_all(points)}", (reason,)
        case SetStep(values=values):
            return "Set the profile", tuple(_value(*one) for one in values)
        case TagStep(tag=tag):
            return f"Add to {tag}", ()
        case UntagStep(tag=tag):
            return f"Remove from {tag}", ()
        case _:
            return _words_of_others(step)


def _words_of_others(step: Step) -> tuple[str, tuple[str, ...]]:
    match step:
        case ActionStep(action=action, channels=channels):
            return f"Run {action}", (f"by {_either(channels)}",) if channels else ()
        case WebhookStep(endpoint=endpoint, body=body):
            return f"Tell {endpoint}", tuple(_value(*one) for one in body)
        case RunStep(journey=journey, values=values):
            return f"Go through {journey}", tuple(_value(*one) for one in values)
        case HandoffStep(reason=reason, desk=desk, within=within):
            more = (_expression(reason), *([f"to be claimed within {how_long(within)}"] if within else []))
            return f"Hand over to {desk or 'the desk'}", more
        case CrmStep(note=note, record=record, task=task, deal=deal):
            words = [_expression(one) for one in (note, task) if one]
            return "Update the CRM", (*words, *(_value(*one) for one in (*record, *deal)))
        case EmitStep(event=event, values=values):
            return f"Record {event}", tuple(_value(*one) for one in values)
        case _:
            return "Go on", ()


def _wait_words(step: WaitStep) -> tuple[str, tuple[str, ...]]:
    longest = how_long(step.at_most) if step.at_most else ""
    if step.events:
        ends = [f"if {step.condition}"] if step.condition is not None else []
        ends += [f"at most {longest}"] if longest else []
        ends += [f"not beyond {_until(step.until)}"] if step.until else []
        return f"Wait for {_either([event_words(one) for one in step.events])}", tuple(ends)
    if step.until:
        return f"Wait until {_until(step.until)}", (f"at most {longest}",) if longest else ()
    return f"Wait {longest}", ()


def ways_out(step: Step) -> tuple[tuple[str, str], ...]:
    """Each step that may follow, with when it does; no words where it simply follows."""
    match step:
        case BranchStep(arms=arms, otherwise=otherwise):
            return (*((target, f"if {condition}") for condition, target in arms), (otherwise, "else"))
        case SplitStep(arms=ways):
            return tuple((way.go, f"{way.name}, {way.weight}%") for way in ways)
        case AskStep(then=then, silent_go=silent_go, silent_after=after, refuse_go=refuse_go):
            return (then, "answered"), (silent_go, f"silent for {how_long(after)}"), (refuse_go, "does not want to")
        case HandoffStep(then=then, within=within, late_go=late_go) if within is not None:
            return (then, "claimed"), (late_go, "too late")
        case ActionStep(then=then, failed_go=failed_go) | WebhookStep(then=then, failed_go=failed_go):
            return ((then, ""),) if failed_go is None else ((then, "worked"), (failed_go, "failed"))
        case HandoffStep(then=then):
            return ((then, ""),)
        case _:
            return ((step.then, ""),)


# ---------------------------------------------------------------- entries


def entry_words(entry: Entry) -> str:
    """`when demo.requested happens, if event.size > 20; again after 12 weeks`."""
    match entry:
        case EventEntry(event=event, where=where):
            words = _entering(event, dict(where))
        case ScheduleEntry(schedule=schedule, segment=segment):
            words = _schedule_words(schedule) + (f", who is in the segment {segment}" if segment else "")
        case ApiEntry():
            words = "when another system lets them in over HTTP"
    if entry.condition:
        words += f", if {entry.condition}"
    if entry.again_after is None:
        return words
    return f"{words}; again after {how_long(entry.again_after)}" if entry.again_after else f"{words}; again each time"


def _entering(event: str, where: dict[str, tuple[str, ...]]) -> str:
    match event:
        case "segment.entered" | "segment.left":
            way = {SEGMENT_ENTERED: "come into", SEGMENT_LEFT: "fall out of"}[event]
            return f"when they {way} the segment {_either(where.get('segment', ()))}"
        case _ if event == REPLIED:
            said = f"and mean {_either(where['intent'])}" if "intent" in where else ""
            by = f"by {_either(where['channel'])}" if "channel" in where else ""
            return " ".join(part for part in ("when they write to us", by, said) if part)
        case _:
            return f"when {event} happens"


def _schedule_words(schedule: Schedule) -> str:
    match schedule:
        case Once(at=at):
            return f"on {at.day} {at:%B %Y at %H:%M} UTC"
        case Cron(expression=expression, zone=zone):
            return f"at {expression.lower()} (cron), {zone}"
        case PersonalCron(expression=expression):
            return f"at {expression.lower()} (cron), on their clock"
        case OnDate(attribute=attribute, days_before=days, at=at, yearly=yearly, monthly=monthly):
            way = "before" if days > 0 else "after"
            off = f"{how_long(timedelta(days=abs(days)))} {way} " if days else "on "
            every = ", every year" if yearly else ", every month" if monthly else ""
            return f"{off}profile.{attribute}{every}, at {at:%H:%M} on their clock"


EVENT_WORDS = {
    REPLIED: "a reply",
    MESSAGE_DELIVERED: "the message to arrive",
    MESSAGE_READ: "the message to be read",
    MESSAGE_FAILED: "the message to fail",
}


def event_words(event: str) -> str:
    return EVENT_WORDS.get(event, event)


# ---------------------------------------------------------------- parts


def _until(until: Until) -> str:
    match until:
        case AttributeTime(attribute=attribute, offset=offset, at=at, of=of):
            way = "before" if offset < timedelta() else "after"
            off = f"{how_long(abs(offset))} {way} " if offset else ""
            hour = f", {_clock(at)}" if of == "profile" or at != USUAL_HOUR else ""  # what starts has its hour
            return f"{off}{of}.{attribute}{hour}"
        case _:
            days = "" if until.days == EVERY_DAY else f"{days_words(until.days)} "
            return f"{days}{_clock(until.at)}"


def days_words(days: Iterable[int]) -> str:
    """`Mon to Sat`, or `Mon or Wed`."""
    ordered = sorted(days)
    names = [WEEKDAYS[day].capitalize() for day in ordered]
    in_a_row = len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1
    return f"{names[0]} to {names[-1]}" if in_a_row else _either(names)


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _response(name: str) -> str:
    return name.removeprefix("utter_")


def _value(name: str, value: Any) -> str:
    return f"{name}: {_expression(value)}"


def _expression(value: Any) -> str:
    if isinstance(value, str) and value.startswith("="):
        return value[1:].strip()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _either(items: Sequence[str]) -> str:
    return _joined(items, "or")


def _all(items: Sequence[str]) -> str:
    return _joined(items, "and")


def _joined(items: Sequence[str], word: str) -> str:
    return f"{', '.join(items[:-1])} {word} {items[-1]}" if len(items) > 1 else "".join(items)
