"""Reads the steps of rules and stories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.dialogue.builtin import ANSWER_FROM_KNOWLEDGE, BUILTIN, BUILTIN_LOOPS
from bot.dialogue.domain_yaml import Declarations
from bot.dialogue.features import ANY_VALUE
from bot.dialogue.source import Source, plain
from bot.domain.assistant import ActionStep, Form, LoopStep, Slot, SlotStep, StoryStep, UserStep
from bot.domain.conversation import ACTION_LISTEN
from bot.domain.errors import Place

KINDS = ("intent", "user", "action", "bot", "slot_was_set", "active_loop", "checkpoint", "or")
KEYS = (*KINDS, "entities", "metadata")

Alternatives = tuple[StoryStep, ...]
"""One step, or several of which any may happen."""


@dataclass(frozen=True, slots=True)
class CheckpointStep:
    """Other stories join here, if the slots are so."""

    name: str
    slots: Mapping[str, Any]
    place: Place


SpokenReader = Callable[[Source, Mapping[Any, Any], "Vocabulary"], StoryStep | None]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What steps may refer to. `spoken` reads the steps of test stories that give words: `user:` and `bot:`."""

    declared: Declarations
    slots: Mapping[str, Slot]
    forms: Mapping[str, Form]
    spoken: SpokenReader | None = None

    def actions(self) -> frozenset[str]:
        own = set(self.declared.actions) | set(self.declared.responses) | set(self.forms)
        return frozenset(own | BUILTIN | {ACTION_LISTEN, ANSWER_FROM_KNOWLEDGE})


def read_steps(
    source: Source, steps: Any, place: Place, what: str, names: Vocabulary
) -> list[Alternatives | CheckpointStep]:
    entries = source.sequence(steps, place, f"the steps of {what}")
    if not entries:
        source.faults.add(place, f"{what} has no steps.")
    found: list[Alternatives | CheckpointStep] = []
    for index, entry in enumerate(entries):
        here = source.place(steps, index)
        step = source.mapping(entry, here, f"a step of {what}")
        source.only_keys(step, KEYS, f"a step of {what}")
        if "checkpoint" in step:
            slots = _read_slots(source, step, names)
            found.append(CheckpointStep(str(step["checkpoint"]), slots, source.place(step, "checkpoint")))
        elif "or" in step:
            choices = source.sequence(step["or"], source.place(step, "or"), "or")
            read = [_read_step(source, one, source.place(choices, at), names) for at, one in enumerate(choices)]
            if alternatives := _merged([one for one in read if one is not None]):
                found.append(alternatives)
        elif (read_step := _read_step(source, step, here, names)) is not None:
            found.append((read_step,))
    return found


def _merged(steps: list[StoryStep]) -> Alternatives:
    """Intents with the same entities become one step."""
    users = [step for step in steps if type(step) is UserStep]  # those of a test story have their own words, too
    if len(users) == len(steps) > 0 and all(step.entities == users[0].entities for step in users):
        return (UserStep(tuple(intent for step in users for intent in step.intents), users[0].entities),)
    return tuple(steps)


def _read_step(source: Source, entry: Any, place: Place, names: Vocabulary) -> StoryStep | None:
    step = source.mapping(entry, place, "a step")
    if names.spoken is not None and ("user" in step or "bot" in step):
        return names.spoken(source, step, names)
    if "intent" in step:
        return read_user(source, step, names)
    if "action" in step:
        return _read_action(source, step, names)
    if "slot_was_set" in step:
        return SlotStep(_read_slots(source, step, names))
    if "active_loop" in step:
        return _read_loop(source, step, names)
    if "user" in step or "bot" in step:
        source.faults.add(
            place,
            "end-to-end steps are not supported yet.",
            "Say which intent: the user's text has." if "user" in step else "Say which action: says this.",
        )
    elif step:
        source.faults.add(place, "this step says neither who acts nor what is set.", f"Known: {', '.join(KINDS)}.")
    return None


def read_user(source: Source, step: Mapping[Any, Any], names: Vocabulary) -> UserStep:
    place = source.place(step, "intent")
    intent = source.text(step["intent"], place, "an intent").removeprefix("/")
    known = names.declared.known_intents()
    if intent and intent not in known and intent.split("/")[0] not in known:
        source.faults.unknown(place, "intent", intent, known)
    if intent not in known:
        intent = intent.split("/")[0]
    return UserStep((intent,), _read_entities(source, step, names))


def _read_entities(source: Source, step: Mapping[Any, Any], names: Vocabulary) -> dict[str, Any]:
    entities = step.get("entities")
    found: dict[str, Any] = {}
    for index, entry in enumerate(source.sequence(entities, source.place(step, "entities"), "entities")):
        place = source.place(entities, index)
        labels: dict[str, Any] = {}
        if isinstance(entry, Mapping) and "entity" in entry:
            labels[str(entry["entity"])] = plain(entry.get("value"))
            parts = [entry[key] for key in ("role", "group") if entry.get(key) is not None]
            labels.update({f"{entry['entity']}#{part}": plain(entry.get("value")) for part in parts})
        elif isinstance(entry, Mapping):
            name = next((key for key in entry if key not in ("role", "group")), "")
            labels[str(name)] = plain(entry.get(name))
            labels.update({f"{name}#{entry[key]}": plain(entry[name]) for key in ("role", "group") if key in entry})
        elif name := source.text(entry, place, "an entity"):
            labels[name] = None
        for label in labels:
            if label.split("#")[0] not in names.declared.entities:
                source.faults.unknown(place, "entity", label, names.declared.entities)
        found.update(labels)
    return found


def _read_action(source: Source, step: Mapping[Any, Any], names: Vocabulary) -> ActionStep:
    place = source.place(step, "action")
    action = source.text(step["action"], place, "an action")
    known = names.actions()
    if action in known or not action:
        return ActionStep(action)
    if action.startswith("utter_"):
        source.faults.unknown(place, "response", action, names.declared.responses)
    else:
        source.faults.unknown(place, "action or form", action, known)
    return ActionStep(action)


def _read_loop(source: Source, step: Mapping[Any, Any], names: Vocabulary) -> LoopStep:
    form = source.optional_text(step, "active_loop")
    if form is not None and form not in names.forms and form not in BUILTIN_LOOPS:
        source.faults.unknown(source.place(step, "active_loop"), "form", form, names.forms)
    return LoopStep(form)


def _read_slots(source: Source, step: Mapping[Any, Any], names: Vocabulary) -> dict[str, Any]:
    """The slots of `slot_was_set`: a mapping, or a list of mappings and of names of slots that are set to anything."""
    value = step.get("slot_was_set")
    place = source.place(step, "slot_was_set")
    found: dict[str, Any] = {}
    entries = [value] if isinstance(value, Mapping) else source.sequence(value, place, "slot_was_set")
    for index, entry in enumerate(entries):
        here = place if isinstance(value, Mapping) else source.place(value, index)
        if isinstance(entry, Mapping):
            found.update({str(name): plain(one) for name, one in entry.items()})
        elif name := source.text(entry, here, "a slot"):
            found[name] = ANY_VALUE
            slot = names.slots.get(name)
            if slot is not None and slot.influence_conversation and slot.type in ("categorical", "float"):
                source.faults.add(here, f'the slot "{name}" is of type {slot.type}; say which value it has.')
        for name in entry if isinstance(entry, Mapping) else [entry]:
            if str(name) not in names.declared.known_slots():
                source.faults.unknown(here, "slot", str(name), names.declared.slots)
    return found
