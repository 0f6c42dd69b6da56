from __future__ import annotations

from typing import Any

import pytest

from bot.domain.conversation import SlotSet, Tracker
from bot.domain.effects import AddTag, ClaimIdentity, Emit, SetAttribute
from bot.domain.ids import ConversationId
from bot.services.trace import as_said, trace


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


def test_what_a_message_told_is_said_in_whatever_form_an_action_keeps_it() -> None:
    heard = SlotSet("booked", "at 11", heard=True)
    tracker = Tracker(ConversationId("c"), slots={"plan": "gold"}).apply(heard)
    kept = [SlotSet("booked", "Tuesday at 11:00"), SlotSet("plan", "silver")]
    slots = as_said(tracker, kept)
    assert slots == {"booked": "Tuesday at 11:00", "plan": "gold"}, "nobody has said silver"
    assert as_said(tracker, [SlotSet("booked", None)])["booked"] == "at 11"
