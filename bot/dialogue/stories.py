"""Stories: courses of conversation that are known by heart (Rasa 3.6's `MemoizationPolicy` and its augmented kin)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.dialogue.features import Feature, feature, told_value
from bot.dialogue.rules import story_trails
from bot.dialogue.story_conflicts import Conflict
from bot.dialogue.trail import START, Did, Heard, State, Trail, Values, same_words
from bot.domain.assistant import LoopStep, Rule, Slot, SlotStep, Story, UserStep

SeenState = tuple[str, str | None, frozenset[str], frozenset[tuple[str, Feature]], str | None]
Memory = tuple[SeenState, ...]


@dataclass(frozen=True, slots=True)
class StoryBook:
    """All stories, compiled: after these states, this action, says that story.

    What stories continue differently is in no memory: where they tell other values of entities, `told_apart` has each
    with its action and story, and else it is among the `conflicts`.
    """

    memories: Mapping[Memory, tuple[str, str]] = field(default_factory=dict)
    seen_slots: tuple[Slot, ...] = ()
    unseen_loops: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    max_history: int = 5
    conflicts: tuple[Conflict, ...] = ()
    told_apart: Mapping[Memory, Sequence[tuple[Values, str, str]]] = field(default_factory=dict)


def recall(book: StoryBook, trail: Trail, *, by_words: bool = False) -> tuple[str, str] | None:
    """The action that a story has next, and the story's name.

    First as everything went; then as if the conversation had begun later, so that a story may begin at any time.
    `by_words`: only stories that tell in which words the last message was said (end to end).
    """
    if not book.memories or (by_words and not book.texts):
        return None
    for candidate in (trail, *_later_beginnings(trail, book.max_history)):
        states = candidate.states()[-book.max_history :]
        if by_words and states[-1].text not in book.texts:
            return None
        memory = _memory(book, states, by_words=by_words)
        if (found := book.memories.get(memory) or _by_values(book, memory, states[-1].values)) is not None:
            return found
    return None


def _by_values(book: StoryBook, memory: Memory, said: Values) -> tuple[str, str] | None:
    """Of stories that only the values of entities tell apart, the one with those that were said."""
    found = {action: story for told, action, story in book.told_apart.get(memory, ()) if told <= said}
    return next(iter(found.items())) if len(found) == 1 else None


def _later_beginnings(trail: Trail, max_history: int) -> Iterator[Trail]:
    """The longest first: as if nothing had been before, and no slot been set, from each step of the last few on."""
    for index in range(_first_in_memory(trail, max_history), len(trail.happenings)):
        if isinstance(trail.happenings[index], (Heard, Did)):
            yield Trail(trail.happenings[index:], trail.first_slots, trail.first_slots)


def _first_in_memory(trail: Trail, max_history: int) -> int:
    """The message with which more actions than a memory spans have begun (`_trim_tracker_by_max_history` in Rasa)."""
    actions = 0
    for index in range(len(trail.happenings) - 1, -1, -1):
        happening = trail.happenings[index]
        actions += isinstance(happening, (Heard, Did))  # before each message the bot has listened
        if actions > max_history and isinstance(happening, Heard):
            return index
    return 0


def seen_states(book: StoryBook, trail: Trail) -> Memory:
    """The last states of a trail as stories see them."""
    return _memory(book, trail.states()[-book.max_history :], by_words=True)


def compile_stories(
    stories: Iterable[Story], rules: Iterable[Rule], slots: Mapping[str, Slot], *, max_history: int = 5
) -> StoryBook:
    """Make stories ready to be recalled. What two stories continue differently is in neither's memory, as in Rasa."""
    stories = tuple(stories)
    rules = tuple(rules)
    set_at_first = {slot.name for slot in slots.values() if feature(slot, slot.initial_value) is not None}
    only_in_rules = _named_slots(rules) - _named_slots(stories) - set_at_first
    seen = tuple(
        slot
        for slot in slots.values()
        if slot.influence_conversation and slot.type != "any" and slot.name not in only_in_rules
    )
    book = StoryBook({}, seen, _named_loops(rules) - _named_loops(stories), _told_texts(stories), max_history)
    first_slots = {slot.name: slot.initial_value for slot in slots.values() if slot.initial_value is not None}
    memories: dict[Memory, tuple[str, Story, Values]] = {}
    told: dict[Memory, list[tuple[Values, str, str]]] = {}
    forgotten: set[Memory] = set()
    conflicts: dict[tuple[str, str, str, str], Conflict] = {}
    for story in stories:
        for steps in _told_courses(book, story, first_slots):
            states = tuple(state for state, _, _ in steps)
            for index, (_, values, action) in enumerate(steps):
                key = states[max(0, index + 1 - max_history) : index + 1]
                known, other, others = memories.setdefault(key, (action, story, values))
                if values:
                    told.setdefault(key, []).append((values, action, story.name))
                if known == action:
                    continue
                forgotten.add(key)
                is_told_apart = values and others and values != others
                if states[index][0] != START and not is_told_apart:  # how a conversation begins, no story foretells
                    one = (str(story.place), action, str(other.place), known)
                    conflicts.setdefault(one, Conflict(story, action, other, known))
    return replace(
        book,
        memories={key: (action, one.name) for key, (action, one, _) in memories.items() if key not in forgotten},
        conflicts=tuple(conflicts.values()),
        told_apart={key: ways for key, ways in told.items() if key in forgotten},
    )


def courses(book: StoryBook, story: Story, first_slots: Mapping[str, Any]) -> Iterator[list[tuple[SeenState, str]]]:
    """Each way through the story: its states as stories see them, each with the action that follows."""
    for steps in _told_courses(book, story, first_slots):
        yield [(state, action) for state, _, action in steps]


def _told_courses(
    book: StoryBook, story: Story, first_slots: Mapping[str, Any]
) -> Iterator[list[tuple[SeenState, Values, str]]]:
    for trail in story_trails(story, first_slots):
        steps = [(state, action) for state, action in trail.steps() if action is not None]
        yield [(_seen(book, state, by_words=True), state.values, action) for state, action in steps]


def _told_texts(stories: Iterable[Story]) -> frozenset[str]:
    steps = [step for story in stories for step in story.steps if isinstance(step, UserStep)]
    return frozenset(same_words(step.text) for step in steps if step.text)


def _memory(book: StoryBook, states: Sequence[State], *, by_words: bool) -> Memory:
    return tuple(_seen(book, state, by_words=by_words) for state in states)


def _seen(book: StoryBook, state: State, *, by_words: bool) -> SeenState:
    slots = set()
    for slot in book.seen_slots:
        value = state.slots.get(slot.name)
        seen = feature(slot, told_value(slot, value))
        if seen is not None:
            slots.add((slot.name, seen))
    loop = None if state.loop in book.unseen_loops else state.loop
    if by_words and state.text in book.texts:
        return state.previous, f'"{state.text}"', frozenset(), frozenset(slots), loop
    return state.previous, state.intent, state.entities, frozenset(slots), loop


def _named_slots(stories: Iterable[Rule | Story]) -> frozenset[str]:
    named: set[str] = set()
    for story in stories:
        conditions = story.condition if isinstance(story, Rule) else ()
        for step in (*conditions, *story.steps):
            if isinstance(step, SlotStep):
                named.update(step.slots)
    return frozenset(named)


def _named_loops(stories: Iterable[Rule | Story]) -> frozenset[str]:
    named: set[str] = set()
    for story in stories:
        conditions = story.condition if isinstance(story, Rule) else ()
        named.update(step.form for step in (*conditions, *story.steps) if isinstance(step, LoopStep) and step.form)
    return frozenset(named)
