from __future__ import annotations

from typing import Any

import pytest

from bot.domain.effects import AddTag, ClaimIdentity, Emit, SetAttribute
from bot.services.trace import trace


@pytest.mark.parametrize(
    ("name", "value", "slot"),
    [
        ("team_size", 50, "team_size"),
        ("company", "Hilltop", "firm"),
        ("seats", 7, ""),
        ("qualified", True, ""),
        ("agrees", True, "agrees"),
        ("colour", "blue", ""),
        ("nothing", None, ""),
    ],
)
def test_a_value_is_of_the_slot_that_it_stands_in(name: str, value: Any, slot: str) -> None:
    slots = {"team_size": "50", "firm": "Hilltop", "agrees": True, "one": "blue", "two": "blue", "nothing": None}
    traced = trace(SetAttribute(name, value), "action_lead", slots)
    assert isinstance(traced, SetAttribute)
    assert (traced.slot, traced.by) == (slot, "action_lead")


def test_an_address_and_a_tag_are_traced_and_an_event_is_not() -> None:
    claimed = trace(ClaimIdentity("phone", "+447700900123"), "action_lead", {"number": "+447700900123"})
    assert isinstance(claimed, ClaimIdentity)
    assert (claimed.slot, claimed.by) == ("number", "action_lead")
    tagged = trace(AddTag("hot"), "action_lead", {})
    assert isinstance(tagged, AddTag)
    assert tagged.by == "action_lead"
    assert trace(Emit("a.b"), "action_lead", {}) == Emit("a.b")
