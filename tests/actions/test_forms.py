from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.consent import phone_in
from actions.forms import asks_something, name_in, whole_number
from actions.lead import email_in, timeline_in


@given(text=st.text(max_size=80))
def test_any_text_at_all_can_be_read(text: str) -> None:
    assert name_in(text) is None or name_in(text)
    whole_number(text)
    email_in(text)
    phone_in(text, "GB")
    timeline_in(text)


@given(text=st.text(max_size=80))
def test_a_name_that_was_taken_is_taken_again_unchanged(text: str) -> None:
    name = name_in(text)
    if name is not None and name.isascii():
        assert name_in(name) == name


@pytest.mark.parametrize(
    "text",
    [
        "I'm busy",
        "last friday of may",
        "it's complicated",
        "call me later",
        "this is taking too long",
        "ana long",
        "half past eight then",
        "scrap that and",
    ],
)
def test_what_somebody_says_instead_of_a_name_is_none(text: str) -> None:
    assert name_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "keine Ahnung",
        "weiß ich nicht",
        "Moment",
        "das ist privat",
        "ähm",
        "aucune idée",
        "dans l'année",
        "ça dépend",
        "ni idea",
    ],
)
def test_nor_is_it_in_german_french_or_spanish(text: str) -> None:
    assert name_in(text) is None


@pytest.mark.parametrize(
    "name", ["Will", "May", "Grace", "John Day", "Ana Long", "Jean Des Forges", "L'Heureux", "Jürgen Weiß"]
)
def test_a_name_that_is_a_word_too_is_one(name: str) -> None:
    assert name_in(name) == name


@pytest.mark.parametrize("value", [True, None, float("inf"), float("nan"), [], {}])
def test_what_is_no_count_is_none(value: Any) -> None:
    assert whole_number(value) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Tyler J. Washington III", "Tyler J. Washington III"),
        ("TJ Maxwell", "TJ Maxwell"),
        ("ANA NG", "Ana Ng"),
        ("ana maría de los ángeles de la cruz", "Ana María de los Ángeles de la Cruz"),
        ("JUAN DE LEÓN", "Juan de León"),
        ("Ana De La Cruz", "Ana De La Cruz"),
    ],
)
def test_capitals_of_a_short_word_stay_in_a_name_that_is_not_shouted(said: str, name: str) -> None:
    assert name_in(said) == name


@pytest.mark.parametrize(
    ("text", "is_question"),
    [("how much is it?", True), ("what does it cost", True), ("Ana", False), ("Will Smith", False), ("", False)],
)
def test_a_question_is_told_from_an_answer(text: str, is_question: bool) -> None:
    assert asks_something(text) is is_question
