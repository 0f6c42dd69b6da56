"""Files of Rasa 2: what they say is put as Rasa 3 says it, before anything is read (`rasa data migrate`).

Rasa 2 kept the mappings of slots in forms, and filled a slot from the entity of its name where nothing else was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.dialogue.domain_yaml import Declarations, Node
from bot.dialogue.source import plain

REQUESTED_BY_NAME = ("from_text", "from_intent", "custom")
"""Mappings that in Rasa 2 only applied while the form asked for their slot."""

FORM_KEYS = ("required_slots", "ignored_intents")


def upgrade(declared: Declarations) -> None:
    """Move what is in Rasa 2's place to where Rasa 3 has it. What is in Rasa 3's place already stays as it is."""
    for form, node in list(declared.forms.items()):
        mapped = _mapped_slots(node)
        if mapped is None:
            continue
        for slot in mapped:
            _map_in_slot(declared, slot, form, mapped[slot])
        ignored = (node.value or {}).get("ignored_intents")
        properties = {"required_slots": [str(slot) for slot in mapped], "ignored_intents": ignored}
        declared.forms[form] = Node(node.source, properties, node.place)
    for name, node in list(declared.slots.items()):
        if isinstance(node.value, Mapping) and (node.source.major_version() == 2 or "auto_fill" in node.value):
            declared.slots[name] = Node(node.source, _filled_automatically(name, node, declared), node.place)


def _mapped_slots(node: Node) -> Mapping[Any, Any] | None:
    """The slots of a form with their mappings, where they are in the form; None where they are not."""
    form = node.value
    if not isinstance(form, Mapping):
        return {} if form is None and node.source.major_version() == 2 else None
    if isinstance(form.get("required_slots"), Mapping):
        mapped: Mapping[Any, Any] = form["required_slots"]
        return mapped
    others = {slot: mappings for slot, mappings in form.items() if slot not in FORM_KEYS}
    looks_mapped = others and all(isinstance(mappings, list) for mappings in others.values())
    return others if looks_mapped and "required_slots" not in form else None


def _map_in_slot(declared: Declarations, slot: Any, form: str, mappings: Any) -> None:
    """Give the slot the form's mappings, each for that form alone. A slot that is not declared is a fault later."""
    node = declared.slots.get(str(slot))
    if node is None or not isinstance(node.value, Mapping) or not isinstance(mappings, Iterable):
        return
    known = [dict(one) for one in plain(node.value.get("mappings") or []) if isinstance(one, Mapping)]
    for mapping in plain(list(mappings)):
        if not isinstance(mapping, Mapping):
            continue
        condition = {"active_loop": form}
        if mapping.get("type") in REQUESTED_BY_NAME:
            condition["requested_slot"] = str(slot)
        same = next((one for one in known if _bare(one) == mapping and "conditions" in one), None)
        if same is None:
            known.append({**mapping, "conditions": [condition]})
        else:
            same["conditions"].append(condition)
    declared.slots[str(slot)] = Node(node.source, {**node.value, "mappings": known}, node.place)


def _bare(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != "conditions"}


def _filled_automatically(name: str, node: Node, declared: Declarations) -> dict[Any, Any]:
    properties = {key: value for key, value in node.value.items() if key != "auto_fill"}
    mappings = list(properties.get("mappings") or [])
    if name in declared.entities and node.value.get("auto_fill", True) is True:
        from_entity = {"type": "from_entity", "entity": name}
        if from_entity not in plain(mappings):
            mappings.append(from_entity)
    properties["mappings"] = mappings or [{"type": "custom"}]
    return properties
