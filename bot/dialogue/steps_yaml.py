"""Reads the steps of rules and stories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.dialogue.builtin import BUILTIN, BUILTIN_LOOPS, BY_THE_SERVICE
from bot.dialogue.domain_yaml import Declarations
from bot.dialogue.entities_yaml import annotated_entities, filled_slots, read_entities
from bot.dialogue.features import ANY_VALUE
from bot.dialogue.source import Source
from bot.documents import Faults, did_you_mean, plain
from bot.domain.assistant import ActionStep, Form, LoopStep, Slot, SlotStep, StoryStep, UserStep
from bot.domain.conversation import ACTION_LISTEN
from bot.domain.errors import Place
from bot.domain.understanding import ANNOTATION, Entity

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
        own = set(self.declared.actions) | set(self.declared.responses) | set(self.forms) | self.declared.lines
        own |= self.declared.retrieval_actions()
        return frozenset(own | BUILTIN | BY_THE_SERVICE | {ACTION_LISTEN})


def read_steps(
    source: Source, steps: Any, place: Place, what: str, names: Vocabulary
) -> list[Alternatives | CheckpointStep]:
    entries = source.sequence(steps, place, f"the steps of {what}")
    if not entries:
        source.lapses.add(place, f"{what} has no steps.")
    found: list[Alternatives | CheckpointStep] = []
    for index, entry in enumerate(entries):
        here = source.place(steps, index)
        if entry is None:
            source.lapses.add(here, f"a step of {what} is empty.", "Say what happens in it, or take its dash out.")
            continue
        step = source.mapping(entry, here, f"a step of {what}")
        source.only_keys(step, KEYS, f"a step of {what}")
        if "checkpoint" in step:
            slots = _read_slots(source, step, names)
            found.append(CheckpointStep(str(step["checkpoint"]), slots, source.place(step, "checkpoint")))
        elif "or" in step:
            choices = source.sequence(step["or"], source.place(step, "or"), "or")
            read = [_read_step(source, one, source.place(choices, at), names) for at, one in enumerate(choices)]
            if alternatives := _merged([one[0] for one in read if one]):
                found.append(alternatives)
        else:
            found += [(one,) for one in _read_step(source, step, here, names)]
    return found


def _merged(steps: list[StoryStep]) -> Alternatives:
    """Intents with the same entities become one step."""
    users = [step for step in steps if type(step) is UserStep]  # those of a test story have their own words, too
    alike = all(step.entities == users[0].entities and not step.text for step in users)
    if len(users) == len(steps) > 0 and alike:
        return (UserStep(tuple(intent for step in users for intent in step.intents), users[0].entities),)
    return tuple(steps)


def _read_step(source: Source, entry: Any, place: Place, names: Vocabulary) -> tuple[StoryStep, ...]:
    """The step, and after a message the slots that its entities fill; nothing where there is none to be read."""
    step = source.mapping(entry, place, "a step")
    if names.spoken is not None and ("user" in step or "bot" in step):
        spoken = names.spoken(source, step, names)
        return () if spoken is None else (spoken,)
    if unnamed := next((key for key in ("intent", "action") if key in step and step[key] is None), None):
        source.lapses.add(place, f"this step names no {unnamed}.", "Name it, or take the step out.")
        return ()
    if "intent" in step:
        told, entities = _read_intent(source, step, names)
        return (told, *_filled(entities, names))
    if "user" in step:
        return _read_words(source, step, names)
    if "action" in step:
        return (_read_action(source, step, names),)
    if "slot_was_set" in step:
        return (SlotStep(_read_slots(source, step, names)),)
    if "active_loop" in step:
        return (_read_loop(source, step, names),)
    if "bot" in step:
        line = source.text(step["bot"], source.place(step, "bot"), "what the bot says").strip()
        names.declared.lines.add(line)
        return (ActionStep(line),)
    if step:
        source.faults.add(place, "this step says neither who acts nor what is set.", f"Known: {', '.join(KINDS)}.")
    return ()


def _read_words(source: Source, step: Mapping[Any, Any], names: Vocabulary) -> tuple[StoryStep, ...]:
    """What is said end to end: exactly these words, whatever their intent."""
    said = source.text(step["user"], source.place(step, "user"), "what the user says")
    text = ANNOTATION.sub(lambda found: found["text"], said).strip()
    return (UserStep((), text=text), *_filled(list(annotated_entities(said)), names))


def _filled(entities: list[Entity], names: Vocabulary) -> tuple[StoryStep, ...]:
    slots = filled_slots(entities, names.slots) if names.declared.entities_fill_slots else {}
    return (SlotStep(slots),) if slots else ()


def read_user(source: Source, step: Mapping[Any, Any], names: Vocabulary) -> UserStep:
    """The intent and the entities of a step."""
    return _read_intent(source, step, names)[0]


def _read_intent(source: Source, step: Mapping[Any, Any], names: Vocabulary) -> tuple[UserStep, list[Entity]]:
    place = source.place(step, "intent")
    intent = source.text(step["intent"], place, "an intent").removeprefix("/")
    known = names.declared.known_intents()
    if intent and intent not in known and intent.split("/")[0] not in known:
        source.lapses.unknown(place, "intent", intent, known)
    if intent not in known:
        intent = intent.split("/")[0]
    entities = []
    for entity in read_entities(source, step):
        if entity.name in names.declared.entities:
            entities.append(entity)
        else:
            source.lapses.unknown(source.place(step, "entities"), "entity", entity.name, names.declared.entities)
    return UserStep((intent,), _labelled(entities)), entities


def _labelled(entities: Iterable[Entity]) -> dict[str, Any]:
    """Entities by their labels: `city`, and `city#to` where a role or group is told."""
    found: dict[str, Any] = {}
    for entity in entities:
        found[entity.name] = entity.value
        found.update({f"{entity.name}#{part}": entity.value for part in (entity.role, entity.group) if part})
    return found


def _nobody_has(source: Source, names: Vocabulary) -> Faults:
    """Takes what names an action or a form that is not there: in Rasa a test fails over it, and a story is refused."""
    return source.faults if names.spoken is None else source.lapses


def _read_action(source: Source, step: Mapping[Any, Any], names: Vocabulary) -> ActionStep:
    place = source.place(step, "action")
    action = source.text(step["action"], place, "an action")
    known = names.actions()
    if action in known or not action:
        return ActionStep(action)
    if action.startswith("utter_"):
        source.lapses.unknown(place, "response", action, names.declared.responses)
    else:
        new = "List one of yours under actions: in the domain."
        _nobody_has(source, names).add(
            place, f'there is no action or form "{action}".', f"{did_you_mean(action, known)} {new}".strip()
        )
    return ActionStep(action)


def _read_loop(source: Source, step: Mapping[Any, Any], names: Vocabulary) -> LoopStep:
    form = source.optional_text(step, "active_loop")
    if form is not None and form not in names.forms and form not in BUILTIN_LOOPS:
        _nobody_has(source, names).unknown(source.place(step, "active_loop"), "form", form, names.forms)
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
            slot = names.slots.get(name)
            if slot is not None and slot.influence_conversation and slot.type in ("categorical", "float"):
                what = f'the slot "{name}" is of type {slot.type}, so that it is set says nothing, as in Rasa.'
                source.warnings.add(here, what, "Say which value it has.")
            else:
                found[name] = ANY_VALUE
        for name in entry if isinstance(entry, Mapping) else [entry]:
            if str(name) not in names.declared.known_slots():
                source.lapses.unknown(here, "slot", str(name), names.declared.known_slots())
                found.pop(str(name), None)
    return found
