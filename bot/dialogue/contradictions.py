"""Rules and stories that cannot both be followed (`check_for_contradictions` of Rasa 3.6's `RulePolicy`).

Every rule and story is gone through as if it were happening; where the rules would do something else than it says, the
two contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.dialogue.rules import Outcome, RuleBook, advise, lived, rule_trails, story_trails
from bot.dialogue.trail import SNIPPET, State, Trail
from bot.domain.assistant import Rule, Slot, SlotStep, Story
from bot.domain.errors import Fault, Place


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Where `kind` `name` says `action`, the rule of `instead` says another one. `unseen` are slots that a condition of
    either names, and that rules do not look at."""

    kind: Literal["rule", "story"]
    name: str
    place: Place
    action: str
    instead: Outcome
    unseen: tuple[str, ...] = ()

    def fault(self) -> Fault:
        other = self.instead
        return Fault(
            self.place,
            f'the {self.kind} "{self.name}" goes on with {self.action} where the rule "{other.rule}" '
            f"({other.place}) goes on with {other.action}.",
            self._advice(),
        )

    def _advice(self) -> str:
        if self.unseen:
            names = ", ".join(f'"{name}"' for name in self.unseen)
            return (
                f"A condition on {names} does not tell them apart: rules do not look at a slot of the type any, or "
                "with influence_conversation: false. Give it another type, such as text, or take that line out."
            )
        if self.kind == "rule":
            return "Give one of them a condition, or make them one."
        return "Let the story do what the rule does, or give the rule a condition."


def contradictions(
    book: RuleBook, rules: Sequence[Rule], stories: Iterable[Story], slots: Mapping[str, Slot]
) -> list[Contradiction]:
    """Each contradiction once, in the order of the rules and then of the stories."""
    initial: dict[str, Any] = {
        slot.name: slot.initial_value for slot in slots.values() if slot.initial_value is not None
    }
    found: dict[Contradiction, None] = {}
    unseen = {rule.name: _unseen(rule, slots) for rule in rules}
    for rule in rules:
        for trail in rule_trails(rule):
            for action, instead in _elsewhere(book, trail, slots):
                both = sorted({*unseen[rule.name], *unseen.get(instead.rule, ())})
                found[Contradiction("rule", rule.name, rule.place, action, instead, tuple(both))] = None
    for story in stories:
        for trail in story_trails(story, initial):
            for action, instead in _elsewhere(book, trail, slots):
                by = unseen.get(instead.rule, ())
                found[Contradiction("story", story.name, story.place, action, instead, tuple(by))] = None
    return list(found)


def _unseen(rule: Rule, slots: Mapping[str, Slot]) -> list[str]:
    """The slots of its conditions that tell nothing."""
    named = {name for step in rule.condition if isinstance(step, SlotStep) for name in step.slots}
    known = [slot for name in sorted(named) if (slot := slots.get(name)) is not None]
    return [slot.name for slot in known if slot.type == "any" or not slot.influence_conversation]


def _elsewhere(book: RuleBook, trail: Trail, slots: Mapping[str, Slot]) -> Iterator[tuple[str, Outcome]]:
    """The actions in whose place the rules have others. Nobody can foresee the first one, or one after `...`."""
    states: list[State] = []
    foreseeable = False
    for state, action in trail.steps():
        states.append(lived(state, slots))
        if action is None:
            return
        if foreseeable and action != SNIPPET and not _is_the_forms(states[-1], action):
            advice = advise(book, states, slots)
            if advice.outcome is not None and advice.action is not None and advice.action != action:
                yield action, replace(advice.outcome, action=advice.action)
        foreseeable = action != SNIPPET


def _is_the_forms(state: State, action: str) -> bool:
    """Whether an open form acts here before any rule: it takes a message, and waits when it has asked."""
    return state.loop is not None and (action == state.loop or state.previous == state.loop)
