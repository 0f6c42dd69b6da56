"""Where people go when a version is published: everybody once, and never to a step that is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.publishing import OnEdit, Resting
from bot.domain.steps import END, AskStep
from bot.journeys.migrate import back_from, plan_moves
from tests.bot.services.stage import journey_of

OLD = journey_of("- id: a\n  wait: 1d\n- id: b\n  wait: 2d\n- wait: 3d\n- id: c\n  wait: 4d")
NEW = journey_of(
    "- id: a\n  wait: 9d\n"
    "- id: b\n  handoff: {reason: help, within: 1h, late: {go: c}}\n- wait: 5d\n- id: c\n  wait: 4d"
)
VERSIONS = {OLD.version: OLD, NEW.version: NEW}

groups = st.lists(
    st.builds(
        Resting,
        st.sampled_from([*VERSIONS, "unreadable"]),
        st.sampled_from(["a", "b", "c", "steps.2", "gone"]),
        st.booleans(),
        st.integers(1, 1000),
    ),
    max_size=6,
)
edits = st.one_of(
    st.sampled_from([OnEdit("pin"), OnEdit("drain")]),
    st.builds(
        OnEdit,
        st.just("map"),
        st.lists(st.tuples(st.sampled_from(["b", "gone", "steps.2"]), st.sampled_from(["a", "c", END]))).map(tuple),
    ),
)


@given(groups, edits, st.sets(st.sampled_from([*VERSIONS, "unreadable"])))
def test_a_plan_tells_of_everybody_once_and_leads_to_steps_that_are_there(
    resting: list[Resting], on_edit: OnEdit, drained: set[str]
) -> None:
    moves = plan_moves(NEW, VERSIONS, drained, resting, on_edit)
    assert [move.resting for move in moves] == resting
    for move in moves:
        if move.way in ("moves", "begins", "arrives"):
            assert move.to in NEW.steps or move.to == END
            assert on_edit.policy == "map"
            assert move.resting.version not in {NEW.version, *drained}


def way_of(step: str, on_edit: OnEdit, *, begun: bool = True) -> tuple[str, str, str]:
    (move,) = plan_moves(NEW, VERSIONS, (), [Resting(OLD.version, step, begun, 1)], on_edit)
    return move.way, move.to, move.why


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("a", ("moves", "a", "")),
        ("b", ("lost", "", "was a wait and is a handoff now")),
        ("gone", ("lost", "", "is gone")),
        ("steps.2", ("lost", "", "has no id, and another step stands in its place")),
    ],
)
def test_people_move_to_the_same_step_where_it_is_the_same_kind_of_step(
    step: str, expected: tuple[str, str, str]
) -> None:
    assert way_of(step, OnEdit("map")) == expected


def test_where_nobody_knows_what_the_step_was_only_a_mapping_leads_on() -> None:
    resting = [Resting("unreadable", "a", begun=True, people=1)]
    (lost,) = plan_moves(NEW, VERSIONS, (), resting, OnEdit("map"))
    assert (lost.way, lost.why) == ("lost", "is of a version that this release of Overture cannot read")
    (mapped,) = plan_moves(NEW, VERSIONS, (), resting, OnEdit("map", (("a", "c"),)))
    assert (mapped.way, mapped.to) == ("arrives", "c")


def test_who_was_asked_something_else_at_the_step_is_asked_anew() -> None:
    text = (
        "- id: question\n  ask: {form: size_form, channels: [sms], need: [team_size]}\n  silent: {after: 2d, go: end}"
    )
    old, longer = journey_of(text), journey_of(text.replace("2d", "5d"))
    another = replace(cast(AskStep, old.steps["question"]), form="budget_form", need=("budget",))
    asks_another = replace(old, version="another", steps={"question": another})
    resting = [Resting(old.version, "question", begun=True, people=1)]
    for published, way in ((asks_another, "arrives"), (longer, "moves")):
        (move,) = plan_moves(published, {old.version: old}, (), resting, OnEdit("map"))
        assert (move.way, move.to) == (way, "question")


def test_a_mapping_says_where_people_of_a_step_go() -> None:
    edit = OnEdit("map", (("b", "c"), ("steps.2", END)))
    assert way_of("b", edit) == ("arrives", "c", "")
    assert way_of("steps.2", edit) == ("arrives", END, "")


def test_who_has_not_begun_begins_with_the_new_version() -> None:
    assert way_of("gone", OnEdit("map"), begun=False) == ("begins", NEW.first, "")


def test_a_rollback_goes_the_mapped_ways_back_where_they_are_clear() -> None:
    left = journey_of(
        "- id: a\n  wait: 1d\n- id: b\n  wait: 2d", "on_edit: {map: {one: a, two: b, three: b, four: end}}"
    )
    assert back_from(left) == OnEdit("map", (("a", "one"),))
    assert back_from(OLD) == OnEdit()
