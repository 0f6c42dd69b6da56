"""Steps of which it is counted what came of each of their ways: splits, and messages at the best time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.steps import SendStep, SplitStep, Step

BEST, ANY = "best", "any"
"""The ways of a message at the best time: most go then, and some at any hour, to compare the others with."""


@dataclass(frozen=True, slots=True)
class Tallied:
    """What the ways compete for, and so long after a person went one it counts."""

    metric: str
    within: timedelta
    ways: tuple[str, ...]


def tallied(step: Step | None) -> Tallied | None:
    """None of a step of which nothing is counted."""
    match step:
        case SplitStep(metric=metric, within=within, arms=arms) if metric:
            return Tallied(metric, within, tuple(arm.name for arm in arms))
        case SendStep(at_best=True, metric=metric, within=within):
            return Tallied(metric, within, (BEST, ANY))
        case _:
            return None
