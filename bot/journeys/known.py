"""What a journey may refer to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.domain.audience import Attribute, ProfileSchema
from bot.domain.preview import Wording
from bot.ports import Abilities

Wordings = Callable[[str, str], Sequence[Wording] | None]
"""What a response says on a channel, to somebody of whom nothing is known; None where that cannot be told."""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything by its name. `forms` maps each form to the slots that it fills, `actions` are custom actions.

    `profile` is what people are declared to have; without it they may have anything. `questions` maps each form to the
    responses that it asks with; `abilities` and `wordings` say what channels can do, as far as that is known.
    `answers` are the slots that hold nothing but what their authors let them, with their kinds.
    `left_out` finds the channels that this installation could have and has not.
    """

    responses: frozenset[str] = frozenset()
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    channels: frozenset[str] = frozenset()
    left_out: Callable[[], Collection[str]] = tuple
    desks: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    intents: frozenset[str] = frozenset()
    slots: frozenset[str] = frozenset()
    journeys: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    crms: frozenset[str] = frozenset()
    endpoints: frozenset[str] = frozenset()
    profile: ProfileSchema | None = None
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    abilities: Mapping[str, Abilities] = field(default_factory=dict)
    wordings: Wordings | None = None
    answers: Mapping[str, Attribute] = field(default_factory=dict)

    def with_journeys(self, names: Iterable[str]) -> Known:
        """The same, where these are the journeys."""
        return replace(self, journeys=frozenset(names))
