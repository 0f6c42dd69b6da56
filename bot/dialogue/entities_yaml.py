"""Reads the entities of a step, and what they put into slots."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.dialogue.features import ANY_VALUE
from bot.dialogue.source import Source
from bot.documents import plain
from bot.domain.assistant import Slot
from bot.domain.understanding import ANNOTATION, Entity

SEEN_AS_SET = ("text", "list", "any")
"""Types of slots of which rules and stories only see that they are set."""


def read_entities(source: Source, step: Mapping[Any, Any]) -> list[Entity]:
    """The entities that the step lists; None stands for any value."""
    entities = step.get("entities")
    found = []
    for index, entry in enumerate(source.sequence(entities, source.place(step, "entities"), "entities")):
        if isinstance(entry, Mapping) and "entity" in entry:
            found.append(_entity(entry["entity"], entry.get("value"), entry))
        elif isinstance(entry, Mapping):
            name = next((key for key in entry if key not in ("role", "group")), "")
            found.append(_entity(name, entry.get(name), entry))
        elif name := source.text(entry, source.place(entities, index), "an entity"):
            found.append(Entity(name, None))
    return found


def annotated_entities(text: str) -> Iterator[Entity]:
    """The entities that are marked in what the user says, in an end-to-end story."""
    for match in ANNOTATION.finditer(text):
        try:
            details = json.loads(match["details"] or "{}")
        except ValueError:
            continue
        value = match["value"] or details.get("value", match["text"])
        yield _entity(match["name"] or details.get("entity"), value, details)


def _entity(name: Any, value: Any, parts: Mapping[Any, Any]) -> Entity:
    role, group = (None if parts.get(key) is None else str(parts[key]) for key in ("role", "group"))
    return Entity(str(name), plain(value), role=role, group=group)


def filled_slots(entities: list[Entity], slots: Mapping[str, Slot]) -> dict[str, Any]:
    """The slots that these entities fill whatever form is open (Rasa 3.6's `Domain.slots_for_entities`)."""
    filled: dict[str, Any] = {}
    for slot in slots.values():
        wanted = {
            (mapping.entity, mapping.role, mapping.group)
            for mapping in slot.mappings
            if mapping.type == "from_entity" and all(one.active_loop is None for one in mapping.conditions[:1])
        }
        values = [entity.value for entity in entities if (entity.name, entity.role, entity.group) in wanted]
        if any(value is not None for value in values):
            told = [value for value in values if value is not None]
            filled[slot.name] = told if slot.type == "list" else told[-1]
        elif values and slot.type in SEEN_AS_SET:
            filled[slot.name] = ANY_VALUE
    return filled
