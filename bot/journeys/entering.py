"""Whether something lets a person into a journey: which entries it goes through, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.audience import Segment
from bot.domain.entries import Entry, EventEntry, ScheduleEntry
from bot.domain.journey import Journey
from bot.domain.timeline import Counts
from bot.journeys.expression import is_true


def opened_by(journeys: Iterable[Journey], event: str, data: Mapping[str, Any]) -> Iterator[tuple[Journey, EventEntry]]:
    """Each journey that the event may let somebody into, with every entry that it goes through."""
    for journey in journeys:
        for entry in journey.entries:
            if isinstance(entry, EventEntry) and entry.event == event and _fits(entry, data):
                yield journey, entry


def _fits(entry: EventEntry, data: Mapping[str, Any]) -> bool:
    return all(data.get(name) in wanted for name, wanted in entry.where)


def of_members(entry: ScheduleEntry, segments: Mapping[str, Segment]) -> ScheduleEntry:
    """The entry with its segment's condition, as that is now, in place of the segment's name. Of one whose file is gone
    nobody is a member."""
    if entry.segment is None:
        return entry
    segment = segments.get(entry.segment)
    conditions = ["false" if segment is None else segment.condition, *filter(None, [entry.condition])]
    together = conditions[0] if len(conditions) == 1 else " and ".join(f"({one})" for one in conditions)
    return replace(entry, segment=None, condition=together)


def is_too_soon(entry: Entry, last: datetime | None, now: datetime) -> bool:
    """Whether somebody who was last let in at `last` (None: never) may not come again yet."""
    return last is not None and (entry.again_after is None or now - last < entry.again_after)


def meets_condition(
    entry: Entry,
    profile: Mapping[str, Any],
    lead: Mapping[str, Any],
    data: Mapping[str, Any],
    now: datetime,
    *,
    counts: Counts | None = None,
) -> bool:
    """Whether the condition of the entry, if it has one, holds for this person; `data` is what they come in with.

    `counts` are of the events that the condition counts.
    """
    if entry.condition is None:
        return True
    return is_true(entry.condition, {"profile": profile, "lead": lead, "did": counts, "event": data, "now": now})
