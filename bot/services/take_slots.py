"""Take slots: what a platform that holds the dialogue with us has found out, before the turn of its message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bot.domain.assistant import Assistant, Slot
from bot.domain.conversation import REQUESTED_SLOT, SlotSet
from bot.services.thought import Thought

log = structlog.get_logger()


def take_slots(assistant: Assistant, thought: Thought, values: Mapping[str, Any]) -> None:
    """Set each slot that the assistant has, to a value that its type takes; the log names those that are left out."""
    unfit = []
    for name, value in values.items():
        slot = assistant.slots.get(name)
        if slot is None or name == REQUESTED_SLOT or not takes(slot, value):
            unfit.append(name)
        elif thought.tracker.slots.get(name) != value:
            thought.apply(SlotSet(name, value))
    if unfit:
        log.warning("slots from outside were left out: the assistant has none such, or of another type", slots=unfit)


def takes(slot: Slot, value: Any) -> bool:
    """Whether a slot of this type may have this value; any may be empty."""
    if value is None:
        return True
    match slot.type:
        case "text":
            return isinstance(value, str)
        case "categorical":
            return value in slot.values or not slot.values
        case "bool":
            return isinstance(value, bool)
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "list":
            return isinstance(value, list)
        case _:
            return True
