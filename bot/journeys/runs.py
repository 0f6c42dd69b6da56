"""Checks journeys against each other: those that run others must not come round to themselves, and those that tell
events should not set each other off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from bot.documents import Faults
from bot.domain.entries import EventEntry
from bot.domain.journey import Journey
from bot.domain.steps import END, EmitStep, RunStep
from bot.journeys.graph import without_rest


def check_runs(journeys: Mapping[str, Journey], faults: Faults) -> None:
    """Report each `run` by which a journey would run itself, perhaps through others."""
    for journey in journeys.values():
        for step in journey.steps.values():
            if not isinstance(step, RunStep):
                continue
            way = _way({one.id: _run_by(one) for one in journeys.values()}, step.journey, journey.id)
            if way:
                faults.add(
                    journey.places[step.id],
                    f"this journey would run itself: {' -> '.join([journey.id, *way])}.",
                    "Let one of them end before the other begins: emit an event, or go to a step.",
                )


def warn_of_chains(journeys: Mapping[str, Journey], warnings: Faults) -> None:
    """Warn of each `emit` by which a journey would begin again at once, perhaps through others, and each time."""
    told = {one.id: list(_told_at_once(one)) for one in journeys.values()}
    begun = {
        name: [one.id for one in journeys.values() if any(_enters_each_time(one, step.event) for step in steps)]
        for name, steps in told.items()
    }
    for journey in journeys.values():
        for step in told[journey.id]:
            others = [one.id for one in journeys.values() if _enters_each_time(one, step.event)]
            way = next(filter(None, (_way(begun, other, journey.id) for other in others)), None)
            if way:
                warnings.add(
                    journey.places[step.id],
                    f"this journey would set itself off at once: {' -> '.join([journey.id, *way])}. Such a round is "
                    "broken off with an error, and what follows is lost.",
                    "Let one of them wait first, or let people in once (without again: always).",
                )


def _told_at_once(journey: Journey) -> Iterator[EmitStep]:
    """What it tells of somebody before they have rested anywhere, and so that they may come in again."""
    for name in _at_once(journey, journey.first):
        step = journey.steps.get(name)
        if isinstance(step, EmitStep) and (journey.many_at_once or END in _at_once(journey, name)):
            yield step


def _at_once(journey: Journey, start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        if (name := waiting.pop()) not in reached:
            reached.add(name)
            waiting += without_rest(journey.steps[name]) if name in journey.steps else ()
    return reached


def _enters_each_time(journey: Journey, event: str) -> bool:
    return any(
        isinstance(one, EventEntry) and one.event == event and one.again_after == timedelta(0)
        for one in journey.entries
    )


def _run_by(journey: Journey) -> Sequence[str]:
    return [step.journey for step in journey.steps.values() if isinstance(step, RunStep)]


def _way(next_of: Mapping[str, Sequence[str]], start: str, goal: str) -> list[str]:
    """The journeys from `start` to `goal`, each of which begins the next; empty where there is no such way."""
    ways = [[start]]
    seen = set()
    while ways:
        way = ways.pop()
        last = way[-1]
        if last == goal:
            return way
        if last in next_of and last not in seen:
            seen.add(last)
            ways += [[*way, one] for one in next_of[last]]
    return []
