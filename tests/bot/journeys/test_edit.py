"""Edits of a journey's file: only the lines that are meant change."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents import parse
from bot.journeys.edit import Add, CannotEdit, Change, Edit, Move, Remove, edited
from bot.journeys.fields import plain
from bot.journeys.step_sources import step_sources

ODD = """\
# A journey with comments everywhere,
# and odd spacing.
journey:   welcome
purpose: marketing     # needs consent
enter: {event:   demo.requested,   again: after 90d}
steps:
  # First we wait.
  - wait:   1d    # a day

  - id: qualify     # asked once
    ask: {form: qualify_form,   channels: [ sms ]}
    # Nobody is pressed.
    remind: [1d]
    silent: {after: 3d, go: nurture}


  - branch:   # who is big?
      - if:   "answer.team_size > 20"
        do:
          # Big ones are tagged.
          - add_to: big
          - set: {stage:   'warm', size: "= answer.team_size"}
      - else: {do: [add_to: small, wait: 1d]}

  # The long way.
  - id: nurture
    send:
      response: utter_tip   # a tip
      channels:
        - sms
        - webchat
  - end

# The end.
"""


def sources(text: str) -> dict[str, Any]:
    return {name: plain(one.data) for name, one in step_sources(parse("", text).data).items()}


def changes(edit: Edit, text: str = ODD) -> list[str]:
    """The lines that go and come, as a diff has them."""
    after = edited(text, edit)
    diff = difflib.ndiff(text.split("\n"), after.split("\n"))
    return sorted((line for line in diff if line[0] in "+-"), key=lambda line: line[0], reverse=True)


def test_steps_are_found_by_the_ids_that_the_reader_gives_to_them() -> None:
    assert list(sources(ODD)) == [
        "steps.0",
        "qualify",
        "steps.2",
        "steps.2.branch.0.do.0",
        "steps.2.branch.0.do.1",
        "steps.2.branch.1.else.do.0",
        "steps.2.branch.1.else.do.1",
        "nurture",
        "steps.4",
    ]


def test_a_changed_entry_is_one_changed_line() -> None:
    assert changes(Change("steps.0", {"wait": "2d"})) == ["-   - wait:   1d    # a day", "+   - wait: 2d      # a day"]
    step = sources(ODD)["qualify"]
    assert changes(Change("qualify", {**step, "silent": {"after": "5d", "go": "nurture"}})) == [
        "-     silent: {after: 3d, go: nurture}",
        "+     silent: {after: 5d, go: nurture}",
    ]


def test_entries_come_and_go_by_themselves() -> None:
    step = sources(ODD)["qualify"]
    assert changes(Change("qualify", {**step, "human": "exit"})) == ["+     human: exit"]
    without = {key: value for key, value in step.items() if key != "silent"}
    assert changes(Change("qualify", without)) == ["-     silent: {after: 3d, go: nurture}"]
    assert changes(Change("steps.2.branch.0.do.0", {"add_to": "big", "id": "tagged"})) == [
        "-           - add_to: big",
        "+           - id: tagged",
        "+             add_to: big",
    ]


def test_a_step_in_a_list_of_one_line_changes_that_line() -> None:
    assert changes(Change("steps.2.branch.1.else.do.0", {"add_to": "tiny"})) == [
        "-       - else: {do: [add_to: small, wait: 1d]}",
        "+       - else: {do: [add_to: tiny, wait: 1d]}",
    ]


def test_a_new_step_is_put_beside_another() -> None:
    new = {"send": {"response": "utter_offer", "channels": ["sms"]}}
    line = "+   - send: {response: utter_offer, channels: [sms]}"
    assert changes(Add("qualify", new)) == [line]
    after = edited(ODD, Add("qualify", new))
    assert after.index("silent:") < after.index("utter_offer") < after.index("branch:")
    assert changes(Add("nurture", new, before=True)) == [line]
    assert changes(Add("steps.2.branch.0.do.0", {"wait": "1d"})) == ["+           - wait: 1d"]
    assert list(sources(edited(ODD, Add("steps.0", {"wait": "1d"}, before=True))))[:2] == ["steps.0", "steps.1"]


def test_a_step_goes_with_the_comment_above_it() -> None:
    assert changes(Remove("steps.0")) == ["-   # First we wait.", "-   - wait:   1d    # a day", "- "]
    moved = edited(ODD, Move("nurture", "steps.0", before=True))
    assert moved.index("# The long way.") < moved.index("- id: nurture") < moved.index("# First we wait.")
    assert sorted(line for line in moved.split("\n") if line) == sorted(line for line in ODD.split("\n") if line)


def test_a_step_moves_into_another_list_and_is_set_in() -> None:
    moved = edited(ODD, Move("steps.0", "steps.2.branch.0.do.1"))
    assert "          # First we wait.\n          - wait:   1d    # a day\n" in moved


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (Remove("nobody"), 'no step "nobody"'),
        (Move("steps.2", "steps.2.branch.0.do.0"), "into itself"),
        (Move("steps.2.branch.1.else.do.0", "nurture"), "list of one line"),
    ],
)
def test_what_cannot_be_done_is_said(edit: Edit, words: str) -> None:
    with pytest.raises(CannotEdit, match=words):
        edited(ODD, edit)


def test_the_only_step_of_a_list_stays() -> None:
    with pytest.raises(CannotEdit, match="only step"):
        edited("journey: x\nsteps:\n  - wait: 1d\n", Remove("steps.0"))


NAMES = sorted(sources(ODD))
VALUES = st.sampled_from(
    ["1d", "= answer.x", "it's: odd # text", "true", "12", "", " ", "a\nb", "09:00", "- x", "{", "é"]
)
STEPS = st.fixed_dictionaries(
    {"set": st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES | st.integers() | st.lists(VALUES, max_size=3))},
    optional={"id": st.just("fresh"), "then": st.sampled_from(["end", "nurture"])},
)
ANYWHERE = st.sampled_from(NAMES)
EDITS = st.one_of(
    st.builds(Change, ANYWHERE, STEPS),
    st.builds(Add, ANYWHERE, STEPS, st.booleans()),
    st.builds(Move, ANYWHERE, ANYWHERE, st.booleans()),
    st.builds(Remove, ANYWHERE),
)


@settings(max_examples=60)
@given(st.lists(EDITS, min_size=1, max_size=3))
def test_edits_can_be_made_and_keep_what_was_not_meant(edits: list[Edit]) -> None:
    """That each result says what was meant, `edited` looks at itself: it refuses what it cannot write."""
    text, refused = ODD, list[str]()
    for edit in edits:
        try:
            after = edited(text, edit)
        except CannotEdit as error:
            refused.append(str(error))
            continue
        lost = Counter(text.split("\n")) - Counter(after.split("\n"))
        if isinstance(edit, Add) and ".else." not in edit.beside:
            assert not lost
        assert not [line for line in lost if line.startswith("#") or "purpose" in line or "enter" in line]
        text = after
    assert not [why for why in refused if "cannot be edited here" in why]
