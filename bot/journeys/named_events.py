"""The events that content names: what a form can offer to count."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.audience import Segment
from bot.domain.entries import EventEntry
from bot.domain.journey import MEETING_BOOKED, REPLIED, SEGMENT_ENTERED, SEGMENT_LEFT, Journey
from bot.domain.score import ScoreRule
from bot.domain.steps import WaitStep
from bot.journeys.expression import counted_events

ALWAYS_TOLD = frozenset({REPLIED, MEETING_BOOKED})


def named_events(
    journeys: Iterable[Journey], rules: Iterable[ScoreRule], segments: Iterable[Segment]
) -> frozenset[str]:
    """Those that journeys begin, wait or end with, rules give points for and segments count; those of segments are not
    counted by segments."""
    found = set(ALWAYS_TOLD)
    for journey in journeys:
        found |= {entry.event for entry in journey.entries if isinstance(entry, EventEntry)}
        found |= {event for step in journey.steps.values() if isinstance(step, WaitStep) for event in step.events}
        found |= {*journey.exit_events, *(goal.event for goal in journey.goals)}
    found |= {rule.event for rule in rules if rule.event is not None}
    for segment in segments:
        found |= counted_events(segment.condition)
    return frozenset(found - {SEGMENT_ENTERED, SEGMENT_LEFT})
