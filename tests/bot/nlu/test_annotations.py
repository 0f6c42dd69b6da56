from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import Faults
from bot.domain.errors import Fault, Place
from bot.nlu.annotations import Annotated, read_annotated, read_annotations

PLACE = Place("nlu.yml", 4, 5)


def read(annotated: str) -> tuple[Annotated, list[Fault], list[Fault]]:
    """What is read, the faults, and the warnings."""
    faults, warnings = Faults(), Faults()
    found = read_annotated(annotated, PLACE, faults, warnings=warnings, known={"city", "item"})
    return found, faults.in_order(), warnings.in_order()


@pytest.mark.parametrize(
    ("annotated", "column", "problem"),
    [
        ("hi [Oslo(city)", 10, '"[Oslo(city)" is no annotation'),
        ("hi [Oslo] (city)", 10, '"[Oslo] (city)" is no annotation'),
        ("hi Oslo](city)", 14, '"](city)" is no annotation'),
        ("hi [Oslo]fjord(city)", 10, '"[Oslo]fjord(city)" is no annotation'),
        ("从[北京]走(city)", 8, '"[北京]走(city)" is no annotation'),
        ("hi [](city)", 10, '"[](city)" is no annotation'),
        ("hi [Oslo]()", 10, '"[Oslo]()" names no entity'),
        ("hi [ ](city)", 10, '"[ ](city)" marks no words'),
        ("hi [Oslo](citty)", 10, 'there is no entity "citty". Did you mean "city"?'),
        ("hi [[Oslo](city)](city)", 10, '"[[Oslo](city)](city)" is no annotation'),
        ("hi (city)[Oslo]", 10, '"(city)[Oslo]" is no annotation'),
        ('hi [Oslo]{"entity": "city", "role": }', 10, "is not JSON"),
        ('hi [Oslo]{"value": "x"}', 10, "names no entity"),
        ('hi [Oslo]{"entity": 3}', 10, "names no entity"),
        ('hi [Oslo]{"entity": "city", "role": 3}', 10, 'the role 3 is no text. Write `"role": "name"`.'),
        ('hi [Oslo]{"entity": "city", "end": 900}', 10, 'no part of an annotation called "end"'),
        ('hi [Oslo][{"entity": "city"}, {"entity": "item"}]', 10, "marks several entities in one place"),
        ('hi [Oslo](city){"entity": "city"}', 22, "no annotation that can be read"),
        ("hi [Oslo](city) and [Rome](city", 27, '"[Rome](city" is no annotation'),
    ],
)
def test_a_mark_that_cannot_be_read_is_a_fault_where_it_stands(annotated: str, column: int, problem: str) -> None:
    _, faults, _ = read(annotated)
    assert [fault.place.column for fault in faults] == [column]
    assert all(problem in str(fault) and fault.suggestion for fault in faults)


@pytest.mark.parametrize(
    "annotated", ["hi [Oslo]()", "hi [ ](city)", "hi [Oslo] (city)", 'hi [Oslo](city){"value": "x"}']
)
def test_a_mark_that_rasa_takes_for_text_is_a_lapse(annotated: str) -> None:
    faults, lapses = Faults(), Faults()
    read_annotated(annotated, PLACE, faults, lapses=lapses)
    assert (len(faults.in_order()), len(lapses.in_order())) == (0, 1)


@pytest.mark.parametrize(
    "text", ["an array[0]", "see (this)", "smile :] (or not)", "f(x)[0] = 1", "hi [there]", "{braces} and [brackets]"]
)
def test_brackets_that_mark_nothing_are_text(text: str) -> None:
    found, faults, warnings = read(text)
    assert (found.text, found.entities, faults, warnings) == (text, (), [], [])


def test_a_mark_inside_a_word_is_warned_of_with_the_whole_word() -> None:
    _, faults, (first, second) = read('from [Os](city)lo to Stav[anger]{"entity": "city", "role": "to"} now')
    assert faults == []
    assert str(first) == (
        'nlu.yml:4:12: "Os" is marked as "city" and is a part of "Oslo"; entities are learnt as whole words. '
        "Did you mean `[Oslo](city)`?"
    )
    assert second.suggestion == 'Did you mean `[Stavanger]{"entity": "city", "role": "to"}`?'


@pytest.mark.parametrize("annotated", ["[20](item)k", "[Oslo](city)'s", "[Oslo](city)-based", "去[北京](city)吧"])
def test_a_mark_beside_a_sign_or_in_a_script_without_blanks_is_as_it_should_be(annotated: str) -> None:
    assert read(annotated)[1:] == ([], [])


def test_values_that_are_given_are_told_from_those_that_are_not() -> None:
    found, *_ = read('[Oslo](city), [Rome](city:ROM), [Paris]{"entity": "city", "value": "Paris"}')
    assert [(one.text, one.value) for one in found.valued] == [("Rome", "ROM"), ("Paris", "Paris")]


WORDS = st.text(st.characters(blacklist_characters="[](){}", blacklist_categories=["Cs"]), min_size=1)


@given(parts=st.lists(st.tuples(WORDS, WORDS.filter(str.strip), st.booleans())), end=WORDS)
def test_what_is_marked_is_found_in_its_place(parts: list[tuple[str, str, bool]], end: str) -> None:
    details = '{"entity": "city"}'
    marked = [f"{before}[{words}]{details if as_json else '(city)'}" for before, words, as_json in parts]
    faults = Faults()
    text, entities = read_annotations("".join(marked) + end, PLACE, faults)
    assert text == "".join(f"{before}{words}" for before, words, _ in parts) + end
    assert faults.in_order() == []
    assert [entity.text for entity in entities] == [words for _, words, _ in parts]
    assert all(text[entity.start : entity.end] == entity.text for entity in entities)


@given(st.text(alphabet='[](){}:" ,aentity\\1-', max_size=60))
def test_whatever_is_marked_how_ever_badly_is_read_or_told_in_one_line(annotated: str) -> None:
    found, faults, warnings = read(annotated)
    assert found.text is not None
    assert all(fault.place.line == 4 and fault.suggestion for fault in (*faults, *warnings))


def test_a_very_long_broken_mark_is_shown_in_part() -> None:
    _, (fault,), _ = read("[" + "x" * 1000)
    assert len(str(fault)) < 250
    assert json.dumps(str(fault))
