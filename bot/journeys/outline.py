"""A journey as an outline: its head, and its steps as the file has them, each with where it leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.journey import WHOLE, Journey
from bot.domain.send_window import SendWindow
from bot.domain.steps import EVERY_DAY, Step
from bot.journeys.sayings import days_words, entry_words, how_long, step_words, ways_out


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """A step in the outline. `ways` are the steps that may follow, each with when it does."""

    id: str
    depth: int
    words: str
    ways: tuple[tuple[str, str], ...]


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
        rows.append(OutlineRow(name, len(columns) - 1, _in_one_line(step), ways_out(step)))
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
        for target, label in row.ways:
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
        within = f" within {how_long(goal.within)}" if goal is not None and goal.within is not None else ""
        yield f"  exit    {'goal ' if goal is not None else ''}{event}{within}"
    if journey.exit_if is not None:
        yield f"  exit    by these only if {journey.exit_if}"
    if journey.exit_when is not None:
        yield f"  exit    when {journey.exit_when}"
    if journey.holdout:
        yield f"  holdout {100 * journey.holdout / WHOLE:g}% get nothing"
    if journey.window is not None:
        yield f"  window  {_window_words(journey.window)}"


def _window_words(window: SendWindow) -> str:
    """`09:00-20:00 Mon to Sat, the person's time; closed: wait`."""
    days = "" if window.days == EVERY_DAY else f" {days_words(window.days)}"
    zone = "the person's time" if window.zone == "person" else window.zone
    return f"{window.opens:%H:%M}-{window.closes:%H:%M}{days}, {zone}; closed: {window.closed}"


def _in_one_line(step: Step) -> str:
    words, more = step_words(step)
    return f"{words} ({'; '.join(more)})" if more else words
