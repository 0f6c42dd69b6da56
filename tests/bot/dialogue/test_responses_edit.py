"""Words are edited in the text of their file: only the lines that are meant change."""

from __future__ import annotations

import difflib
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.dialogue.responses_edit import (
    MOST_VARIATIONS,
    Reworded,
    response_lines,
    reworded,
    with_response,
    without_response,
)
from bot.documents import parse, plain
from bot.yaml_lines import CannotEdit

ODD = """\
version: "3.1"   # of Rasa

# What is said.
responses:
  # Said first.
  utter_greet:    # everywhere
    - text:   'Hello,   {name}!'    # with the name
    # On the phone it is short.
    - text: Hi
      channel:   sms

    - text: >-
        Good morning from all of us here at the desk, which you may
        call at any time of the day.
      buttons: &next
        - title: "Book"
          payload: '/book'
        # and
        - {title: "Leave",   payload: /leave}


  utter_bye:
  - {text: Bye,   language: en} # quick
  - {text: Tschüss, language: de}
  utter_one: [{text: One}, {text: Two}]   # in one line
  utter_next:
    - text: "Next?"
      buttons: *next
      metadata: {rephrase: true}   # by a model

# The end.
"""


def said(text: str, name: str) -> list[dict[str, Any]]:
    return list(plain(parse("", text).data["responses"][name]))


WAS = {name: said(ODD, name) for name in ("utter_greet", "utter_bye", "utter_one", "utter_next")}


def as_they_are(name: str) -> list[Reworded]:
    return [Reworded(number, one) for number, one in enumerate(WAS[name])]


def changes(name: str, *variations: Reworded) -> list[str]:
    """The lines that go and come, as a diff has them."""
    diff = difflib.ndiff(ODD.split("\n"), reworded(ODD, name, variations).split("\n"))
    return sorted((line for line in diff if line[0] in "+-"), key=lambda line: line[0], reverse=True)


def test_other_words_are_one_changed_line() -> None:
    _, *others = as_they_are("utter_greet")
    assert changes("utter_greet", Reworded(0, {"text": "It's you, {name}!"}), *others) == [
        "-     - text:   'Hello,   {name}!'    # with the name",
        "+     - text: 'It''s you, {name}!'    # with the name",
    ]
    one, _, three = as_they_are("utter_greet")
    button = {"title": "Book", "payload": "/book"}
    assert changes("utter_greet", one, Reworded(1, {"text": "Hi", "channel": "sms", "buttons": [button]}), three) == [
        "+       buttons:",
        '+         - {title: "Book", payload: /book}',
    ]


def test_a_folded_text_keeps_the_lines_before_what_changed() -> None:
    one, two, three = as_they_are("utter_greet")
    text = three.says["text"].replace("of the day", "of the day and of the night, and on any day of the year but one")
    assert changes("utter_greet", one, two, Reworded(2, {**three.says, "text": text})) == [
        "-         call at any time of the day.",
        "+         call at any time of the day and of the night, and on any day of the year but one.",
    ]


def test_variations_come_go_and_change_places_with_their_comments() -> None:
    one, two, three = as_they_are("utter_greet")
    moved = reworded(ODD, "utter_greet", [two, one, three])
    assert moved.index("# On the phone") < moved.index("channel:   sms") < moved.index("'Hello,   {name}!'    # with")
    assert sorted(moved.split("\n")) == sorted(ODD.split("\n"))
    assert changes("utter_greet", one, three) == [
        "-     # On the phone it is short.",
        "-     - text: Hi",
        "-       channel:   sms",
    ]
    new = Reworded(None, {"text": "Guten\nTag", "language": "de"})
    assert changes("utter_greet", one, new, two, three)[-4:] == [
        "+     - text: |-",
        "+         Guten",
        "+         Tag",
        "+       language: de",
    ]
    bye = as_they_are("utter_bye")
    assert changes("utter_bye", *bye, Reworded(None, {"text": "Adieu", "language": "fr"})) == [
        '+   - {text: "Adieu", language: fr}'
    ]


def test_a_list_in_one_line_changes_that_line() -> None:
    one, _ = as_they_are("utter_one")
    assert changes("utter_one", one, Reworded(None, {"text": "Three"}))[0].startswith("-   utter_one: [")


def test_what_an_alias_names_stays_where_it_is_and_may_be_left() -> None:
    (one,) = as_they_are("utter_next")
    assert changes("utter_next", Reworded(0, {**one.says, "text": "And next?"})) == [
        '-     - text: "Next?"',
        '+     - text: "And next?"',
    ]
    assert changes("utter_next", Reworded(0, {**one.says, "buttons": [{"title": "A", "payload": "/a"}]}))[0] == (
        "-       buttons: *next"
    )
    greeting = as_they_are("utter_greet")
    with pytest.raises(CannotEdit, match=r"share what stands here \(&next\)"):
        reworded(ODD, "utter_greet", greeting[:2])


@pytest.mark.parametrize("custom", [{":0": None}, {"smile": ":0"}, {"smiles": [":0", ":)"]}, {"a": {":0": "x"}}])
def test_what_begins_with_a_colon_can_be_written(custom: dict[str, Any]) -> None:
    text = "responses:\n  utter_bye:\n  - text: bye\n"
    found = reworded(text, "utter_bye", [Reworded(was=None, says={"text": "x", "custom": custom})])
    assert said(found, "utter_bye") == [{"text": "x", "custom": custom}]


def test_windows_line_ends_and_the_mark_of_an_editor_stay() -> None:
    text = "\ufeff" + ODD.replace("\n", "\r\n")
    _, *others = as_they_are("utter_greet")
    found = reworded(text, "utter_greet", [Reworded(0, {"text": "Ho\nho"}), *others])
    assert (found[0], found.count("\n"), found.count("\r\n")) == ("\ufeff", found.count("\n"), found.count("\n"))
    assert said(found, "utter_greet")[0] == {"text": "Ho\nho"}


@pytest.mark.parametrize(
    ("name", "variations", "words"),
    [
        ("utter_nobody", [Reworded(None, {"text": "x"})], 'no response "utter_nobody"'),
        ("utter_bye", [], "one variation at least"),
        ("utter_bye", [Reworded(2, {"text": "x"})], "no such variation"),
        ("utter_bye", [Reworded(0, {"text": "x"}), Reworded(0, {"text": "y"})], "no such variation"),
        ("utter_bye", [Reworded(None, {"text": "x"})] * (MOST_VARIATIONS + 1), "at most"),
    ],
)
def test_what_cannot_be_done_is_said(name: str, variations: list[Reworded], words: str) -> None:
    with pytest.raises(CannotEdit, match=words):
        reworded(ODD, name, variations)


def test_the_lines_of_a_response_begin_with_its_comment() -> None:
    text = ODD.replace("  utter_one:", "  # Two.\n  utter_one:")
    assert response_lines(text, "utter_one").startswith("  # Two.\n  utter_one:")
    assert response_lines(ODD, "utter_one") == "  utter_one: [{text: One}, {text: Two}]   # in one line"
    assert response_lines(ODD, "utter_nobody") == ""


# ---------------------------------------------------------------- whatever is said

TEXTS = st.text(st.sampled_from("aé ß:#'\"{}[]&*!|>%@-\n\t\\,.0"), max_size=30) | st.sampled_from(
    ["yes", "1", "null", "2026-12-01", "09:00", "= x", "- x", "&next", "*next", "a\n\nb ", " a", "\n", "~", "<<"]
)
VALUES = st.recursive(
    TEXTS | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
SAYS = st.fixed_dictionaries(
    {"text": TEXTS},
    optional={
        "channel": TEXTS,
        "language": TEXTS,
        "subject": TEXTS,
        "buttons": st.lists(st.fixed_dictionaries({"title": TEXTS, "payload": TEXTS}), max_size=3),
        "custom": VALUES,
        "metadata": st.dictionaries(TEXTS, VALUES, max_size=3),
    },
)


def _with_text(says: dict[str, Any], text: str) -> dict[str, Any]:
    return {**says, "text": text}


@st.composite
def rewordings(draw: st.DrawFn) -> tuple[str, list[Reworded]]:
    """A response, of which each variation stays, changes a little, says something else, moves, or goes."""
    name = draw(st.sampled_from(sorted(WAS)))
    was = WAS[name]
    kept = draw(st.permutations(range(len(was))))[: draw(st.integers(0, len(was)))]
    other = {number: TEXTS.map(partial(_with_text, was[number])) for number in kept}
    found = [Reworded(number, draw(st.just(was[number]) | other[number] | SAYS)) for number in kept]
    for new in draw(st.lists(SAYS, min_size=0 if found else 1, max_size=2)):
        found.insert(draw(st.integers(0, len(found))), Reworded(None, new))
    return name, found


def refusal(name: str, variations: list[Reworded]) -> str:
    """Why it cannot be done; nothing where it can."""
    try:
        reworded(ODD, name, variations)
    except CannotEdit as error:
        return str(error)
    return ""


@settings(max_examples=40, deadline=None)
@example(("utter_greet", [Reworded(0, WAS["utter_greet"][0]), Reworded(2, _with_text(WAS["utter_greet"][2], "\n"))]))
@example(("utter_greet", [Reworded(2, _with_text(WAS["utter_greet"][2], "a\n\n"))]))
@given(rewordings())
def test_the_file_says_what_was_meant_and_the_rest_is_the_same_byte_for_byte(drawn: tuple[str, list[Reworded]]) -> None:
    name, variations = drawn
    if name == "utter_greet" and not any(map(_keeps_buttons, variations)):
        assert "&next" in refusal(name, variations)
        return
    found = reworded(ODD, name, variations)
    assert said(found, name) == [one.says for one in variations]
    above, below = ODD.split(response_lines(ODD, name))
    assert found.startswith(above)
    assert found.endswith(below)
    for one in variations:
        if one.was is not None and name == "utter_greet" and one.says == WAS[name][one.was]:
            assert VERBATIM[one.was] in found


def _keeps_buttons(one: Reworded) -> bool:
    """Whether it is the variation with what another response shares, which has no fault then."""
    return one.was == 2 and one.says.get("buttons") == WAS["utter_next"][0]["buttons"]


VERBATIM = [
    "    - text:   'Hello,   {name}!'    # with the name\n",
    "    # On the phone it is short.\n    - text: Hi\n      channel:   sms\n",
    ODD[ODD.index("    - text: >-") : ODD.index("\n\n  utter_bye")],
]


@given(st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(str.strip))
def test_a_new_response_stands_behind_the_others_and_they_stay_as_they_are(words: str) -> None:
    found = with_response(ODD, "utter_offer", [{"text": words}])
    after = iter(found.split("\n"))
    assert all(line in after for line in ODD.split("\n"))
    assert said(found, "utter_offer") == [{"text": words}]
    assert found.index("utter_next:") < found.index("utter_offer:")


def test_a_response_is_declared_once_and_in_a_file_that_has_some() -> None:
    with pytest.raises(CannotEdit, match="already"):
        with_response(ODD, "utter_bye", [{"text": "Bye"}])
    with pytest.raises(CannotEdit, match="declares no responses"):
        with_response("nlu: []\n", "utter_offer", [{"text": "x"}])


@pytest.mark.parametrize("name", ["utter_bye", "utter_one", "utter_next"])
def test_a_response_is_taken_out_with_what_is_said_of_it_and_all_else_stays(name: str) -> None:
    lines = response_lines(ODD, name).split("\n")
    found = without_response(ODD, name)
    assert name not in parse("", found).data["responses"]
    taken = [line[2:] for line in difflib.ndiff(ODD.split("\n"), found.split("\n")) if line[0] in "+-"]
    assert [line for line in taken if line.strip()] == [line for line in lines if line.strip()]


def test_the_last_response_of_a_section_takes_the_section_along() -> None:
    before, behind = 'version: "3.1"   # of Rasa\n\n', "\n# The end.\nslots: {}\n"
    text = f"{before}# What is said.\nresponses:\n  utter_one: [{{text: One}}]\n{behind}"
    assert without_response(text, "utter_one") == before + behind


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        (ODD, "utter_nobody", "no response"),
        (ODD, "utter_greet", r"share what stands here \(&next\)"),
        ("responses:\n  utter_one: [{text: One}]\n", "utter_one", "Take the file away"),
        ("{version: '3.1', responses: {utter_one: [{text: One}]}}\n", "utter_one", "in one line"),
    ],
)
def test_a_response_that_cannot_be_taken_out_is_left(text: str, name: str, problem: str) -> None:
    with pytest.raises(CannotEdit, match=problem):
        without_response(text, name)


@given(st.sampled_from([name for name in WAS if name != "utter_greet"]), st.booleans())
def test_every_other_response_keeps_its_lines(name: str, windows: bool) -> None:
    text = ODD.replace("\n", "\r\n") if windows else ODD
    found = without_response(text, name)
    for other in WAS:
        if other != name:
            assert response_lines(found, other).strip() == response_lines(text, other).strip()
