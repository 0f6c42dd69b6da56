"""Where neither a rule nor a story fits: the continuation that the stories support best.

Rasa asks a neural network here (TEDPolicy). This looks up what stories do in states that are like the last ones: as
many of them as possible, if need be without slots, then without entities. It says in the policy what it left out.
After a form that is done, where all else fails, it does what all stories with that form do, whatever was said in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.dialogue.stories import SeenState

Likeness = tuple[SeenState, ...]

LEVELS = ("", "slots", "slots and entities")
"""What is left out of the states, least first."""


@dataclass(frozen=True, slots=True)
class Support:
    """What stories do in like states: each action with the stories that have it, most of them first."""

    actions: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def share(self) -> float:
        """How much of what stories do the first action is; nothing where another is as well supported."""
        counts = [len(stories) for _, stories in self.actions]
        return 0.0 if counts[1:2] == counts[:1] else counts[0] / sum(counts)


@dataclass(frozen=True, slots=True)
class Experience:
    """All that stories do, by the last states, at each level and length. `longest` bounds the length.

    `after_forms`: what all stories do after a form, and one of them.
    """

    seen: Mapping[tuple[int, Likeness], Support] = field(default_factory=dict)
    longest: int = 0
    after_forms: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guess:
    action: str
    story: str
    how: str


def guess(experience: Experience, states: Sequence[SeenState], *, sure_above: float) -> Guess | None:
    """The best-supported action; None where stories know no like states, or do different things in them."""
    for length in range(min(len(states), experience.longest), 0, -1):
        for level, left_out in enumerate(LEVELS):
            support = experience.seen.get((level, _like(states[-length:], level)))
            if support is None or support.share <= sure_above:
                continue
            action, stories = support.actions[0]
            parts = [f"ignoring {left_out}"] if left_out else []
            if length < min(len(states), experience.longest):
                parts.append(f"from the last {length} state{'s' if length > 1 else ''}")
            return Guess(action, stories[0], "; ".join(parts) or "as others do")
    previous, *_, loop = states[-1] if states else ("", None)
    if loop is None and (known := experience.after_forms.get(previous)) is not None:
        return Guess(*known, "as all do after this form")
    return None


def learn(courses: Iterable[tuple[str, Sequence[tuple[SeenState, str]]]], longest: int) -> Experience:
    """Learn from stories: each its name, and its states with the action that follows."""
    courses = [(story, list(steps)) for story, steps in courses]
    counted: dict[tuple[int, Likeness], dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for story, steps in courses:
        states = [state for state, _ in steps]
        for index, (_, action) in enumerate(steps):
            for length in range(1, min(index + 1, longest) + 1):
                for level in range(len(LEVELS)):
                    key = (level, _like(states[index + 1 - length : index + 1], level))
                    counted[key][action][story] = None
    return Experience({key: _support(actions) for key, actions in counted.items()}, longest, _after_forms(courses))


def _after_forms(courses: Sequence[tuple[str, Sequence[tuple[SeenState, str]]]]) -> dict[str, tuple[str, str]]:
    forms = {loop for _, steps in courses for (*_, loop), _ in steps if loop is not None}
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for story, steps in courses:
        for (previous, *_, loop), action in steps:
            if loop is None and previous in forms:
                found[previous].setdefault(action, story)
    return {form: next(iter(actions.items())) for form, actions in found.items() if len(actions) == 1}


def _support(actions: Mapping[str, Mapping[str, None]]) -> Support:
    ranked = sorted(actions.items(), key=lambda entry: -len(entry[1]))
    return Support(tuple((action, tuple(stories)) for action, stories in ranked))


def _like(states: Sequence[SeenState], level: int) -> Likeness:
    return tuple(
        (previous, said, frozenset() if level > 1 else entities, frozenset() if level > 0 else slots, loop)
        for previous, said, entities, slots, loop in states
    )
