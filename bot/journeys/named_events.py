"""The events that content names: what a form can offer to count."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.audience import Segment
from bot.domain.entries import EventEntry
from bot.domain.journey import MEETING_BOOKED, REPLIED, SEGMENT_ENTERED, SEGMENT_LEFT, Journey
from bot.domain.score import ScoreRule
from bot.domain.steps import WaitStep
from bot.journeys.expression import counted_events
from bot.journeys.tallied import tallied

ALWAYS_TOLD = frozenset({REPLIED, MEETING_BOOKED})


def named_events(
    journeys: Iterable[Journey], rules: Iterable[ScoreRule], segments: Iterable[Segment]
) -> frozenset[str]:
    """Those that journeys begin, wait or end with, rules give points for and segments count; those of segments are not
    counted by segments."""
    found = {*ALWAYS_TOLD, *named_in_rules(rules, segments)}
    for journey in journeys:
        found |= _moving(journey)
    return frozenset(found - {SEGMENT_ENTERED, SEGMENT_LEFT})


def named_in_journey(journey: Journey) -> frozenset[str]:
    """Those that it begins, waits or ends with, counts, or has as what its steps compete for."""
    metrics = (one.metric for step in journey.steps.values() if (one := tallied(step)) is not None)
    return frozenset(_moving(journey) | {*journey.counted, *metrics})


def named_in_rules(rules: Iterable[ScoreRule], segments: Iterable[Segment]) -> frozenset[str]:
    """Those that give points, and that segments count."""
    return frozenset(rule.event for rule in rules if rule.event is not None).union(
        *(counted_events(segment.condition) for segment in segments)
    )


def _moving(journey: Journey) -> set[str]:
    begins = {entry.event for entry in journey.entries if isinstance(entry, EventEntry)}
    awaited = {event for step in journey.steps.values() if isinstance(step, WaitStep) for event in step.events}
    return {*begins, *awaited, *journey.exit_events, *(goal.event for goal in journey.goals)}
