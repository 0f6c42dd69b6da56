from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.nlu.numbers import SURE, NumberContexts, find_numbers
from bot.nlu.numerals import read_numerals


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("about fifty of us", 50),
        ("we are 80 people", 80),
        ("no, 80 people", 80),
        ("two hundred and fifty staff", 250),
        ("seventy two nurses", 72),
        ("twenty-five employees", 25),
        ("1,200 employees", 1200),
        ("a team of 12", 12),
        ("a team of about 45", 45),
        ("50-person company", 50),
        ("we have 20-30 people", 25),
        ("5 to 10k users", 7500),
        ("half a dozen people", 6),
        ("大人4人", 4),
        ("我们4个人", 4),
        ("予約は４名です", 4),
        ("约20-30人", 25),
    ],
)
def test_a_number_of_people_is_sure(text: str, value: float) -> None:
    assert [(entity.value, entity.confidence) for entity in find_numbers(read_numerals(text))] == [(value, SURE)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("etwa dreissig Leute", 30),
        ("fuenfundzwanzig Kollegen", 25),
        ("wir sind zu fünft", 5),
        ("ein Team von zwanzig", 20),
        ("zwei Dutzend Mitarbeitende", 24),
        ("ein halbes Dutzend Leute", 6),
        ("bis zu 50 Personen", 50),
        ("mehr als hundert Angestellte", 100),
    ],
)
def test_so_it_is_in_german(text: str, value: float) -> None:
    found = list(find_numbers(read_numerals(text, languages=["de"])))
    assert [(entity.value, entity.confidence) for entity in found] == [(value, SURE)]


@pytest.mark.parametrize(
    ("text", "value"), [("nur ich", 1), ("ich bin allein", 1), ("nicht 20 sondern 30", 30), ("50 Prozent", None)]
)
def test_so_is_what_answers_how_many(text: str, value: float | None) -> None:
    found = [entity.value for entity in find_numbers(read_numerals(text, languages=["de"]), asked=True)]
    assert found == ([] if value is None else [value])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("fifty", 50),
        ("a dozen", 12),
        ("a couple of dozen", 24),
        ("2.5k", 2500),
        ("between 20 and 30", 25),
        ("around 40 or so", 40),
        ("80ish", 80),
        ("80+", 80),
        ("80 not 50", 80),
        ("just one", 1),
        ("just me", 1),
        ("a hundred", 100),
        ("one thousand two hundred", 1200),
        ("要2张票", 2),
        ("りんごを3つ", 3),
        ("โต๊ะสำหรับ4", 4),
    ],
)
def test_a_bare_number_counts_where_it_was_asked_for(text: str, value: float) -> None:
    assert [entity.value for entity in find_numbers(read_numerals(text), asked=True)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "at 3pm",
        "in 3 months",
        "give me two minutes",
        "it costs $50",
        "£1.2",
        "24/7",
        "office 365",
        "the 3rd",
        "v2.1",
        "12/03/2026",
        "30%",
        "which one?",
        "no one",
        "12 March",
        "5月3日",
        "下午3点",
        "再过3个月",
        "第3页",
        "Raum4",
        "комната4",
    ],
)
def test_times_money_and_names_are_no_numbers_of_things(text: str) -> None:
    assert list(find_numbers(read_numerals(text), asked=True)) == []


def test_words_around_annotated_numbers_make_others_sure() -> None:
    contexts = NumberContexts(before=frozenset({"for"}))
    assert next(find_numbers(read_numerals("a table for 4"), contexts)).confidence == SURE
    assert next(find_numbers(read_numerals("a table for 4"))).confidence < SURE


@given(st.text())
@example("-1")
def test_any_text_can_be_searched(text: str) -> None:
    for entity in find_numbers(read_numerals(text), asked=True):
        assert text[entity.start : entity.end] == entity.text
        assert math.isfinite(entity.value)
