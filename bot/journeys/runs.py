"""Checks journeys against each other: those that run others must not come round to themselves."""

from __future__ import annotations

from collections.abc import Mapping

from bot.documents import Faults
from bot.domain.journey import Journey
from bot.domain.steps import RunStep


def check_runs(journeys: Mapping[str, Journey], faults: Faults) -> None:
    """Report each `run` by which a journey would run itself, perhaps through others."""
    for journey in journeys.values():
        for step in journey.steps.values():
            if not isinstance(step, RunStep):
                continue
            way = _way(journeys, step.journey, journey.id)
            if way:
                faults.add(
                    journey.places[step.id],
                    f"this journey would run itself: {' -> '.join([journey.id, *way])}.",
                    "Let one of them end before the other begins: emit an event, or go to a step.",
                )


def _way(journeys: Mapping[str, Journey], start: str, goal: str) -> list[str]:
    """The journeys from `start` to `goal`, each of which runs the next; empty where there is no such way."""
    ways = [[start]]
    seen = set()
    while ways:
        way = ways.pop()
        last = way[-1]
        if last == goal:
            return way
        if last in journeys and last not in seen:
            seen.add(last)
            steps = journeys[last].steps.values()
            ways += [[*way, step.journey] for step in steps if isinstance(step, RunStep)]
    return []
