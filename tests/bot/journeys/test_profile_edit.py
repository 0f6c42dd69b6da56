"""The attributes of `profile.yml` are edited one at a time, and all else stays."""

from __future__ import annotations

import pytest

from bot.journeys.profile_edit import said_of, with_attribute
from bot.yaml_lines import CannotEdit

PROFILE = """\
# What is known of people.
purpose: to answer
attributes:
  name: {type: text, label: Name}   # as they say it
  team_size: number
  stage: {type: text, one_of: [lead, customer], trust: [[correction, conversation], crm]}
trust: [[correction, conversation], crm]
"""


def test_a_new_attribute_stands_behind_the_others() -> None:
    text = with_attribute(PROFILE, "plan", {"label": "Plan: which", "type": "text", "one_of": ["gold", "silver"]})
    new = "  plan: {type: text, one_of: [gold, silver], label: 'Plan: which'}"
    before, after = PROFILE.rsplit("trust:", 1)
    assert text == f"{before}{new}\ntrust:{after}"


def test_an_attribute_says_something_else_and_the_rest_stays() -> None:
    said = said_of(PROFILE)
    assert said["team_size"] == {"type": "number"}
    text = with_attribute(PROFILE, "stage", {**said["stage"], "label": "Stage"})
    assert said_of(text)["stage"] == {**said["stage"], "label": "Stage"}
    assert text.splitlines()[:5] == PROFILE.splitlines()[:5]
    labelled = with_attribute(PROFILE, "team_size", {"type": "number", "label": "People"})
    assert labelled == PROFILE.replace("team_size: number", "team_size: {type: number, label: People}")


def test_an_attribute_is_taken_out_but_not_the_last() -> None:
    assert with_attribute(PROFILE, "team_size", None) == PROFILE.replace("  team_size: number\n", "")
    with pytest.raises(CannotEdit, match="the only attribute"):
        with_attribute("attributes:\n  name: text\n", "name", None)


@pytest.mark.parametrize("text", ["- a\n", "purpose: x\n", "attributes: [name]\n"])
def test_what_lists_no_attributes_is_edited_as_text(text: str) -> None:
    with pytest.raises(CannotEdit, match="Edit its text"):
        with_attribute(text, "name", {"type": "text"})
    with pytest.raises(CannotEdit, match="Edit its text"):
        said_of(text)
