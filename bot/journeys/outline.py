"""A journey in words: its head, and its steps as the file has them, each with where it leads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.entries import ApiEntry, Cron, Entry, EventEntry, Once, OnDate, Schedule
from bot.domain.journey import REPLIED, WHOLE, Journey
from bot.domain.send_window import SendWindow
from bot.domain.steps import (
    ActionStep,
    AskStep,
    AttributeTime,
    BranchStep,
    ClockTime,
    CrmStep,
    EmitStep,
    GoStep,
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
from bot.journeys.wording import UNITS, WEEKDAYS


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """A step in the outline. `outcomes` are what may come of it, and the step that follows then."""

    id: str
    depth: int
    words: str
    outcomes: tuple[tuple[str, str], ...]


def outline(journey: Journey) -> list[OutlineRow]:
    """The steps in the order of the file, those inside a branch or split deeper than it."""
    order = sorted(journey.steps, key=lambda name: (journey.places[name].line, journey.places[name].column))
    rows: list[OutlineRow] = []
    columns: list[int] = []
    line = 0
    for name in order:
        place = journey.places[name]
        if place.line != line:
            while columns and columns[-1] >= place.column:
                columns.pop()
            columns.append(place.column)
        # Several steps in one line are of one list: [send: ..., wait: ...].
        line = place.line
        step = journey.steps[name]
        rows.append(OutlineRow(name, len(columns) - 1, described(step), outcomes(step)))
    return rows


def tree(journey: Journey) -> Iterator[str]:
    """The journey as lines of text. An arrow stands where a step does not lead to the next line."""
    yield from head_lines(journey)
    yield ""
    rows = outline(journey)
    wide = max((len(row.id) + 2 * row.depth for row in rows), default=0)
    for number, row in enumerate(rows):
        following = rows[number + 1].id if number + 1 < len(rows) else ""
        yield f"  {'  ' * row.depth}{row.id:{wide - 2 * row.depth}}  {row.words}".rstrip()
        for label, target in row.outcomes:
            if label or target != following:
                yield f"  {' ' * wide}    {f'{label} ' if label else ''}-> {target}"


def head_lines(journey: Journey) -> Iterator[str]:
    """What lets people in and out, and when it sends."""
    yield f"{journey.id}: {journey.purpose.value}, priority {journey.priority}, version {journey.version[:8]}"
    for entry in journey.entries:
        yield f"  enter   {entry_words(entry)}"
    goals = {goal.event: goal for goal in journey.goals}
    for event in journey.exit_events:
        goal = goals.get(event)
        within = f" within {length(goal.within)}" if goal is not None and goal.within is not None else ""
        yield f"  exit    {'goal ' if goal is not None else ''}{event}{within}"
    if journey.exit_when is not None:
        yield f"  exit    when {journey.exit_when}"
    if journey.holdout:
        yield f"  holdout {100 * journey.holdout / WHOLE:g}% get nothing"
    if journey.window is not None:
        yield f"  window  {window_words(journey.window)}"


def entry_words(entry: Entry) -> str:
    """What lets in, for whom, and when again."""
    match entry:
        case EventEntry(event=event, where=where):
            words = "a reply" if event == REPLIED else event
            words += "".join(f", {name} {' or '.join(values)}" for name, values in where)
        case ApiEntry():
            words = "the API"
        case _:
            words = _schedule_words(entry.schedule)
    condition = f", if {entry.condition}" if entry.condition else ""
    again = "" if entry.again_after is None else f", again {_again(entry.again_after)}"
    return words + condition + again


def _again(pause: timedelta) -> str:
    return f"after {length(pause)}" if pause else "always"


def _schedule_words(schedule: Schedule) -> str:
    match schedule:
        case Once(at=at):
            return f"once, {at:%d %b %Y %H:%M} UTC"
        case Cron(expression=expression, zone=zone):
            return f"cron {expression.lower()} in {zone}"
        case OnDate(attribute=attribute, days_before=days, at=at, yearly=yearly):
            shift = f" {abs(days)}d {'before' if days > 0 else 'after'}" if days else " on"
            return f"profile.{attribute}:{shift} that day{' of every year' if yearly else ''}, at {at:%H:%M}"


def window_words(window: SendWindow) -> str:
    """`09:00-20:00 mon-sat, person's time, else it waits`."""
    days = "" if len(window.days) == len(WEEKDAYS) else f" {days_words(window.days)}"
    zone = "the person's time" if window.zone == "person" else window.zone
    return f"{window.opens:%H:%M}-{window.closes:%H:%M}{days}, {zone}; closed: {window.closed}"


def days_words(days: Iterable[int]) -> str:
    """`mon-sat`, or `mon, wed`."""
    ordered = sorted(days)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{WEEKDAYS[ordered[0]]}-{WEEKDAYS[ordered[-1]]}"
    return ", ".join(WEEKDAYS[day] for day in ordered)


def length(pause: timedelta) -> str:
    """A length of time as content words it: `1d12h`."""
    left, words = pause, ""
    for unit in ("w", "d", "h", "m", "s"):
        count, rest = divmod(left, UNITS[unit])
        if count and (unit != "w" or not rest):
            words, left = f"{words}{count}{unit}", rest
    return words or "0s"


# ---------------------------------------------------------------- steps


def described(step: Step) -> str:
    """What the step does, in its kind's words."""
    match step:
        case SendStep(response=response, channels=channels):
            return f"send {response} by {_or(channels)}{', waits at a cap' if step.cap == 'wait' else ''}"
        case WaitStep():
            return _wait_words(step)
        case AskStep(form=form, channels=channels, remind=remind):
            reminders = f", remind after {', '.join(map(length, remind))}" if remind else ""
            return f"ask {form} by {_or(channels)}{reminders}"
        case BranchStep():
            return "branch"
        case SplitStep(metric=metric):
            return f"split{f' by {metric}' if metric else ''}"
        case ScoreStep(fit=fit, engagement=engagement, reason=reason):
            points = [f"{points:+d} {name}" for name, points in (("fit", fit), ("engagement", engagement)) if points]
            return f"score {', '.join(points)}: {reason}"
        case SetStep(values=values):
            return "set " + ", ".join(f"{name}: {value}" for name, value in values)
        case TagStep(tag=tag):
            return f"add to {tag}"
        case UntagStep(tag=tag):
            return f"remove from {tag}"
        case ActionStep(action=action):
            return f"action {action}"
        case WebhookStep(endpoint=endpoint):
            return f"webhook to {endpoint}"
        case RunStep(journey=journey):
            return f"run {journey}"
        case HandoffStep(reason=reason, desk=desk, within=within):
            limit = f", within {length(within)}" if within is not None else ""
            return f"handoff{f' to {desk}' if desk else ''}{limit}: {reason}"
        case CrmStep(note=note):
            return f"crm{f': {note}' if note else ''}"
        case EmitStep(event=event):
            return f"emit {event}"
        case GoStep():
            return "go"


def outcomes(step: Step) -> tuple[tuple[str, str], ...]:
    """What may come of the step, and which one follows; without words where there is one way only."""
    match step:
        case AskStep():
            silent = f"silent for {length(step.silent_after)}"
            return ("answered", step.then), (silent, step.silent_go), ("refused", step.refuse_go)
        case BranchStep(arms=arms, otherwise=otherwise):
            return (*((f"if {condition}", target) for condition, target in arms), ("else", otherwise))
        case SplitStep(arms=ways):
            return tuple((f"{way.name} {way.weight}%", way.go) for way in ways)
        case ActionStep(then=then, failed_go=failed) | WebhookStep(then=then, failed_go=failed):
            return (("", then),) if failed is None else (("done", then), ("failed", failed))
        case HandoffStep(then=then, within=within) if within is not None:
            return ("claimed", then), (f"late after {length(within)}", step.late_go)
        case _:
            return (("", step.then),)


def _wait_words(step: WaitStep) -> str:
    limits = [length(step.at_most)] if step.at_most is not None else []
    if step.until is not None:
        limits.append(f"until {_until_words(step.until)}")
    events = _or(["a reply" if event == REPLIED else event for event in step.events])
    if not step.events:
        return f"wait {', or '.join(limits)}"
    return f"wait for {events}, at most {', or '.join(limits)}"


def _until_words(until: Until) -> str:
    match until:
        case ClockTime(at=at, days=days):
            return f"{'' if len(days) == len(WEEKDAYS) else f'{days_words(days)} '}{at:%H:%M}"
        case AttributeTime(attribute=attribute, offset=offset, at=at):
            sign = "-" if offset < timedelta() else "+"
            return f"profile.{attribute}{f' {sign} {length(abs(offset))}' if offset else ''} at {at:%H:%M}"


def _or(names: Sequence[str]) -> str:
    return " or ".join(names)
