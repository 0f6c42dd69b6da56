"""Slot filling: what a message puts into the slots (Rasa 3's `action_extract_slots`).

Every slot's mappings are looked at after every message; the first one that applies fills it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue.accepting import accepted, named
from bot.dialogue.features import fitted
from bot.dialogue.partial_times import with_what_stays
from bot.domain.accepting import OneOf
from bot.domain.assistant import Assistant, Form, Slot, SlotMapping
from bot.domain.conversation import REQUESTED_SLOT, SlotSet, Tracker, UserUttered
from bot.domain.understanding import CORRECT_INTENT, COUNTED, Entity, base_intent

VALIDATE_SLOT_MAPPINGS = "action_validate_slot_mappings"


def heard_slots(assistant: Assistant, tracker: Tracker, *, words: bool = True) -> Iterator[SlotSet]:
    """The slots that the latest message fills; without its `words`, those that its entities and its intent fill."""
    message = tracker.latest_message
    if message is None:
        return
    intent = base_intent(message.understood.intent.name)
    for slot in assistant.slots.values():
        if slot.name == REQUESTED_SLOT:
            continue
        for mapping in slot.mappings:
            if mapping.type == "from_text" and not words:
                continue
            values = _values(assistant, slot, mapping, tracker, message)
            if not values or not _applies(assistant, tracker, slot, mapping, intent):
                continue
            told: Any = None
            if _is_an_answer(slot, mapping):
                value = _accepted(slot, mapping, message)
                if value is None:
                    continue
            elif slot.type == "list":
                value = values
            else:
                value, told = fitted(slot, values[-1]), values[-1]
            if value is not None or tracker.slots.get(slot.name) is not None:
                yield SlotSet(slot.name, value, heard=True, told=told if told != value else None)
                break
        else:
            if (early := _told_early(assistant, tracker, slot, message, intent)) is not None:
                yield SlotSet(slot.name, early, heard=True)


def _told_early(assistant: Assistant, tracker: Tracker, slot: Slot, message: UserUttered, intent: str) -> str | None:
    """The value of the slot's list that the message names before the form asks for it: in what opened the form, or in
    the answer to another question, where that takes no words as they come.
    """
    form = assistant.forms.get(tracker.loop.name) if tracker.loop else None
    if form is None or not isinstance(slot.accepts, OneOf) or tracker.slots.get(slot.name) is not None:
        return None
    asked = tracker.slots.get(REQUESTED_SLOT)
    if slot.name not in form.required_slots or asked == slot.name:
        return None
    if asked is not None and (intent in form.ignored_intents or not _is_choosy(assistant.slots.get(asked))):
        return None
    of_the_form = (
        mapping
        for mapping in slot.mappings
        if mapping.type == "from_text" and any(one.active_loop == form.name for one in mapping.conditions)
    )
    if all(intent in mapping.not_intents for mapping in of_the_form):
        return None
    return named(slot.accepts, message.text)


def entities_that_fill(assistant: Assistant, tracker: Tracker, slot: Slot, intent: str) -> frozenset[str]:
    """The entities of a message with this intent that would fill the slot now."""
    return frozenset(
        mapping.entity
        for mapping in slot.mappings
        if mapping.type == "from_entity" and mapping.entity and _applies(assistant, tracker, slot, mapping, intent)
    )


def _is_choosy(slot: Slot | None) -> bool:
    return slot is not None and slot.accepts is not None


def refused_slots(assistant: Assistant, tracker: Tracker, names: Iterable[str]) -> dict[str, bool]:
    """Those of these slots for which the latest message has an answer that none of them accepts.

    True where an entity of the message was meant for the slot, false where nothing but its whole text could be.
    """
    message = tracker.latest_message
    if message is None:
        return {}
    intent = base_intent(message.understood.intent.name)
    found: dict[str, bool] = {}
    for slot in (assistant.slots[name] for name in names if name in assistant.slots):
        tried = [
            mapping
            for mapping in slot.mappings
            if _values(assistant, slot, mapping, tracker, message)
            and _applies(assistant, tracker, slot, mapping, intent)
        ]
        if tried and all(
            _is_an_answer(slot, mapping) and _accepted(slot, mapping, message) is None for mapping in tried
        ):
            found[slot.name] = any(mapping.type == "from_entity" for mapping in tried)
    return found


def _is_an_answer(slot: Slot, mapping: SlotMapping) -> bool:
    """Whether the slot has to accept it; the value that the author gives for an intent is the author's own."""
    return slot.accepts is not None and mapping.type in ("from_entity", "from_text")


def _accepted(slot: Slot, mapping: SlotMapping, message: UserUttered) -> Any:
    """The answer as it is kept; None where it is refused."""
    if slot.accepts is None:
        return None
    found = [message.text] if mapping.type == "from_text" else _entities(mapping, message)
    value = accepted(slot.accepts, found, message)
    return str(value) if slot.type == "text" and value is not None else value


def filling_actions(assistant: Assistant, tracker: Tracker) -> list[str]:
    """The custom actions that fill slots after this message, and last the one that validates slots outside of forms."""
    message = tracker.latest_message
    if message is None:
        return []
    intent = base_intent(message.understood.intent.name)
    wanted = [
        mapping.action
        for slot in assistant.slots.values()
        for mapping in slot.mappings
        if mapping.action is not None and _applies(assistant, tracker, slot, mapping, intent)
    ]
    if VALIDATE_SLOT_MAPPINGS in assistant.actions:
        wanted = [*(name for name in wanted if name != VALIDATE_SLOT_MAPPINGS), VALIDATE_SLOT_MAPPINGS]
    return list(dict.fromkeys(wanted))


def _applies(assistant: Assistant, tracker: Tracker, slot: Slot, mapping: SlotMapping, intent: str) -> bool:
    return (
        _wants_intent(assistant, tracker, mapping, intent)
        and _conditions_hold(tracker, slot, mapping)
        and not _belongs_to_another_slot(assistant, tracker, slot, mapping)
        and not _puts_another_slot_right(assistant, tracker, slot, mapping, intent)
    )


def _puts_another_slot_right(
    assistant: Assistant, tracker: Tracker, slot: Slot, mapping: SlotMapping, intent: str
) -> bool:
    """Whether this corrects what is known, and this slot is not: another one is that the entity would put right."""
    if not _corrects(mapping, intent) or tracker.slots.get(slot.name) is not None:
        return False
    return any(
        _corrects(one, intent) and _conditions_hold(tracker, other, one) and _entity_of(one) == _entity_of(mapping)
        for other in assistant.slots.values()
        if tracker.slots.get(other.name) is not None
        for one in other.mappings
    )


def _entity_of(mapping: SlotMapping) -> Hashable:
    return mapping.entity, mapping.role, mapping.group


def _corrects(mapping: SlotMapping, intent: str) -> bool:
    return intent == CORRECT_INTENT and mapping.type == "from_entity" and CORRECT_INTENT in mapping.intents


def _wants_intent(assistant: Assistant, tracker: Tracker, mapping: SlotMapping, intent: str) -> bool:
    if mapping.intents:
        return intent in mapping.intents
    if intent in mapping.not_intents:
        return False
    form = assistant.forms.get(tracker.loop.name) if tracker.loop else None
    if form is None or intent not in form.ignored_intents:
        return True
    loops = {condition.active_loop for condition in mapping.conditions}
    return bool(loops) and form.name not in loops


def _conditions_hold(tracker: Tracker, slot: Slot, mapping: SlotMapping) -> bool:
    if not mapping.conditions or mapping.type == "from_trigger_intent":
        return True
    requested = tracker.slots.get(REQUESTED_SLOT)
    loop = tracker.loop
    if loop is not None and loop.rejected and requested == slot.name:
        return False
    return any(
        condition.active_loop == (loop.name if loop else None)
        and (condition.requested_slot is None or condition.requested_slot == requested)
        for condition in mapping.conditions
    )


def _belongs_to_another_slot(assistant: Assistant, tracker: Tracker, slot: Slot, mapping: SlotMapping) -> bool:
    """Whether this entity could as well be meant for another slot of the open form, and was not asked for."""
    if mapping.type != "from_entity" or tracker.loop is None or tracker.slots.get(REQUESTED_SLOT) == slot.name:
        return False
    form = assistant.forms.get(tracker.loop.name)
    return form is not None and slot.name in form.required_slots and not _is_unique(assistant, form, mapping)


def _is_unique(assistant: Assistant, form: Form, mapping: SlotMapping) -> bool:
    key = _key(mapping)
    count = Counter(
        _key(one)
        for name in form.required_slots
        if name in assistant.slots
        for one in assistant.slots[name].mappings
        if one.type == "from_entity" and one.entity == mapping.entity
    )
    return count[key] <= 1


def _key(mapping: SlotMapping) -> Hashable:
    return (
        mapping.entity,
        mapping.role,
        mapping.group,
        frozenset(mapping.intents),
        frozenset(mapping.not_intents),
        frozenset(mapping.conditions),
    )


def _values(
    assistant: Assistant, slot: Slot, mapping: SlotMapping, tracker: Tracker, message: UserUttered
) -> list[Any]:
    match mapping.type:
        case "from_entity":
            found = _entities(mapping, message)
            if _is_told_anew(assistant, tracker, slot, mapping):
                found = [replace(one, value=with_what_stays(tracker.slots[slot.name], one)) for one in found]
            return [_as_written(entity) if slot.type == "text" else entity.value for entity in found]
        case "from_intent":
            return [mapping.value]
        case "from_trigger_intent":
            return [mapping.value] if _opens(tracker, mapping) else []
        case "from_text":
            return [message.text] if message.text else []
        case _:
            return []


def _is_told_anew(assistant: Assistant, tracker: Tracker, slot: Slot, mapping: SlotMapping) -> bool:
    """Whether it is known, and the open form asks for it or the author lets it be put right."""
    if tracker.slots.get(slot.name) is None:
        return False
    form = assistant.forms.get(tracker.loop.name) if tracker.loop else None
    return CORRECT_INTENT in mapping.intents or (form is not None and slot.name in form.required_slots)


def _entities(mapping: SlotMapping, message: UserUttered) -> list[Entity]:
    wanted = (mapping.entity, mapping.role, mapping.group)
    return [one for one in message.understood.entities if (one.name, one.role, one.group) == wanted]


def _as_written(entity: Entity) -> Any:
    """What a text keeps of an entity. A number stays as it was written: an order 0012 is no 12, and no sum."""
    if entity.extractor != COUNTED:
        return entity.value
    return entity.text if re.search(r"\d", entity.text) else str(entity.value)


def _opens(tracker: Tracker, mapping: SlotMapping) -> bool:
    if tracker.loop is None:
        return False
    loops = {condition.active_loop for condition in mapping.conditions} - {None}
    return not loops or tracker.loop.name in loops


def first_slots(assistant: Assistant) -> Mapping[str, Any]:
    """The slots that have a value from the start."""
    return {slot.name: slot.initial_value for slot in assistant.slots.values() if slot.initial_value is not None}
