"""Files of Rasa 2: what they say is put as Rasa 3 says it, before anything is read (`rasa data migrate`).

Rasa 2 kept the mappings of slots in forms, and filled a slot from the entity of its name where nothing else was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.dialogue.domain_yaml import Declarations, Node
from bot.dialogue.source import Source
from bot.documents import changeable, plain

REQUESTED_BY_NAME = ("from_text", "from_intent", "custom")
"""Mappings that in Rasa 2 only applied while the form asked for their slot."""

FORM_KEYS = ("required_slots", "ignored_intents")

UNDECLARED = {"type": "any", "influence_conversation": False}
"""A slot that a form asks for and that stands under no `slots:`."""

UNFEATURIZED = "unfeaturized"
"""Rasa 2's type of what rules and stories do not look at: `any` in Rasa 3."""


def is_of_rasa_2_unsaid(data: Any) -> bool:
    """Whether a file names no version, and none of the slots that it declares has the mappings that Rasa 3 asks for."""
    if not isinstance(data, Mapping) or "version" in data or not isinstance(data.get("slots"), Mapping):
        return False
    slots = [slot for slot in data["slots"].values() if isinstance(slot, Mapping)]
    return bool(slots) and not any("mappings" in slot for slot in slots)


def upgrade(declared: Declarations) -> None:
    """Move what is in Rasa 2's place to where Rasa 3 has it. What is in Rasa 3's place already stays as it is."""
    for form, node in list(declared.forms.items()):
        mapped = _mapped_slots(node)
        if mapped is None:
            continue
        known = [slot for slot in mapped if _is_declared(slot, node.source, mapped, declared)]
        for slot in known:
            _map_in_slot(declared, slot, form, mapped[slot])
        ignored = (node.value or {}).get("ignored_intents")
        properties = {"required_slots": [str(slot) for slot in known], "ignored_intents": ignored}
        declared.forms[form] = Node(node.source, properties, node.place)
    for name, node in list(declared.slots.items()):
        if isinstance(node.value, Mapping) and (node.source.major_version() == 2 or "auto_fill" in node.value):
            declared.slots[name] = Node(node.source, _as_rasa_3_has_it(name, node, declared), node.place)


def _mapped_slots(node: Node) -> Mapping[Any, Any] | None:
    """The slots of a form with their mappings, where they are in the form; None where they are not."""
    form = node.value
    if not isinstance(form, Mapping):
        return {} if form is None and node.source.major_version() == 2 else None
    if isinstance(form.get("required_slots"), Mapping):
        mapped: Mapping[Any, Any] = form["required_slots"]
        return mapped
    others = {slot: mappings for slot, mappings in form.items() if slot not in FORM_KEYS}
    looks_mapped = others and all(
        isinstance(mappings, list) and all(isinstance(one, Mapping) for one in mappings) for mappings in others.values()
    )
    return others if looks_mapped and "required_slots" not in form else None


def _is_declared(slot: Any, source: Source, mapped: Mapping[Any, Any], declared: Declarations) -> bool:
    if str(slot) in declared.known_slots():
        return True
    place = source.place(mapped, slot)
    source.lapses.unknown(place, "slot", str(slot), declared.slots)
    if source.warns_of_lapses:  # only the form says that there is one
        declared.slots[str(slot)] = Node(source, dict(UNDECLARED), place)
    return source.warns_of_lapses


def _map_in_slot(declared: Declarations, slot: Any, form: str, mappings: Any) -> None:
    """Give the slot the form's mappings, each for that form alone."""
    node = declared.slots.get(str(slot))
    if node is None or not isinstance(node.value, Mapping) or not isinstance(mappings, Iterable):
        return
    known = [changeable(one) for one in node.value.get("mappings") or [] if isinstance(one, Mapping)]
    for mapping in mappings:
        if not isinstance(mapping, Mapping):
            continue
        condition = {"active_loop": form}
        if mapping.get("type") in REQUESTED_BY_NAME:
            condition["requested_slot"] = str(slot)
        same = next((one for one in known if _bare(one) == plain(mapping) and "conditions" in one), None)
        if same is None:
            same = changeable(mapping)
            same["conditions"] = []
            known.append(same)
        same["conditions"] = [*same["conditions"], condition]
    properties = changeable(node.value)
    properties["mappings"] = known
    declared.slots[str(slot)] = Node(node.source, properties, node.place)


def _bare(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain(mapping).items() if key != "conditions"}


def _as_rasa_3_has_it(name: str, node: Node, declared: Declarations) -> Mapping[Any, Any]:
    properties = changeable(node.value)
    automatic = properties.pop("auto_fill", True) is True
    mappings = list(properties.get("mappings") or [])
    if name in declared.entities and automatic:
        from_entity = {"type": "from_entity", "entity": name}
        if from_entity not in plain(mappings):
            mappings.append(from_entity)
    properties["mappings"] = mappings or [{"type": "custom"}]
    if properties.get("type") == UNFEATURIZED:
        properties.update(type="any", influence_conversation=False)
    return properties
