"""Reads what a domain declares: intents, entities, actions, forms and the session, from any number of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.dialogue.builtin import DEFAULT_INTENTS
from bot.dialogue.source import Source
from bot.documents import plain
from bot.domain.assistant import DeclaredEntity, Form
from bot.domain.conversation import REQUESTED_SLOT
from bot.domain.errors import Place


@dataclass(frozen=True, slots=True)
class Node:
    """A declaration as it stands in its file, to be read once all names are known."""

    source: Source
    value: Any
    place: Place


@dataclass(slots=True)
class Declarations:
    """Everything that has a name, over all files. `lines` are texts that the bot says as they stand (end to end)."""

    intents: dict[str, Node] = field(default_factory=dict)
    entities: dict[str, Node] = field(default_factory=dict)
    slots: dict[str, Node] = field(default_factory=dict)
    forms: dict[str, Node] = field(default_factory=dict)
    responses: dict[str, Node] = field(default_factory=dict)
    actions: dict[str, Node] = field(default_factory=dict)
    lines: set[str] = field(default_factory=set)
    entities_fill_slots: bool = True
    session_expires_after: timedelta = timedelta(hours=1)
    carry_over_slots: bool = True

    def known_intents(self) -> frozenset[str]:
        return DEFAULT_INTENTS.union(self.intents)

    def retrieval_actions(self) -> frozenset[str]:
        """Actions that say the response of the message's retrieval intent: `utter_faq` for `utter_faq/ask_price`."""
        return frozenset(name.split("/", 1)[0] for name in self.responses if "/" in name)

    def known_slots(self) -> frozenset[str]:
        return frozenset({REQUESTED_SLOT, "session_started_metadata", *self.slots})


LISTS = ("intents", "entities", "actions")
MAPPINGS = ("slots", "forms", "responses")
RESPONSES_OF_RASA_1 = "templates"
LONGEST_SESSION = timedelta.max // timedelta(minutes=1)
"""In minutes; what is said to last longer lasts as long as can be counted."""
SESSION_KEYS = ("session_expiration_time", "carry_over_slots_to_new_session")


def declare(source: Source, found: Declarations) -> None:
    """Add the declarations of one file. The same thing declared twice, and differently, is a fault."""
    data = source.document.data
    for section in LISTS:
        if section in data:
            here: set[str] = set()
            for name, properties, place in source.named_entries(data[section], source.place(data, section), section):
                node = Node(source, properties, place)
                if name in here:
                    source.faults.add(place, f'"{name}" is listed twice under {section}.', "Keep one of the two.")
                here.add(name)
                _add(getattr(found, section), name, node, section)
    for section, key in (*((one, one) for one in MAPPINGS), ("responses", RESPONSES_OF_RASA_1)):
        if key in data:
            declared = _named(source, data, key)
            for name in declared:
                node = Node(source, declared[name], source.place(declared, name))
                _add(getattr(found, section), str(name), node, section)
    if "session_config" in data:
        _read_session(source, data["session_config"], found)
    place = source.place(data, "e2e_actions")
    found.lines.update(source.names(data.get("e2e_actions"), place, "e2e_actions"))
    if "config" in data:
        _read_config(source, data["config"], found)


def _named(source: Source, data: Mapping[Any, Any], key: str) -> Mapping[Any, Any]:
    """What `key` declares by name. Rasa 1 had a list of forms, which were code."""
    place = source.place(data, key)
    if key != "forms" or not isinstance(data[key], list):
        return source.mapping(data[key], place, key)
    source.lapses.add(place, "forms are a list, as in Rasa 1.", "Give each its required_slots: as in Rasa 3.")
    return {name: properties for name, properties, _ in source.named_entries(data[key], place, key)}


def _add(known: dict[str, Node], name: str, node: Node, section: str) -> None:
    first = known.get(name)
    if first is None or (first.value is None and node.value is not None):
        known[name] = node
    elif plain(first.value) != plain(node.value) and node.value is not None:
        found = node.source.faults if section in LISTS else node.source.lapses
        found.add(
            node.place, f'"{name}" is declared twice under {section}, first at {first.place}.', "Keep one of the two."
        )
        known[name] = node


def _read_session(source: Source, value: Any, found: Declarations) -> None:
    place = source.place(source.document.data, "session_config")
    session = source.mapping(value, place, "session_config")
    source.warn_of_others(session, SESSION_KEYS, "session_config")
    if (minutes := session.get("session_expiration_time")) is not None:
        at = source.place(session, "session_expiration_time")
        lasts = source.number(minutes, at, "session_expiration_time")
        if lasts < 0:
            source.faults.add(at, "session_expiration_time is negative.", "Use 0 for sessions that never expire.")
        found.session_expires_after = timedelta(minutes=min(max(lasts, 0), LONGEST_SESSION))
    if (carry_over := session.get("carry_over_slots_to_new_session")) is not None:
        at = source.place(session, "carry_over_slots_to_new_session")
        found.carry_over_slots = source.flag(carry_over, at, "carry_over_slots_to_new_session")


def _read_config(source: Source, value: Any, found: Declarations) -> None:
    place = source.place(source.document.data, "config")
    config = source.mapping(value, place, "config")
    source.warn_of_others(config, ("store_entities_as_slots",), "config")
    if (stored := config.get("store_entities_as_slots")) is not None:
        at = source.place(config, "store_entities_as_slots")
        found.entities_fill_slots = source.flag(stored, at, "store_entities_as_slots")


# ---------------------------------------------------------------- intents and entities


def read_entities(declared: Declarations) -> Mapping[str, DeclaredEntity]:
    return {name: _entity(name, node) for name, node in declared.entities.items()}


def _entity(name: str, node: Node) -> DeclaredEntity:
    source = node.source
    properties = _properties_of_entity(name, node)
    source.warn_of_others(properties, ("roles", "groups", "influence_conversation"), f'the entity "{name}"')
    roles, groups = (
        source.names(properties.get(key), source.place(properties, key), key) for key in ("roles", "groups")
    )
    seen = properties.get("influence_conversation", True)
    at = source.place(properties, "influence_conversation")
    return DeclaredEntity(name, roles, groups, source.flag(seen, at, "influence_conversation"))


def _properties_of_entity(name: str, node: Node) -> Mapping[Any, Any]:
    """They may stand in a list, in which Rasa does not see them."""
    source, what = node.source, f'the entity "{name}"'
    if source.warns_of_lapses and isinstance(node.value, list):
        said = f"{what} has its properties in a list, where they are passed over, as in Rasa."
        source.warnings.add(node.place, said, "Take the dashes away.")
        return {}
    return source.mapping(node.value, node.place, what)


def read_intents(declared: Declarations, entities: Mapping[str, DeclaredEntity]) -> dict[str, tuple[str, ...] | None]:
    """Each intent with the labels of the entities that it uses; None for all of them."""
    return {name: _used_entities(name, node, entities) for name, node in declared.intents.items()}


def _used_entities(name: str, node: Node, entities: Mapping[str, DeclaredEntity]) -> tuple[str, ...] | None:
    source, what = node.source, f'the intent "{name}"'
    properties = source.mapping(node.value, node.place, what)
    source.warn_of_others(properties, ("use_entities", "ignore_entities", "is_retrieval_intent"), what)
    use = properties.get("use_entities", True)
    place = source.place(properties, "use_entities")
    if use is True:
        used = set(entities)
    elif use is False or use is None:
        used = set()
    else:
        used = set(source.names(use, place, "use_entities"))
    ignored = set(source.names(properties.get("ignore_entities"), source.place(properties, "ignore_entities"), what))
    for entity in sorted((used | ignored) - set(entities)):
        source.lapses.unknown(node.place, "entity", entity, entities)
    if use is True and not ignored and all(one.seen for one in entities.values()):
        return None
    known = (entities[entity] for entity in sorted(used - ignored) if entity in entities)
    return tuple(label for entity in known for label in entity.labels)


# ---------------------------------------------------------------- forms


def read_forms(declared: Declarations) -> dict[str, Form]:
    return {name: _read_form(name, node, declared) for name, node in declared.forms.items()}


def _read_form(name: str, node: Node, declared: Declarations) -> Form:
    source, what = node.source, f'the form "{name}"'
    properties = source.mapping(node.value, node.place, what)
    source.warn_of_others(properties, ("required_slots", "ignored_intents", "ask_anew"), what)
    if "required_slots" not in properties:
        source.lapses.add(node.place, f"{what} has no required_slots.", "List the slots that it asks for.")
    slots = properties.get("required_slots")
    place = source.place(properties, "required_slots")
    required = source.names(slots, place, "required_slots")
    for index, slot in enumerate(required):
        if slot not in declared.known_slots():
            source.faults.unknown(source.place(slots, index), "slot", slot, declared.slots)
        if slot in required[:index]:
            told = f'{what} names the slot "{slot}" twice, and asks for it once.'
            source.warnings.add(source.place(slots, index), told, "Take one of them out.")
    ignored = source.names(
        properties.get("ignored_intents"), source.place(properties, "ignored_intents"), "ignored_intents"
    )
    for intent in ignored:
        if intent not in declared.known_intents():
            place = source.place(properties, "ignored_intents")
            source.lapses.unknown(place, "intent", intent, declared.known_intents())
    anew = source.names(properties.get("ask_anew"), source.place(properties, "ask_anew"), "ask_anew")
    for slot in anew:
        if slot not in required:
            source.faults.unknown(source.place(properties, "ask_anew"), f"slot of {what} called", slot, required)
    return Form(name, required, ignored, anew)
