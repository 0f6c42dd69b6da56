"""Trace: find out where what an action sets of a person comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import takewhile
from typing import Any

from bot.domain.conversation import REQUESTED_SLOT, Event, SlotSet, Tracker, UserUttered
from bot.domain.effects import AddTag, ClaimIdentity, PersonEffect, SetAttribute


def trace(effect: PersonEffect, action: str, slots: Mapping[str, Any]) -> PersonEffect:
    """The effect, with the action that wants it, and the slot that its value stands in."""
    match effect:
        case SetAttribute(name=name, value=value):
            return replace(effect, by=action, slot=_slot_of(value, name, slots))
        case ClaimIdentity(identity=kind, value=value):
            return replace(effect, by=action, slot=_slot_of(value, kind, slots))
        case AddTag():
            return replace(effect, by=action)
        case _:
            return effect


def as_said(tracker: Tracker, events: Iterable[Event]) -> Mapping[str, Any]:
    """The slots as an action found them; what this message told is in the form that the action gives it."""
    since = takewhile(lambda one: not isinstance(one, UserUttered), reversed(tracker.recent))
    heard = {one.name for one in since if isinstance(one, SlotSet) and one.heard}
    given = {one.name: one.value for one in events if isinstance(one, SlotSet) and one.name in heard}
    return {**tracker.slots, **{name: value for name, value in given.items() if value is not None}}


def _slot_of(value: Any, name: str, slots: Mapping[str, Any]) -> str:
    """Of several slots with this value the one that is called alike; yes, no and nothing are in too many to tell."""
    having = [slot for slot, one in slots.items() if slot != REQUESTED_SLOT and _same(one, value)]
    if name in having:
        return name
    return having[0] if len(having) == 1 and not isinstance(value, bool) else ""


def _same(stands: Any, value: Any) -> bool:
    """An action may make a number of what was said."""
    return value is not None and stands is not None and (stands == value or str(stands) == str(value))
