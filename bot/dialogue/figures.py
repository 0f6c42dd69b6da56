"""What there is to draw of an assistant: a figure for each form and rule, and one for stories that begin alike."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.dialogue.features import ANY_VALUE
from bot.dialogue.forms import questions_for, validation_of
from bot.domain.assistant import (
    ActionStep,
    Assistant,
    Form,
    LoopStep,
    Rule,
    Slot,
    SlotMapping,
    SlotStep,
    Story,
    StoryStep,
    UserStep,
)
from bot.domain.conversation import REQUESTED_SLOT

BoxKind = Literal["message", "action", "response", "form", "slot", "fact"]

LONGEST_WORDS = 66


@dataclass(frozen=True, slots=True)
class Box:
    """One thing of a figure. `words` say more, a paragraph each: what is said, what is asked, how it is filled."""

    kind: BoxKind
    names: tuple[str, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """Boxes by number and the arrows between them. `names` are the stories in it, each with its place."""

    title: str
    boxes: Mapping[int, Box]
    arrows: tuple[tuple[int, int], ...]
    names: tuple[tuple[str, str], ...] = ()
    sideways: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    forms: tuple[Figure, ...]
    rules: tuple[Figure, ...]
    stories: tuple[Figure, ...]


def figures_of(assistant: Assistant) -> Figures:
    return Figures(
        forms=tuple(_form(assistant, form) for form in assistant.forms.values()),
        rules=tuple(_rules(assistant)),
        stories=tuple(_stories(assistant)),
    )


# ---------------------------------------------------------------- forms


def _form(assistant: Assistant, form: Form) -> Figure:
    """How the form opens, what it asks for in which order, and what comes after it."""
    boxes: dict[int, Box] = {}
    arrows: list[tuple[int, int]] = []

    def add(box: Box, after: Iterable[int] = ()) -> int:
        number = len(boxes)
        boxes[number] = box
        arrows.extend((one, number) for one in after)
        return number

    openings = [add(Box("message", (name,))) for name in _openings(assistant, form.name)]
    validated = ("its own action checks the answers",) if validation_of(form) in assistant.actions else ()
    last = add(Box("form", (form.name,), validated), openings)
    for name in form.required_slots:
        slot = assistant.slots.get(name)
        last = add(Box("slot", (name,), (*_question(assistant, form, name), *_filled_by(slot, form))), [last])
    for name in _followers(assistant, form.name):
        add(_done(assistant, name), [last])
    return Figure(form.name, boxes, tuple(arrows))


def _rules_and_stories(assistant: Assistant) -> list[Rule | Story]:
    return [*assistant.rules, *assistant.stories]


def _openings(assistant: Assistant, form: str) -> list[str]:
    """The intents after which a rule or story runs the form for the first time."""
    found: dict[str, None] = {}
    for story in _rules_and_stories(assistant):
        intents: tuple[str, ...] = ()
        conditions = story.condition if isinstance(story, Rule) else ()
        is_open = any(isinstance(step, LoopStep) and step.form == form for step in conditions)
        for step in story.steps:
            match step:
                case UserStep():
                    intents = step.intents
                case ActionStep(action=action) if action == form and not is_open:
                    found.update(dict.fromkeys(intents))
                    is_open = True
                case _:
                    pass
    return list(found)


def _followers(assistant: Assistant, form: str) -> list[str]:
    """The actions that come next after the form has closed."""
    found: dict[str, None] = {}
    for story in _rules_and_stories(assistant):
        ran = closed = False
        for step in story.steps:
            match step:
                case ActionStep(action=action) if ran and closed:
                    found[action] = None
                    ran = False
                case ActionStep(action=action):
                    ran, closed = action == form, False
                case LoopStep(form=None):
                    closed = True
                case _:
                    pass
    return list(found)


def _filled_by(slot: Slot | None, form: Form) -> tuple[str, ...]:
    mappings = slot.mappings if slot is not None else ()
    own = [
        mapping
        for mapping in mappings
        if not mapping.conditions or any(one.active_loop == form.name for one in mapping.conditions)
    ]
    return tuple(dict.fromkeys(f"← {_mapping(mapping)}" for mapping in own))


def _mapping(mapping: SlotMapping) -> str:
    intents = f", on {' or '.join(mapping.intents)}" if mapping.intents else ""
    match mapping.type:
        case "from_entity":
            return f"{mapping.entity}{'#' + mapping.role if mapping.role else ''}{intents}"
        case "from_text":
            return f"the text{intents}"
        case "from_intent" | "from_trigger_intent":
            return f"{_value(mapping.value)}{intents}"
        case _:
            return mapping.action or "an action"


def _question(assistant: Assistant, form: Form, slot: str) -> tuple[str, ...]:
    for name in questions_for(form.name, slot):
        if name in assistant.responses:
            return _said(assistant, name)
        if name in assistant.actions:
            return (f"asked by {name}",)
    return ()


# ---------------------------------------------------------------- rules


def _rules(assistant: Assistant) -> Iterator[Figure]:
    """A figure for each rule as it is written, though it is read once for each way through its alternatives."""
    ways: dict[tuple[str, str], list[list[Box]]] = defaultdict(list)
    for rule in assistant.rules:
        ways[rule.name, str(rule.place)].append(_rule(assistant, rule))
    for written, boxes in ways.items():
        yield _merged(written[0], boxes, (written,), sideways=True)


def _rule(assistant: Assistant, rule: Rule) -> list[Box]:
    before = ["the conversation begins"] if rule.conversation_start else []
    before += [line for step in rule.condition for line in _condition(step)]
    boxes = [Box("fact", tuple(before))] if before else []
    boxes += _boxes(assistant, rule.steps)
    return boxes if rule.wait_for_user_input else [*boxes, Box("fact", ("and goes on",))]


def _condition(step: SlotStep | LoopStep) -> list[str]:
    match step:
        case LoopStep(form=None):
            return ["no form is open"]
        case LoopStep(form=form):
            return [f"{form} is open"]
        case SlotStep(slots=slots):
            return [_slot(name, value) for name, value in slots.items()]


# ---------------------------------------------------------------- stories


@dataclass(slots=True)
class _Tree:
    """Stories that have gone the same way so far."""

    following: dict[Box, _Tree] = field(default_factory=dict)
    ends: bool = False


def _stories(assistant: Assistant) -> Iterator[Figure]:
    """Stories with the same first step are drawn together: what they have in common, at either end, is drawn once."""
    groups: dict[Box, list[tuple[Story, list[Box]]]] = defaultdict(list)
    for story in assistant.stories:
        if boxes := _boxes(assistant, story.steps):
            groups[boxes[0]].append((story, boxes))
    for first, stories in groups.items():
        names = tuple(dict.fromkeys((story.name, str(story.place)) for story, _ in stories))
        title = names[0][0] if len(names) == 1 else f"{' '.join(first.names)} ({len(names)} stories)"
        yield _merged(title, [boxes for _, boxes in stories], names)


def _merged(
    title: str, ways: Iterable[Sequence[Box]], names: tuple[tuple[str, str], ...], *, sideways: bool = False
) -> Figure:
    """All ways in one figure, with what they have in common drawn once, from their beginnings and from their ends."""
    tree = _Tree()
    for way in ways:
        here = tree
        for box in way:
            here = here.following.setdefault(box, _Tree())
        here.ends = True
    boxes: dict[int, Box] = {}
    arrows: dict[tuple[int, int], None] = {}
    known: dict[tuple[Any, ...], int] = {}

    def draw(box: Box, below: _Tree) -> int:
        ends = tuple(draw(one, rest) for one, rest in below.following.items())
        key = (box, below.ends, ends)
        if key not in known:
            known[key] = len(boxes)
            boxes[known[key]] = box
            arrows.update(((known[key], end), None) for end in ends)
        return known[key]

    for box, rest in tree.following.items():
        draw(box, rest)
    return Figure(title, boxes, tuple(arrows), names, sideways)


# ---------------------------------------------------------------- steps


def _boxes(assistant: Assistant, steps: Sequence[StoryStep]) -> list[Box]:
    """The steps as boxes; what goes without saying (a form that has just run is open) is left out."""
    found: list[Box] = []
    facts: list[str] = []
    acted = ""
    for step in steps:
        match step:
            case LoopStep(form=form):
                if form is None:
                    facts.append("the form is closed")
                elif form != acted:
                    facts.append(f"{form} is open")
            case SlotStep(slots=slots):
                facts += [_slot(*one) for one in slots.items() if one != (REQUESTED_SLOT, None)]
            case UserStep() | ActionStep():
                if facts:
                    found.append(Box("fact", tuple(facts)))
                    facts = []
                acted = step.action if isinstance(step, ActionStep) else ""
                found.append(_message(step) if isinstance(step, UserStep) else _done(assistant, step.action))
    return [*found, Box("fact", tuple(facts))] if facts else found


def _message(step: UserStep) -> Box:
    given = {name: value for name, value in step.entities.items() if "#" not in name}
    entities = ", ".join(name if value is None else f"{name}: {_value(value)}" for name, value in given.items())
    return Box("message", _in_lines(step.intents), (entities,) if entities else ())


def _in_lines(intents: Sequence[str]) -> tuple[str, ...]:
    return tuple(intent if index == 0 else f"or {intent}" for index, intent in enumerate(intents))


def _done(assistant: Assistant, action: str) -> Box:
    if action in assistant.forms:
        return Box("form", (action,))
    if action in assistant.responses:
        return Box("response", (action,), _said(assistant, action))
    return Box("action", (action,))


def _said(assistant: Assistant, response: str) -> tuple[str, ...]:
    """The first words of a response."""
    texts = [variation.text for variation in assistant.responses[response].variations if variation.text]
    words = " ".join(texts[0].split()) if texts else ""
    return (textwrap.shorten(words, LONGEST_WORDS, placeholder=" …"),) if words else ()


def _slot(name: str, value: Any) -> str:
    if value == ANY_VALUE:
        return f"{name} is set"
    return f"{name} is not set" if value is None else f"{name} = {_value(value)}"


def _value(value: Any) -> str:
    """The value as its author wrote it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
