"""The segments of one person in virtual time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.domain.audience import Segment
from bot.domain.effects import Emit
from bot.domain.journey import SEGMENT_ENTERED, SEGMENT_LEFT
from bot.journeys.expression import is_true
from bot.journeys.selection import looks_at


class VirtualSegments:
    """Which segments they belong to; `keep` says what has changed, as bot/services/keep_segments.py does."""

    def __init__(self, segments: Mapping[str, Segment]) -> None:
        self._segments = segments
        self._inside: set[str] = set()
        self._looked_at = frozenset().union(*(looks_at(one.condition) for one in segments.values()))

    def look_at(self, changed: set[str]) -> bool:
        """Whether any condition reads what has changed."""
        return not self._looked_at.isdisjoint(changed)

    def keep(
        self, profile: Mapping[str, Any], lead: Mapping[str, Any], did: Mapping[str, Counter[date]], now: datetime
    ) -> Sequence[Emit]:
        names = {"profile": profile, "lead": lead, "did": did, "now": now}
        emitted = []
        for name, segment in self._segments.items():
            if (belongs := is_true(segment.condition, names)) != (name in self._inside):
                self._inside ^= {name}
                emitted.append(Emit(SEGMENT_ENTERED if belongs else SEGMENT_LEFT, {"segment": name}))
        return emitted
