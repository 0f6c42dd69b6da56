"""Edits of a journey's file: only the lines that are meant change."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents import parse, plain
from bot.journeys.edit import Add, CannotEdit, Change, Edit, Move, Remove, Settings, edited
from bot.journeys.step_sources import STEP, item_sources, node_at
from bot.yaml_lines import blocks_of

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
    return {name: plain(one.data) for name, one in item_sources(parse("", text).data).items() if one.kind == STEP}


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


def test_a_list_whose_dashes_stand_below_its_name_stays_so() -> None:
    text = "steps:\n- send:\n    response: utter_tip\n    channels:  # of theirs\n    - sms\n    - webchat\n"
    step = {"send": {"response": "utter_tip", "channels": ["sms", "email", "webchat"]}}
    assert changes(Change("steps.0", step), text) == ["+     - email"]


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
        (Remove("nobody"), 'no "nobody"'),
        (Move("steps.2", "steps.2.branch.0.do.0"), "into itself"),
        (Move("steps.2.branch.1.else.do.0", "nurture"), "list of one line"),
        (Move("steps.2/0", "nurture"), "cannot stand in one list"),
        (Remove("steps.2/7"), 'no "steps.2/7"'),
    ],
)
def test_what_cannot_be_done_is_said(edit: Edit, words: str) -> None:
    with pytest.raises(CannotEdit, match=words):
        edited(ODD, edit)


def test_the_only_step_of_a_list_stays() -> None:
    with pytest.raises(CannotEdit, match="only step"):
        edited("journey: x\nsteps:\n  - wait: 1d\n", Remove("steps.0"))


# ---------------------------------------------------------------- ways, entries and the head

SPLIT = """\
journey: welcome
enter:
  # From the shop.
  - {event: cart.left,   again: always}
  - {api: true} # and by hand
holdout:  5%   # to compare

# How they are treated.
steps:
  - id: offer
    split:
      # Half of them.
      - {name: discount,   weight: 50, do: [add_to: a]} # dear
      - name:   tip
        weight: 50
        do:
          - add_to:   b    # cheap
    metric: event meeting.booked
"""


def test_a_way_changes_by_itself() -> None:
    says = {"if": "answer.team_size > 50", "do": [{"add_to": "big"}, {"set": {"stage": "warm", "size": "= answer.x"}}]}
    before = ODD.replace('size: "= answer.team_size"', "size: '= answer.x'")
    assert changes(Change("steps.2/0", says), before) == [
        '-       - if:   "answer.team_size > 20"',
        '+       - if: "answer.team_size > 50"',
    ]
    assert changes(Change("steps.2/1", {"else": {"go": "nurture"}})) == [
        "-       - else: {do: [add_to: small, wait: 1d]}",
        "+       - else: {go: nurture}",
    ]
    assert changes(Change("offer/0", {"name": "discount", "weight": 60, "go": "end"}), SPLIT) == [
        "-       - {name: discount,   weight: 50, do: [add_to: a]} # dear",
        "+       - {name: discount, weight: 60, go: end}           # dear",
    ]
    assert changes(Change("offer/1", {"name": "tip", "weight": 40, "do": [{"add_to": "b"}]}), SPLIT) == [
        "-         weight: 50",
        "+         weight: 40",
    ]


def test_ways_and_entries_come_go_and_move() -> None:
    assert changes(Add("offer/0", {"name": "none", "weight": 20}), SPLIT) == ["+       - {name: none, weight: 20}"]
    assert changes(Add("steps.2/0", {"if": "lead.fit > 1", "go": "nurture"})) == [
        "+       - if: lead.fit > 1",
        "+         go: nurture",
    ]
    assert changes(Remove(":enter/0"), SPLIT) == [
        "-   # From the shop.",
        "-   - {event: cart.left,   again: always}",
    ]
    moved = edited(SPLIT, Move("offer/1", "offer/0", before=True))
    assert moved.index("# cheap") < moved.index("# Half of them.") < moved.index("# dear")
    one_line = "- branch: [{if: lead.fit > 1, go: end}, {if: a, go: end}]"
    in_one_line = SPLIT.replace("    metric: event meeting.booked\n", f"  {one_line}\n")
    assert changes(Move("steps.1/0", "steps.1/1"), in_one_line) == [
        f"-   {one_line}",
        "+   - branch: [{if: a, go: end}, {if: lead.fit > 1, go: end}]",
    ]


def test_one_entry_becomes_a_list_with_the_second() -> None:
    assert changes(Add(":enter/0", {"api": True})) == [
        "- enter: {event:   demo.requested,   again: after 90d}",
        "+ enter:",
        "+   - {event: demo.requested, again: after 90d}",
        "+   - {api: true}",
    ]
    assert changes(Change(":enter/0", {"event": "demo.requested"})) == [
        "- enter: {event:   demo.requested,   again: after 90d}",
        "+ enter: {event: demo.requested}",
    ]
    with pytest.raises(CannotEdit, match="nothing else lets people in"):
        edited(ODD, Remove(":enter/0"))


def test_a_setting_is_one_line_at_its_place() -> None:
    head = {"purpose": "marketing", "enter": {"event": "demo.requested", "again": "after 90d"}}
    assert changes(Settings({**head, "holdout": "5%"})) == ["+ holdout: 5%"]
    after = edited(ODD, Settings({**head, "priority": 60, "exit": {"goal": "event meeting.booked"}}))
    assert after.index("enter:") < after.index("exit: {goal") < after.index("priority: 60") < after.index("steps:")
    assert changes(Settings({**head, "purpose": "service"})) == [
        "- purpose: marketing     # needs consent",
        "+ purpose: service       # needs consent",
    ]
    split = {"enter": [{"event": "cart.left", "again": "always"}, {"api": True}]}
    assert changes(Settings(split), SPLIT) == ["- holdout:  5%   # to compare"]
    for wrong in ({**head, "steps": []}, {**head, "journey": "x"}, {**head, "colour": "red"}):
        with pytest.raises(CannotEdit, match="no setting"):
            edited(ODD, Settings(wrong))


def test_what_goes_takes_its_own_comment_and_no_other() -> None:
    step = sources(ODD)["qualify"]
    without = {key: value for key, value in step.items() if key != "ask"}
    assert changes(Change("qualify", without)) == ["-     ask: {form: qualify_form,   channels: [ sms ]}"]
    without = {key: value for key, value in step.items() if key != "remind"}
    assert changes(Change("qualify", without)) == ["-     # Nobody is pressed.", "-     remind: [1d]"]


# ---------------------------------------------------------------- whatever is done

VALUES = st.sampled_from(
    ["1d", "= answer.x", "it's: odd # text", "true", "12", "", " ", "a\nb", "09:00", "- x", "{", "é"]
)
STEPS = st.fixed_dictionaries(
    {"set": st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES | st.integers() | st.lists(VALUES, max_size=3))},
    optional={"id": st.just("fresh"), "then": st.sampled_from(["end", "nurture"])},
)
OUTCOMES = st.fixed_dictionaries({}, optional={"do": st.lists(STEPS, min_size=1, max_size=2), "go": VALUES})
NEW = {
    "step": STEPS,
    "branch": st.builds(lambda condition, outcome: {"if": condition, **outcome}, VALUES, OUTCOMES)
    | OUTCOMES.map(lambda outcome: {"else": outcome}),
    "split": st.builds(lambda name, outcome: {"name": name, "weight": 20, **outcome}, VALUES, OUTCOMES),
    "enter": st.fixed_dictionaries({"event": VALUES}, optional={"if": VALUES, "again": VALUES}),
}
HEADS = st.fixed_dictionaries(
    {"enter": NEW["enter"] | st.lists(NEW["enter"], min_size=1, max_size=3)},
    optional={
        "purpose": VALUES,
        "holdout": VALUES,
        "priority": st.integers(),
        "exit": st.fixed_dictionaries({"goal": st.lists(VALUES, min_size=1)}, optional={"when": VALUES}),
        "on_edit": st.sampled_from(["pin", {"map": {"old": "new"}}]),
    },
)


def edits_of(text: str) -> st.SearchStrategy[Edit]:
    items = item_sources(parse("", text).data)
    anywhere = st.sampled_from(sorted(items))
    new = anywhere.flatmap(lambda name: st.tuples(st.just(name), NEW[items[name].kind]))
    return st.one_of(
        new.map(lambda drawn: Change(drawn[0], drawn[1])),
        st.builds(lambda drawn, before: Add(drawn[0], drawn[1], before=before), new, st.booleans()),
        st.builds(Move, anywhere, anywhere, st.booleans()),
        st.builds(Remove, anywhere),
        st.builds(Settings, HEADS),
    )


def lines_around(text: str, name: str) -> tuple[int, int]:
    """The lines of the item, with the comment above it, or of the item or entry of the head in one line with it."""
    data, lines = parse("", text).data, text.split("\n")
    path = item_sources(data)[name].path
    for length in range(len(path), 1, -1):
        blocks = blocks_of(lines, node_at(data, path[: length - 1]))
        if isinstance(number := path[length - 1], int) and blocks is not None:
            return blocks[number].first, blocks[number].end
    starts = [line for line, _ in (data.lc.data[key][:2] for key in data)]
    return data.lc.data[path[0]][0], min(start for start in starts if start > data.lc.data[path[0]][0])


def refusal(text: str, edit: Edit) -> str:
    """Why the edit cannot be made; nothing where it can."""
    try:
        edited(text, edit)
    except CannotEdit as error:
        return str(error)
    return ""


def is_in_one_line(text: str, name: str) -> bool:
    """Whether the list that the item is in stands in one line, which must change then."""
    data = parse("", text).data
    return blocks_of(text.split("\n"), node_at(data, item_sources(data)[name].siblings)) is None


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_an_edit_changes_only_the_lines_that_it_means(data: st.DataObject) -> None:
    """That the result says what was meant, `edited` looks at itself: it refuses what it cannot write."""
    text = data.draw(st.sampled_from([ODD, SPLIT]))
    edit = data.draw(edits_of(text))
    if why := refusal(text, edit):
        assert "cannot be edited here" not in why
        return
    after = edited(text, edit).split("\n")
    before = text.split("\n")
    lost = Counter(before) - Counter(after)
    match edit:
        case Change(step=name) | Remove(step=name) | Add(beside=name):
            first, end = lines_around(text, name)
            one_blank = 1 if isinstance(edit, Remove) else 0
            assert after[:first] == before[:first]
            assert after[len(after) - len(before[end:]) + one_blank :] == before[end + one_blank :]
        case Move():
            comments = [line.strip() for line in before if line.strip().startswith("#")]
            assert not Counter(comments) - Counter(line.strip() for line in after)
        case Settings(to=to):
            steps = before.index("steps:")
            assert after[-len(before[steps:]) :] == before[steps:]
            assert not [line for line in lost if line.startswith("#")]
            was = plain(parse("", text).data)
            kept = [key for key in to if key in was and was[key] == to[key]]
            assert not [line for line in lost if line.partition(":")[0] in kept]
    if isinstance(edit, Add) and not is_in_one_line(text, edit.beside):
        assert not lost


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_one_edit_after_another_can_be_made(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([ODD, SPLIT]))
    for _ in range(3):
        edit = data.draw(edits_of(text))
        why = refusal(text, edit)
        assert "cannot be edited here" not in why
        text = text if why else edited(text, edit)
