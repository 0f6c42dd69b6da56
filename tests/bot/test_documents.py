"""Documents: YAML whose every fault has a place."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml.comments import CommentedMap

from bot.documents import Faults, changeable, did_you_mean, parse, position_of, salvage
from bot.domain.errors import ContentError, Place

ANY_TEXT = st.text(st.sampled_from("ab:- \t\n\"'[]{}#&*!|>%@0\x00é"), max_size=60) | st.text(max_size=40)


def refusal(text: str) -> ContentError | None:
    try:
        parse("a.yml", text)
    except ContentError as error:
        return error
    return None


def fault_of(text: str) -> str:
    error = refusal(text)
    assert error is not None
    (fault,) = error.faults
    return str(fault)


def test_an_entry_has_the_place_at_which_it_stands() -> None:
    document = parse("a.yml", "one: 1\ntwo:\n  - x\n  - y: 2\n")
    assert document.place(document.data, "two") == Place("a.yml", 2, 1)
    assert document.place(document.data["two"], 1) == Place("a.yml", 4, 5)
    assert document.place(document.data["two"][1]) == Place("a.yml", 4, 5)
    assert document.place("a plain text") == Place("a.yml")
    assert document.place(document.data, "no such key") == Place("a.yml", 1, 1)


def test_an_entry_that_is_merged_in_has_the_place_at_which_it_is_written() -> None:
    document = parse("a.yml", "one: &x\n  y: 1\ntwo:\n  <<: *x\n  z: 2\nthree: *x\n")
    assert document.place(document.data["two"], "y") == Place("a.yml", 2, 3)
    assert position_of(document.data, "three") == (5, 0)
    assert position_of(document.data, "three", of_value=True) == (0, 5)
    changed = changeable(document.data["two"])
    del changed["y"]
    assert (document.place(changed, "z"), document.data["two"]["y"]) == (Place("a.yml", 5, 3), 1)


def test_what_is_merged_into_many_is_not_compared_with_each_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two thousand, which a page's check takes from whoever may look, that took half a minute."""
    compared: list[object] = []

    def note(_: object, other: object) -> bool:
        compared.append(other)
        return False

    monkeypatch.setattr(CommentedMap, "__eq__", note)
    document = parse("a.yml", "a: &a {x: 1}\nb: {<<: *a}\nc: {<<: *a, y: 2}\nd: {<<: [*a]}\n")
    assert not compared
    assert [document.data[one]["x"] for one in "bcd"] == [1, 1, 1]


def test_what_has_an_alias_of_itself_in_it_is_a_fault() -> None:
    assert fault_of("a:\n  b: &b\n    c: [*b]\n").startswith(
        "a.yml:2:6: this is not YAML: what begins here has an alias"
    )
    assert refusal("a: &a [1]\nb: [*a, *a]\n") is None


def test_aliases_of_aliases_that_make_more_than_anybody_means_are_a_fault() -> None:
    rows = [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in pairwise("abcdefgh")]
    told = fault_of("\n".join(["a: &a [x, x, x, x, x, x, x, x, x]", *rows]))
    assert "with its aliases filled in this has more than 1,000,000 entries" in told
    assert told.endswith("Write out what is meant in the place of the alias (*).")
    assert refusal("\n".join(["a: &a [x, x, x, x, x, x, x, x, x]", *rows[:4]])) is None


def test_a_character_that_is_escaped_in_two_halves_is_read_whole() -> None:
    assert parse("a.yml", 'text: "Hi \\ud83d\\ude00"\n').data == {"text": "Hi \N{GRINNING FACE}"}
    told = fault_of('a: 1\ntext: "Hi \\ud83d"\n')
    assert told.startswith("a.yml:2:7: this is not YAML: there is half of a character here")
    assert told.endswith("Write the character itself.")


def test_what_has_a_tag_and_no_place_of_its_own_stands_at_the_beginning() -> None:
    document = parse("a.yml", "!mine 3")
    assert document.place(document.data) == Place("a.yml", 1, 1)


def test_times_and_country_codes_stay_what_was_written() -> None:
    assert parse("a.yml", "at: 21:00\nland: NO\n").data == {"at": "21:00", "land": "NO"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\n\tb: 2\n", "a.yml:2:1: this is not YAML: found character '\\t'"),
        ("steps:\n\t- send\n", "Indent with spaces, not tabs."),
        ("a: 1\nb: 2\na: 3\n", "a.yml:3:1:"),
        ("a: 1\nb: 2\na: 3\n", "Keep one of the two entries."),
        ("text: Hello: there\n", "Put quotes around a text that has a colon in it"),
        ('a: 1\nb: "never closed\nc: 2\n', "a.yml:2:4:"),
        ('a: 1\nb: "never closed\nc: 2\n', "Close the quote that begins here."),
        ("a: [1, 2\nb: 3\n", "a.yml:1:4: this is not YAML: before line 2 the bracket that opens here should be closed"),
        ('a: {b: "never}\nc: {d: "e"}\n', "a.yml:1:4"),
        ("? {a: {b: 1}}\n: 2\n", "a.yml:1:1: this is not YAML: a name here has entries of its own. Put quotes"),
        ("a: {b: 1 c: 2}\n", "a.yml:1:11: this is not YAML: here a comma is missing"),
        ("a: 1\nb: -_\n", 'a.yml:2:4: this is not YAML: "-_" looks like a number or a date and is none.'),
        ("a: 0x_\n", "Put quotes around it if it is meant as a text."),
        ("a:\n  - 2026-02-30\n", "a.yml:2:5:"),
        ("2026-02-30: a\n", "a.yml:1:1:"),
        ("a: 1\n---\nb: 2\n", "a.yml:2"),
        ("a: 1\n---\nb: 2\n", "Take out the --- here."),
        ("a: 1\nb: 2\na: 3\n", '"a" is written twice, and this is the second. Keep'),
        ("a:\n  - b: 1\n   c: 2\n", "a.yml:3:4: this is not YAML: what begins here belongs to nothing above it."),
        ("a: {x} bags\n", "what begins here belongs to nothing above it. Check the indentation and the quotes"),
        ("key: |\n x\ny\n", "Put a colon and a blank after each name"),
        ("a: *x\n", "Put quotes around a text that begins with a sign"),
        ("a: @x\n", "Put quotes around a text that begins with a sign"),
        ('a: "x\\q"\n', "Write the backslash twice"),
        ("a: \x00\n", "a.yml:1"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_place_and_advice(text: str, told: str) -> None:
    assert told in fault_of(text)


@given(ANY_TEXT)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    error = refusal(text)
    for fault in error.faults if error else ():
        assert (fault.place.path, fault.place.line >= 1, fault.place.column >= 1) == ("a.yml", True, True)


@given(ANY_TEXT)
def test_whatever_is_salvaged_is_yaml(text: str) -> None:
    document = salvage("a.yml", text)
    if document is not None and refusal(text) is None:
        # A value with a tag of its own ("!a", or "=" alone) is equal to itself only, and `.nan` not even to that.
        unlike = not {"\t", "!", "="}.isdisjoint(text) or ".nan" in text.lower()
        assert document.data == parse("a.yml", text).data or unlike


def test_what_stands_around_a_bad_line_is_salvaged() -> None:
    text = 'responses:\n  utter_a:\n  - text: "never closed\n  utter_b:\n  - text: Hello\n'
    document = salvage("a.yml", text)
    assert document is not None
    assert list(document.data["responses"]) == ["utter_a", "utter_b"]


def test_what_follows_a_bracket_that_is_never_closed_is_salvaged() -> None:
    document = salvage("a.yml", 'responses:\n  utter_a: [{text: "never}]\n  utter_b: [{text: "Hello"}]\n')
    assert document is not None
    assert list(document.data["responses"]) == ["utter_b"]


def test_lines_indented_with_tabs_are_salvaged() -> None:
    document = salvage("a.yml", "intents:\n  - greet\n\t- goodbye\n  - thank\nactions: []\n")
    assert document is not None
    assert document.data["intents"] == ["greet", "goodbye", "thank"]


def test_faults_are_told_in_the_order_of_the_files() -> None:
    faults = Faults()
    faults.add(Place("b.yml", 1), "third.")
    faults.add(Place("a.yml", 10), "second.")
    faults.unknown(Place("a.yml", 9), "response", "utter_tipp", ["utter_tip", "utter_top"])
    with pytest.raises(ContentError) as told:
        faults.raise_if_any()
    assert [str(fault) for fault in told.value.faults] == [
        'a.yml:9:1: there is no response "utter_tipp". Did you mean "utter_tip"?',
        "a.yml:10:1: second.",
        "b.yml:1:1: third.",
    ]


def test_no_faults_raise_nothing() -> None:
    Faults().raise_if_any()


def test_a_suggestion_is_the_nearest_name_or_the_few_there_are_or_nothing() -> None:
    assert did_you_mean("sms", ["slack", "smsx"]) == 'Did you mean "smsx"?'
    assert did_you_mean("zzz", ["b", "a"]) == "Known: a, b."
    assert did_you_mean("zzz", [f"name{number}" for number in range(9)]) == ""
    assert did_you_mean("zzz", []) == ""


def test_a_character_that_no_text_has_is_told_with_its_place() -> None:
    assert fault_of("a: 1\nb: x\x00y\n").startswith("a.yml:2:5: this is not YAML: no text has the character U+0000.")


def test_what_is_nested_beyond_reason_is_told_in_our_words() -> None:
    assert fault_of("[" * 2000 + "]" * 2000) == "a.yml:1:1: this is nested more deeply than anybody means."


def test_a_name_in_other_capitals_is_the_one_that_is_meant() -> None:
    assert did_you_mean("SMS", ["mms", "sms"]) == 'Did you mean "sms"?'
