"""Where steps, ways and entries have gone by an edit."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents import parse, plain
from bot.journeys.edit import Add, Change, Edit, Move, Remove, Settings, edited
from bot.journeys.step_sources import Source, item_sources
from bot.journeys.whereabouts import Whereabouts, then, whereabouts
from tests.bot.journeys.test_edit import ODD, SPLIT, edits_of, refusal

LIST = """\
journey: list
enter: {event: a}
steps:
  - wait: 1d
  - branch:
      - if: x
        do:
          - wait: 2d
          - wait: 3d
      - {else: {do: [{wait: 4d}]}}
  - {id: last, wait: 5d}
"""


def items(text: str) -> Mapping[str, Source]:
    return item_sources(parse("", text).data)


def gone(edit: Edit, text: str = LIST) -> dict[str, str | None]:
    """Only what is called otherwise than before."""
    went = whereabouts(edit, items(text), items(edited(text, edit)))
    return {name: now for name, now in went.items() if now != name}


BELOW_0 = {
    "steps.1": "steps.0",
    "steps.1/0": "steps.0/0",
    "steps.1/1": "steps.0/1",
    "steps.1.branch.0.do.0": "steps.0.branch.0.do.0",
    "steps.1.branch.0.do.1": "steps.0.branch.0.do.1",
    "steps.1.branch.1.else.do.0": "steps.0.branch.1.else.do.0",
}


def test_what_stands_below_moves_up_by_a_removal_with_all_that_it_holds() -> None:
    assert gone(Remove("steps.0")) == {"steps.0": None, **BELOW_0}
    assert gone(Remove("steps.1")) == dict.fromkeys(BELOW_0)
    assert gone(Remove("steps.1.branch.0.do.0")) == {
        "steps.1.branch.0.do.0": None,
        "steps.1.branch.0.do.1": "steps.1.branch.0.do.0",
    }


def test_what_stands_below_moves_down_by_something_new() -> None:
    first = {"steps.0": "steps.1"}
    more = {name: name.replace("steps.1", "steps.2", 1) for name in BELOW_0}
    assert gone(Add("steps.0", {"wait": "9d"})) == more
    assert gone(Add("steps.0", {"wait": "9d"}, before=True)) == first | more


def test_a_moved_step_changes_places_with_what_it_is_moved_past() -> None:
    assert gone(Move("steps.0", "steps.1")) == {"steps.0": "steps.1", **BELOW_0}
    assert gone(Move("steps.1", "steps.0", before=True)) == {"steps.0": "steps.1", **BELOW_0}
    assert gone(Move("last", "steps.0", before=True)) == {
        "steps.0": "steps.1",
        **{name: name.replace("steps.1", "steps.2", 1) for name in BELOW_0},
    }


def test_a_step_that_gets_a_name_goes_by_it() -> None:
    assert gone(Change("steps.0", {"id": "first", "wait": "1d"})) == {"steps.0": "first"}


def test_an_only_entry_is_the_first_of_two_or_the_second() -> None:
    assert gone(Add(":enter/0", {"api": True})) == {}
    assert gone(Add(":enter/0", {"api": True}, before=True)) == {":enter/0": ":enter/1"}
    assert gone(Settings({"enter": {"api": True}})) == {}


def test_one_edit_follows_another() -> None:
    first: Whereabouts = {"a": "b", "b": "c", "c": None}
    assert then(first, {"b": None, "c": "d"}) == {"a": None, "b": "d", "c": None}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_went_elsewhere_says_the_same_there(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([ODD, SPLIT, LIST]))
    edit = data.draw(edits_of(text))
    if refusal(text, edit) or isinstance(edit, Change | Settings):
        return
    before, after = items(text), items(edited(text, edit))
    went = whereabouts(edit, before, after)
    assert went.keys() == before.keys()
    there = [now for now in went.values() if now is not None]
    assert len(set(there)) == len(there)
    held = {one.path for one in before.values()}
    for name, now in went.items():
        is_leaf = not any(path[: len(before[name].path)] == before[name].path for path in held - {before[name].path})
        if now is not None and is_leaf:
            assert plain(after[now].data) == plain(before[name].data)
    if not isinstance(edit, Remove):
        assert None not in went.values()


@pytest.mark.parametrize("before", [True, False])
def test_a_step_is_moved_out_of_the_way_that_held_it(before: bool) -> None:
    went = gone(Move("steps.1.branch.0.do.0", "steps.0", before=before))
    assert went["steps.1.branch.0.do.0"] == ("steps.0" if before else "steps.1")
    assert went["steps.1.branch.0.do.1"] == "steps.2.branch.0.do.0"
