"""The trail of a conversation, or of a story: the states in which actions were chosen, as Rasa's policies see them.

Rasa looks at a dialogue as states, one before each action: what acted last, what the customer meant, slots and loop.
The answers of a form's happy path leave no states, so that a form counts as one step however many questions it asks
(`DialogueStateTracker.applied_events` in Rasa 3.6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.dialogue.policies import Chosen, chosen_by
from bot.domain.conversation import (
    ACTION_LISTEN,
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    EntitiesAdded,
    Restarted,
    SessionStarted,
    SlotSet,
    Tracker,
    UserUttered,
)
from bot.domain.understanding import OPENED_INTENT, Entity, Understood, base_intent

START = ""
"""What acted before the first action of a conversation."""
UNKNOWN = "?"
"""What acted before the oldest event that the tracker carries along."""
SNIPPET = "..."
"""Anything may have gone before."""


Values = frozenset[tuple[str, str]]
"""Entities with what was said, in small letters."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message, with the `values` of its entities; `text` is what was said, as `same_words` puts it, where that may
    matter."""

    intent: str
    entities: frozenset[str]
    text: str = ""
    values: Values = frozenset()


@dataclass(frozen=True, slots=True)
class Did:
    """`hidden`: a rule chose it that no story knows, so stories do not see it."""

    action: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    slot: str
    value: Any


@dataclass(frozen=True, slots=True)
class Reset:
    """All slots went back to where they were at first."""


@dataclass(frozen=True, slots=True)
class Opened:
    form: str | None


@dataclass(frozen=True, slots=True)
class PassedOn:
    """The form had nothing to do with what was heard."""

    form: str


Happening = Heard | Did | Filled | Reset | Opened | PassedOn


@dataclass(frozen=True, slots=True)
class State:
    """The dialogue when an action was chosen."""

    previous: str
    intent: str | None = None
    entities: frozenset[str] = frozenset()
    slots: Mapping[str, Any] = field(default_factory=dict)
    loop: str | None = None
    text: str = ""
    values: Values = frozenset()


@dataclass(frozen=True, slots=True)
class Trail:
    """What happened, and what held before it. `previous` is START, or UNKNOWN where older events are gone; `before` is
    the message that was the last one then."""

    happenings: tuple[Happening, ...]
    slots: Mapping[str, Any] = field(default_factory=dict)
    first_slots: Mapping[str, Any] = field(default_factory=dict)
    loop: str | None = None
    previous: str = START
    before: Heard | None = None

    def steps(self) -> list[tuple[State, str | None]]:
        """Each state with the action that was chosen in it; the last one is the present, with None."""
        found: list[tuple[State, str | None]] = []
        previous, slots, loop, listened = self.previous, self.slots, self.loop, False
        intent, entities, text, values = None, frozenset[str](), "", Values()
        if (before := self.before) is not None:
            intent, entities, text, values = before.intent, before.entities, before.text, before.values
        for happening in self.happenings:
            match happening:
                case Heard():
                    if not listened:
                        found.append((State(previous, intent, entities, slots, loop, text, values), ACTION_LISTEN))
                    previous, intent, entities, listened = ACTION_LISTEN, happening.intent, happening.entities, False
                    text, values = happening.text, happening.values
                case Did(action=action):
                    found.append((State(previous, intent, entities, slots, loop, text, values), action))
                    previous, listened = action, action == ACTION_LISTEN
                case Filled(slot=slot, value=value):
                    slots = {**slots, slot: value}
                case Reset():
                    slots = self.first_slots
                case Opened(form=form):
                    loop = form
                case PassedOn():
                    pass
        return [*found, (State(previous, intent, entities, slots, loop, text, values), None)]

    def states(self) -> list[State]:
        return [state for state, _ in self.steps()]


def trail_of(tracker: Tracker, intents: Mapping[str, tuple[str, ...] | None], told: frozenset[str]) -> Trail:
    """The trail of a conversation. `told` are the rules that stories know; what others choose is marked as hidden."""
    happenings: list[Happening] = []
    slots: Mapping[str, Any] = tracker.past_slots or tracker.initial_slots
    previous = UNKNOWN if tracker.forgot else START
    loop = tracker.past_loop
    before = None if tracker.past_message is None else heard(tracker.past_message.understood, intents)
    pending: list[Happening] = []  # an action's events come before its ActionExecuted, and count after it
    began_now = False  # an action that begins the conversation anew is no part of the new one
    for event in tracker.recent:
        match event:
            case UserUttered(understood=understood) if _only_opened(understood, intents):
                pass  # nobody has said anything yet
            case UserUttered(understood=understood):
                happenings += pending
                pending, began_now = [], False
                happenings.append(heard(understood, intents))
            case EntitiesAdded(entities=entities):
                happenings = _with_entities(happenings, entities, intents)
            case SlotSet(name=name, value=value, heard=True):
                happenings.append(Filled(name, value))
            case SlotSet(name=name, value=value):
                pending.append(Filled(name, value))
            case ActiveLoop(name=form):
                pending.append(Opened(form))
            case AllSlotsReset():
                pending.append(Reset())
            case ActionExecutionRejected(name=form):
                pending.append(PassedOn(form))
            case ActionExecuted(name=name, policy=policy):
                chosen = chosen_by(name, policy)
                if chosen.part_of_form:
                    continue
                if not chosen.slot_filling and not began_now:
                    happenings.append(Did(name, hidden=_hidden(chosen, told)))
                happenings += pending
                pending, began_now = [], False
            case SessionStarted() | Restarted():
                state = Trail((*happenings, *pending), slots, tracker.initial_slots, loop).states()[-1]
                slots, loop, previous, before = state.slots, None, START, None
                happenings, pending, began_now = [], [], True
            case _:
                pass
    known = tuple(without_happy_path([*happenings, *pending], loop))
    return Trail(known, slots, tracker.initial_slots, loop, previous, before)


def _only_opened(understood: Understood, intents: Mapping[str, tuple[str, ...] | None]) -> bool:
    """Whether somebody has opened the chat, and the assistant does nothing about it."""
    return understood.intent.name == OPENED_INTENT not in intents


def _hidden(chosen: Chosen, told: frozenset[str]) -> bool:
    return chosen.rule is not None and chosen.rule not in told


def heard(understood: Understood, intents: Mapping[str, tuple[str, ...] | None]) -> Heard:
    """A message as rules and stories see it: its intent, and those of its entities that the intent uses."""
    intent = understood.intent.name
    if intent not in intents and "/" in intent:
        intent = base_intent(intent)
    labels, values = _labels(understood.entities, intents.get(intent))
    return Heard(intent, labels, same_words(understood.text), values)


def said_values(entities: Iterable[tuple[str, Any]]) -> Values:
    return frozenset((label, str(value).casefold()) for label, value in entities if value is not None)


def same_words(text: str) -> str:
    """Two texts that are the same so are the same message in an end-to-end story."""
    return " ".join(text.split()).casefold()


def _labels(entities: Iterable[Entity], used: tuple[str, ...] | None) -> tuple[frozenset[str], Values]:
    """The labels of the entities that are used, and what was said of each."""
    told: list[tuple[str, Any]] = []
    for entity in entities:
        labels = [entity.name, *(f"{entity.name}#{part}" for part in (entity.role, entity.group) if part)]
        told += [(label, entity.value) for label in labels if used is None or label in used]
    return frozenset(label for label, _ in told), said_values(told)


def _with_entities(
    happenings: list[Happening], entities: Iterable[Entity], intents: Mapping[str, tuple[str, ...] | None]
) -> list[Happening]:
    """Add entities to the last message."""
    for index in range(len(happenings) - 1, -1, -1):
        if isinstance(happening := happenings[index], Heard):
            labels, values = _labels(entities, intents.get(happening.intent))
            more = replace(happening, entities=happening.entities | labels, values=happening.values | values)
            return [*happenings[:index], more, *happenings[index + 1 :]]
    return happenings


def without_happy_path(happenings: Sequence[Happening], loop: str | None = None) -> list[Happening]:
    """Leave out what was heard and done between two runs of a form, where nothing else came in between."""
    kept: list[Happening] = []
    forms = {loop} | {one.form for one in happenings if isinstance(one, Opened)}
    for happening in happenings:
        if isinstance(happening, Did) and happening.action in forms and _goes_on(happening.action, kept):
            _forget_answer(happening.action, kept)
        else:
            kept.append(happening)
    return kept


def _goes_on(form: str, kept: Sequence[Happening]) -> bool:
    """Whether the form ran before, and has only had answers since."""
    next_action: str | None = None
    for happening in reversed(kept):
        match happening:
            case Opened(form=other) if other != form:
                return False
            case PassedOn(form=other) if other == form:
                return False
            case Heard() if next_action is not None and next_action != form:
                return False
            case Heard():
                next_action = ACTION_LISTEN  # which came before the message, where nothing else has acted
            case Did(action=action):
                if action == form:
                    return True
                next_action = action
            case _:
                pass
    return False


def _forget_answer(form: str, kept: list[Happening]) -> None:
    for index in range(len(kept) - 1, -1, -1):
        match kept[index]:
            case Did(action=action) if action == form:
                return
            case Did() | Heard():
                del kept[index]
            case _:
                pass


def as_stories_see_it(trail: Trail) -> Trail:
    """Without the turns that were dealt with by rules which no story knows, and a form's return after them."""
    kept: list[Happening] = []
    waiting: list[Happening] = []  # what was heard, and what it filled: kept in this order once something known acts
    hiding, loop = False, trail.loop
    for happening in trail.happenings:
        match happening:
            case Heard():
                kept += waiting
                waiting, hiding = [happening], False
            case Did(hidden=True):
                kept += waiting[1:]
                waiting, hiding = [], True
            case Did(action=action) if hiding and action == loop:
                pass
            case Did():
                kept += [*waiting, happening]
                waiting, hiding = [], False
            case _:
                if isinstance(happening, Opened):
                    loop = happening.form
                (waiting or kept).append(happening)
    return replace(trail, happenings=(*kept, *waiting))
