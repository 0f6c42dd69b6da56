"""Slots that come from outside with a message."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.assistant import Slot
from bot.services.take_slots import takes
from tests.bot.services.stage import Stage


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("text", "fifty", True),
        ("text", 50, False),
        ("bool", True, True),
        ("bool", 1, False),
        ("float", 0.5, True),
        ("float", True, False),
        ("list", ["a"], True),
        ("list", "a", False),
        ("categorical", "now", True),
        ("categorical", "never", False),
        ("categorical", ["now"], False),
        ("any", {"day": 1}, True),
        ("text", None, True),
    ],
)
def test_a_slot_takes_what_its_type_says(kind: str, value: Any, fits: bool) -> None:
    assert takes(Slot("timeline", kind, values=("now", "later")), value) is fits


async def test_slots_are_set_before_the_turn_and_unknown_ones_left_out(stage: Stage) -> None:
    await stage.says("hello", slots={"team_size": "50", "nobody_knows": 1, "requested_slot": "team_size"})
    slots = (await stage.at()).tracker.slots
    assert slots["team_size"] == "50"
    assert "nobody_knows" not in slots
    assert slots.get("requested_slot") is None
