"""What a journey may refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.domain.audience import ProfileSchema


@dataclass(frozen=True, slots=True)
class Known:
    """Everything by its name. `forms` maps each form to the slots that it fills, `actions` are custom actions.

    `profile` is what people are declared to have; without it they may have anything.
    """

    responses: frozenset[str] = frozenset()
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    channels: frozenset[str] = frozenset()
    desks: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    intents: frozenset[str] = frozenset()
    slots: frozenset[str] = frozenset()
    journeys: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    crms: frozenset[str] = frozenset()
    endpoints: frozenset[str] = frozenset()
    profile: ProfileSchema | None = None

    def with_journeys(self, names: Iterable[str]) -> Known:
        """The same, where these are the journeys."""
        return replace(self, journeys=frozenset(names))
