"""Reads slots: their types, values and mappings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from bot.dialogue.accepting_yaml import read_accepts
from bot.dialogue.domain_yaml import Declarations, Node
from bot.dialogue.features import OTHER
from bot.dialogue.source import Source, is_nearly
from bot.documents import did_you_mean, plain
from bot.domain.assistant import MappingCondition, Slot, SlotMapping
from bot.domain.conversation import REQUESTED_SLOT
from bot.domain.errors import Place

TYPES = ("text", "bool", "categorical", "float", "list", "any")
KEYS = ("type", "initial_value", "influence_conversation", "mappings", "values", "min_value", "max_value", "accepts")
MappingType = Literal["from_entity", "from_text", "from_intent", "from_trigger_intent", "custom"]
MAPPING_TYPES: tuple[MappingType, ...] = ("from_entity", "from_text", "from_intent", "from_trigger_intent", "custom")
MAPPING_KEYS = ("type", "entity", "role", "group", "intent", "not_intent", "value", "conditions", "action")


CLASSES_OF_RASA = {
    "TextSlot": "text",
    "BooleanSlot": "bool",
    "CategoricalSlot": "categorical",
    "FloatSlot": "float",
    "ListSlot": "list",
    "AnySlot": "any",
    "UnfeaturizedSlot": "any",
}
"""What Rasa X wrote into domains in place of the type: `rasa.shared.core.slots.AnySlot`."""


def read_slots(declared: Declarations) -> dict[str, Slot]:
    return {name: _read_slot(name, node, declared) for name, node in declared.slots.items()}


def _read_slot(name: str, node: Node, declared: Declarations) -> Slot:
    source, what = node.source, f'the slot "{name}"'
    properties = source.mapping(node.value, node.place, what)
    if not _is_class(properties):  # a class says itself what it takes besides
        source.only_keys(properties, KEYS, what)
    kind = _read_type(source, properties, node.place, what)
    influences = kind != "any"
    if "influence_conversation" in properties:
        place = source.place(properties, "influence_conversation")
        influences = source.flag(properties["influence_conversation"], place, "influence_conversation")
        if influences and _is_class(properties):
            influences = False
        elif influences and kind == "any":
            source.faults.add(
                place, f"{what} is of type any, which cannot influence the conversation.", "Use another type, or false."
            )
    slot = Slot(
        name=name,
        type=kind,
        initial_value=plain(properties.get("initial_value")),
        influence_conversation=influences,
        values=_read_values(source, properties, node.place, kind, what),
        min_value=_number(source, properties, "min_value", 0.0),
        max_value=_number(source, properties, "max_value", 1.0),
        mappings=_read_mappings(source, properties, node.place, name, declared),
        accepts=read_accepts(source, properties, name, kind, declared),
    )
    _check_initial_value(source, properties, slot, what)
    return slot


def _is_class(properties: Mapping[Any, Any]) -> bool:
    """Whether the type is Python: `my_package.MySlot`. Rasa would import it."""
    kind = str(properties.get("type"))
    return "." in kind and _of_rasa(kind) == kind


def _of_rasa(kind: str) -> str:
    """The type that a class of Rasa's own stands for; else what is written."""
    module, _, name = kind.rpartition(".")
    return CLASSES_OF_RASA.get(name, kind) if module.startswith("rasa") and module.endswith(".slots") else kind


def _read_type(source: Source, properties: Mapping[Any, Any], place: Place, what: str) -> str:
    if "type" not in properties:
        source.faults.add(place, f"{what} has no type.", f"Known: {', '.join(TYPES)}.")
        return "any"
    at = source.place(properties, "type")
    kind = _of_rasa(source.text(properties["type"], at, f"the type of {what}"))
    if _is_class(properties):
        source.warnings.add(
            at, f"{what} has a class of its own, which is not run: it counts as any.", "Give it one of Rasa's types."
        )
    elif kind and kind not in TYPES:
        source.faults.unknown(at, "slot type", kind, TYPES)
    return kind if kind in TYPES else "any"


def _read_values(source: Source, properties: Mapping[Any, Any], place: Place, kind: str, what: str) -> tuple[Any, ...]:
    if kind != "categorical":
        if "values" in properties:
            at = source.place(properties, "values")
            source.faults.add(at, f"{what} has values, which only a categorical slot has.", "Set type: categorical.")
        return ()
    values = tuple(plain(source.sequence(properties.get("values"), source.place(properties, "values"), "values")))
    if not values:
        source.lapses.add(place, f"{what} is categorical and has no values.", "List them under values:.")
    return values if OTHER in values else (*values, OTHER)


def _number(source: Source, properties: Mapping[Any, Any], key: str, default: float) -> float:
    if properties.get(key) is None:
        return default
    return source.number(properties[key], source.place(properties, key), key)


def _check_initial_value(source: Source, properties: Mapping[Any, Any], slot: Slot, what: str) -> None:
    value = slot.initial_value
    if value is None:
        return
    fits = {
        "bool": isinstance(value, bool),
        "float": isinstance(value, (int, float)) and not isinstance(value, bool),
        "list": isinstance(value, list),
        "categorical": str(value).lower() in {str(one).lower() for one in slot.values},
        "text": isinstance(value, str),
    }
    if isinstance(value, float):
        source.number(value, source.place(properties, "initial_value"), f"the initial value of {what}")
    if not fits.get(slot.type, True):
        at = source.place(properties, "initial_value")
        source.lapses.add(at, f"{what} is of type {slot.type}, and its initial value {value!r} is not.")


# ---------------------------------------------------------------- mappings


def _read_mappings(
    source: Source, properties: Mapping[Any, Any], place: Place, name: str, declared: Declarations
) -> tuple[SlotMapping, ...]:
    if "mappings" not in properties:
        if name != REQUESTED_SLOT:
            source.faults.add(
                place,
                f'the slot "{name}" has no mappings.',
                "Say how it is filled (Rasa 2 filled it from the entity of its name: type: from_entity, "
                f'entity: {name}), or by actions alone: type: custom. A file of Rasa 2 says so: version: "2.0".',
            )
        return ()
    mappings = properties["mappings"]
    return tuple(
        _read_mapping(source, entry, _place_of(source, mappings, index), name, declared)
        for index, entry in enumerate(source.sequence(mappings, source.place(properties, "mappings"), "mappings"))
    )


def _place_of(source: Source, mappings: Any, index: int) -> Place:
    """Also of a mapping that stood in a form, as in Rasa 2, and only knows itself where."""
    entry = mappings[index]
    return source.place(entry) if isinstance(entry, Mapping) else source.place(mappings, index)


def _read_mapping(source: Source, entry: Any, place: Place, slot: str, declared: Declarations) -> SlotMapping:
    what = f'a mapping of the slot "{slot}"'
    mapping = source.mapping(entry, place, what)
    source.warn_of_others(mapping, MAPPING_KEYS, what)
    kind = next((one for one in MAPPING_TYPES if one == mapping.get("type")), None)
    if mapping.get("type") is None:
        source.faults.add(place, f"{what} has no type.", f"Known: {', '.join(MAPPING_TYPES)}.")
    elif kind is None:
        source.faults.unknown(source.place(mapping, "type"), "mapping type", str(mapping["type"]), MAPPING_TYPES)
    entity = source.optional_text(mapping, "entity")
    if kind == "from_entity":
        if entity is None:
            source.faults.add(place, f"{what} is from_entity and names no entity.", "Add entity:.")
        elif entity not in declared.entities:
            meant = did_you_mean(entity, declared.entities)
            advice = f"{meant} Else list it" if meant else "List it"
            at = source.place(mapping, "entity")
            source.lapses.add(at, f'there is no entity "{entity}".', f"{advice} under entities: in the domain.")
        else:
            _check_parts(source, mapping, entity, declared)
    if kind in ("from_intent", "from_trigger_intent") and mapping.get("value") is None:
        source.faults.add(place, f"{what} is {kind} and has no value.", "Add value:, which the slot is set to.")
    return SlotMapping(
        type=kind or "custom",
        entity=entity,
        role=source.optional_text(mapping, "role"),
        group=source.optional_text(mapping, "group"),
        value=plain(mapping.get("value")),
        intents=_read_intents(source, mapping, "intent", declared),
        not_intents=_read_intents(source, mapping, "not_intent", declared),
        conditions=_read_conditions(source, mapping, declared),
        action=_read_action(source, mapping, declared),
    )


def _check_parts(source: Source, mapping: Mapping[Any, Any], entity: str, declared: Declarations) -> None:
    """Warn of a role or group that the domain does not list: such a mapping hardly fills anything. Rasa takes it."""
    properties = declared.entities[entity].value
    for part in ("role", "group"):
        listed = properties.get(f"{part}s") if isinstance(properties, Mapping) else None
        known = [str(one) for one in listed] if isinstance(listed, list) else []
        told = source.optional_text(mapping, part)
        if known and told is not None and told not in known:
            source.warnings.unknown(source.place(mapping, part), f'{part} of the entity "{entity}" called', told, known)


def _read_intents(source: Source, mapping: Mapping[Any, Any], key: str, declared: Declarations) -> tuple[str, ...]:
    place = source.place(mapping, key)
    intents = source.names(mapping.get(key), place, key)
    known = declared.known_intents()
    unknown = [intent for intent in intents if intent not in known]
    # Rasa takes names of intents that do not exist, and public assistants have them beside others that do.
    if unknown and len(unknown) == len(intents):
        for intent in unknown:
            (source.lapses if is_nearly(intent, known) else source.warnings).unknown(place, "intent", intent, known)
    return intents


def _read_action(source: Source, mapping: Mapping[Any, Any], declared: Declarations) -> str | None:
    action = source.optional_text(mapping, "action")
    if action is not None and action not in declared.actions:
        source.lapses.unknown(source.place(mapping, "action"), "action", action, declared.actions)
        if source.warns_of_lapses:  # Rasa asks the action server for it all the same
            declared.actions[action] = Node(source, None, source.place(mapping, "action"))
    return action


def _read_conditions(
    source: Source, mapping: Mapping[Any, Any], declared: Declarations
) -> tuple[MappingCondition, ...]:
    conditions = mapping.get("conditions")
    entries = source.sequence(conditions, source.place(mapping, "conditions"), "conditions")
    found = []
    for index, entry in enumerate(entries):
        condition = source.mapping(entry, source.place(conditions, index), "a condition")
        source.only_keys(condition, ("active_loop", "requested_slot"), "a condition")
        loop, slot = (source.optional_text(condition, key) for key in ("active_loop", "requested_slot"))
        if loop is not None and loop not in declared.forms:
            source.faults.unknown(source.place(condition, "active_loop"), "form", loop, declared.forms)
        if slot is not None and slot not in declared.known_slots():
            source.lapses.unknown(source.place(condition, "requested_slot"), "slot", slot, declared.known_slots())
        found.append(MappingCondition(loop, slot))
    return tuple(found)
