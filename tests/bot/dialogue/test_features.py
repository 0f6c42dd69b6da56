from __future__ import annotations

from typing import Any

import pytest

from bot.dialogue.features import Feature, feature, fitted
from bot.domain.assistant import Slot


@pytest.mark.parametrize(
    ("slot", "value", "seen"),
    [
        (Slot("s", "text"), "x", (1.0,)),
        (Slot("s", "text"), "", (1.0,)),
        (Slot("s", "text"), None, None),
        (Slot("s", "bool"), False, (1.0, 0.0)),
        (Slot("s", "bool"), "true", (1.0, 1.0)),
        (Slot("s", "bool"), "maybe", None),
        (Slot("s", "float", min_value=0, max_value=10), 5, (1.0, 0.5)),
        (Slot("s", "float", min_value=0, max_value=10), "50", (1.0, 1.0)),
        (Slot("s", "float", min_value=3, max_value=3), 5, (1.0, 0.0)),
        (Slot("s", "float"), "many", None),
        (Slot("s", "float"), float("nan"), None),
        (Slot("s", "list"), [], None),
        (Slot("s", "list"), ["a"], (1.0,)),
        (Slot("s", "categorical", values=("a", "b", "__other__")), "B", (0.0, 1.0, 0.0)),
        (Slot("s", "categorical", values=("a", "b", "__other__")), "c", (0.0, 0.0, 1.0)),
        (Slot("s", "categorical", values=("a", "b")), "c", None),
        (Slot("s", "any"), "x", None),
        (Slot("s", "text", influence_conversation=False), "x", None),
    ],
)
def test_what_is_seen_of_a_value(slot: Slot, value: Any, seen: Feature | None) -> None:
    assert feature(slot, value) == seen


def test_a_category_that_was_declared_as_a_number_keeps_the_words() -> None:
    """`values: [1, 2]` is how many write "1" and "2", and code of theirs compares with those."""
    assert fitted(Slot("s", "categorical", values=(1, 2)), "1") == "1"
