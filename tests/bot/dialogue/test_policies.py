from __future__ import annotations

import pytest

from bot.dialogue.policies import SLOT_FILLING, Chosen, by_form, by_rule, by_story, chosen_by


@pytest.mark.parametrize(
    ("action", "policy", "chosen"),
    [
        ("utter_x", by_rule("say: x (twice)"), Chosen("rule: say: x (twice)", rule="say: x (twice)")),
        ("utter_x", by_story("a > b"), Chosen("story: a > b")),
        ("f", by_form("f"), Chosen("form: f", form="f")),
        ("validate_f", by_form("f"), Chosen("form: f", form="f", part_of_form=True)),
        (
            "f",
            by_form("f", by_rule("open (f)")),
            Chosen("form: f (rule: open (f))", rule="open (f)", form="f"),
        ),
        ("action_a", f"{SLOT_FILLING}; it failed", Chosen(SLOT_FILLING, slot_filling=True, failed=True)),
        ("anything", "button", Chosen("button")),
        ("anything", "", Chosen("")),
    ],
)
def test_a_policy_is_read_back_as_it_was_written(action: str, policy: str, chosen: Chosen) -> None:
    assert chosen_by(action, policy) == chosen
