"""Patterns of states: what rules and stories are compiled to, and how a conversation is matched against them.

A pattern asks for what its author wrote and leaves the rest open (Rasa 3.6's `RulePolicy`). Patterns are looked up by
the action before and the intent, so that a choice costs the same however many rules there are.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Generic, TypeVar

from bot.dialogue.features import ANY_VALUE, Feature, feature
from bot.dialogue.trail import SNIPPET, START, State
from bot.domain.assistant import Slot

NOT_SET = "should_not_be_set"
"""Rasa's word for: must not be set. It stands for null in rules, where a slot that is left out may be anything."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StatePattern:
    """One state of a pattern. None, and slots that are not named, leave open what is there."""

    previous: str
    intent: str | None = None
    entities: frozenset[str] = frozenset()
    slots: tuple[tuple[str, Feature | str], ...] = ()
    loop: str | None = None

    def matches(self, state: State, slots: Mapping[str, Slot]) -> bool:
        if state.previous == START or self.previous == START:
            return state.previous == self.previous
        return (
            state.previous == self.previous
            and (self.intent is None or state.intent == self.intent)
            and (not self.entities or state.entities == self.entities)
            and (self.loop is None or state.loop == (None if self.loop == NOT_SET else self.loop))
            and all(_slot_matches(wanted, slots.get(name), state.slots.get(name)) for name, wanted in self.slots)
        )


def _slot_matches(wanted: Feature | str, slot: Slot | None, value: Any) -> bool:
    found = feature(slot, value) if slot is not None else None
    if wanted == NOT_SET:
        return found is None
    return found is not None and (wanted == ANY_VALUE or found == wanted)


@dataclass(frozen=True, slots=True)
class Pattern(Generic[T]):
    """States in order, oldest first, and what follows from them. `weight` ranks patterns that match at once."""

    states: tuple[StatePattern, ...]
    outcome: T
    weight: int

    def matches(self, states: Sequence[State], slots: Mapping[str, Slot]) -> bool:
        """Whether the last states are these ones; `states` may be fewer when the conversation is."""
        pairs = zip(reversed(self.states), reversed(states), strict=False)
        return len(states) >= len(self.states) and all(pattern.matches(state, slots) for pattern, state in pairs)


def state_pattern(state: State, slots: Mapping[str, Slot], *, every_slot: bool = False) -> StatePattern:
    """The pattern of a rule's state; with `every_slot` of a story's, where a slot that is null must not be set."""
    wanted: list[tuple[str, Feature | str]] = []
    for name, value in sorted(state.slots.items()):
        slot = slots.get(name)
        if slot is None or not slot.influence_conversation or slot.type == "any":
            continue
        if value == NOT_SET or (value is None and not every_slot):
            wanted.append((name, NOT_SET))
        elif value == ANY_VALUE:
            wanted.append((name, ANY_VALUE))
        elif (seen := feature(slot, value)) is not None:
            wanted.append((name, seen))
    return StatePattern(state.previous, state.intent, state.entities, tuple(wanted), state.loop)


def weight_of(states: Iterable[StatePattern]) -> int:
    """The length of the states in Rasa's JSON: Rasa prefers, of the rules that match, the one that is longest so."""
    return len(json.dumps([_as_json(state) for state in states], sort_keys=True))


def _as_json(state: StatePattern) -> dict[str, Any]:
    user: dict[str, Any] = {"intent": state.intent} if state.intent is not None else {}
    if state.entities:
        user["entities"] = sorted(state.entities)
    parts: dict[str, Any] = {
        "user": user,
        "slots": dict(state.slots),
        "prev_action": {"action_name": state.previous} if state.previous else {},
        "active_loop": {"name": state.loop} if state.loop else {},
    }
    return {name: part for name, part in parts.items() if part}


def after_snippet(states: Sequence[StatePattern]) -> tuple[StatePattern, ...]:
    """The states since `...`, after which anything may have gone before."""
    for index in range(len(states) - 1, -1, -1):
        if states[index].previous == SNIPPET:
            return tuple(states[index + 1 :])
    return tuple(states)


@dataclass(frozen=True, slots=True)
class PatternIndex(Generic[T]):
    """Patterns by the action and the intent of their last state, in the order in which they were written."""

    found_by: Mapping[tuple[str, str | None], tuple[Pattern[T], ...]] = field(default_factory=dict)

    def patterns(self) -> Iterator[Pattern[T]]:
        return chain.from_iterable(self.found_by.values())

    def best(self, states: Sequence[State], slots: Mapping[str, Slot]) -> Pattern[T] | None:
        """The heaviest pattern that matches; of equals, the one that was written first."""
        return max(self.all(states, slots), key=lambda pattern: pattern.weight, default=None)

    def all(self, states: Sequence[State], slots: Mapping[str, Slot]) -> list[Pattern[T]]:
        """Every pattern that matches, whether it has an intent or leaves it open."""
        last = states[-1]
        candidates = self.found_by.get((last.previous, last.intent), ())
        if last.intent is not None:
            candidates = (*candidates, *self.found_by.get((last.previous, None), ()))
        return [pattern for pattern in candidates if pattern.matches(states, slots)]


def index_of(patterns: Iterable[Pattern[T]]) -> PatternIndex[T]:
    found_by: dict[tuple[str, str | None], list[Pattern[T]]] = defaultdict(list)
    for pattern in patterns:
        last = pattern.states[-1]
        found_by[last.previous, last.intent].append(pattern)
    return PatternIndex({key: tuple(found) for key, found in found_by.items()})
