"""What rules and stories see of a slot's value: Rasa's features, numbers that say whether it is set, and to what.

A text or a list only counts as set or not; a bool, a category and a number count with their value; `any` is never seen
(`rasa.shared.core.slots` in Rasa 3.6).
"""

from __future__ import annotations

import math
from typing import Any

from bot.domain.assistant import Slot

Feature = tuple[float, ...]

OTHER = "__other__"
ANY_VALUE = "..."
"""In a rule or story: set, to whatever."""


def feature(slot: Slot, value: Any) -> Feature | None:
    """The feature of `value` in `slot`; None where it counts as not set, and for slots that are not looked at."""
    if value is None or not slot.influence_conversation:
        return None
    match slot.type:
        case "text":
            return (1.0,)
        case "list":
            return (1.0,) if isinstance(value, (list, tuple)) and value else None
        case "bool":
            truth = as_bool(value)
            return None if truth is None else (1.0, float(truth))
        case "float":
            number = as_number(value)
            return None if number is None else (1.0, _scaled(slot, float(number)))
        case "categorical":
            return _one_of(slot, value)
        case _:
            return None


def _scaled(slot: Slot, number: float) -> float:
    capped = max(slot.min_value, min(slot.max_value, number))
    span = slot.max_value - slot.min_value
    return (capped - slot.min_value) / span if span > 0 else 0.0


def _one_of(slot: Slot, value: Any) -> Feature | None:
    wanted = str(value).lower()
    known = [str(one).lower() for one in slot.values]
    if wanted not in known:
        wanted = OTHER
    if wanted not in known:
        return None
    return tuple(float(one == wanted) for one in known)


def as_bool(value: Any) -> bool | None:
    """The truth of a bool, a number or a text such as "true" or "1"; None where it has none."""
    if isinstance(value, (bool, int, float)):
        return bool(value)
    said = str(value).strip().lower()
    if said in ("true", "false"):
        return said == "true"
    number = as_number(value)
    return None if number is None else bool(number)


def as_number(value: Any) -> int | float | None:
    """The finite number in a number or a text that is nothing but one; a whole one as an int."""
    if isinstance(value, (bool, int)):
        return value
    if not isinstance(value, (str, float)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(number) if isinstance(value, str) and number.is_integer() else number


def fitted(slot: Slot, value: Any) -> Any:
    """The value as the slot's type has it, where it reads as one; else as it came, for the form's validation to see."""
    match slot.type:
        case "float" if isinstance(value, str):
            number = as_number(value)
            return value if number is None else number
        case "bool" if isinstance(value, str):
            truth = {"true": True, "false": False}.get(value.strip().lower())
            return value if truth is None else truth
        case "categorical" if isinstance(value, str):
            declared = (one for one in slot.values if isinstance(one, str) and one.lower() == value.lower())
            return next(declared, value)
        case _:
            return value


def told_value(slot: Slot, value: Any) -> Any:
    """The value that a story's `...` stands for: one that is seen as set."""
    if value != ANY_VALUE:
        return value
    return {"bool": True, "list": [ANY_VALUE]}.get(slot.type, value)
