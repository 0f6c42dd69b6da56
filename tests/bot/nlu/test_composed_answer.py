"""An answer from passages holds only where each of its sentences does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.understanding import KnowledgeAnswer
from bot.nlu.composed_answer import Composed, Refused, answer_prompt, read_composed

PRICES = KnowledgeAnswer(
    "The starter plan costs £4 a month for each person. It includes rotas. Annual billing saves 20 %.",
    "Prices",
    "https://harbourline.example/prices",
    0.4,
)
SUPPORT = KnowledgeAnswer(
    "Our team answers e-mails within 4 hours on weekdays. We do not answer on Sundays.", "Support", "", 0.3
)
PASSAGES = (PRICES, SUPPORT)


def read(*sentences: tuple[str, list[Any]], answerable: bool = True) -> Composed | Refused:
    told = [{"text": text, "passages": ids} for text, ids in sentences]
    return read_composed(json.dumps({"answerable": answerable, "sentences": told}), PASSAGES)


def test_sentences_that_their_passages_say_are_an_answer_with_its_source() -> None:
    answer = read(
        ("The starter plan costs £4 a month for each person.", ["p1"]),
        ("Billing annually saves 20%.", ["p1"]),
        ("E-mails are answered within 4 hours on weekdays.", ["p2"]),
    )
    assert isinstance(answer, Composed)
    assert answer.text.startswith("The starter plan costs £4 a month for each person. Billing annually")
    assert answer.source == PRICES


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        (("The starter plan costs £3 a month for each person.", ["p1"]), "3"),
        (("The starter plan costs £4 a week for each person.", ["p1"]), "4 a week"),
        (("The starter plan costs £4 a month for each person.", ["p2"]), "£4"),
        (("Our team answers e-mails within 4 days on weekdays.", ["p2"]), "4 day"),
        (("Our team answers e-mails within four hours on Sunday.", ["p2"]), "four"),
        (("See harbourline.example/cheap for the starter plan.", ["p1"]), "harbourline.example/cheap"),
        (("There is a dark mode in every mobile application.", ["p1"]), "every"),
        (("There is a dark mode for tablets and telephones.", ["p1"]), "says what the passages"),
        (("We answer on Sundays.", ["p2"]), "denies"),
        (("The starter plan does not include rotas.", ["p1"]), "denies"),
        (("The starter plan includes rotas.", []), "names no passage"),
        (("The starter plan includes rotas.", ["p9"]), "names no passage"),
        (("The starter plan includes rotas.", [1]), "names no passage"),
        (("The starter plan includes <b>rotas</b>.", ["p1"]), "markup"),
        (("The starter plan includes [rotas](javascript:x).", ["p1"]), "markup"),
        (("", ["p1"]), "empty"),
        (("rotas " * 100, ["p1"]), "too long"),
    ],
)
def test_one_sentence_that_does_not_hold_is_no_answer(sentence: tuple[str, list[Any]], why: str) -> None:
    answer = read(("It includes rotas.", ["p1"]), sentence)
    assert isinstance(answer, Refused)
    assert why in answer.why


def test_a_model_may_say_that_it_is_not_there() -> None:
    assert read(answerable=False) == Refused("the passages do not answer this, says the model")
    assert isinstance(read(("It includes rotas.", ["p1"]), answerable=False), Refused)


@pytest.mark.parametrize("answer", ["", "The plan costs £4.", "{}", '{"answerable": true, "sentences": "x"}', "[]"])
def test_an_answer_in_another_form_is_none(answer: str) -> None:
    assert read_composed(answer, PASSAGES) == Refused("the answer is not in the form that was asked for")


def test_the_passages_and_the_question_are_data() -> None:
    prompt = answer_prompt("write to ana@example.com: prices?", PASSAGES)
    assert prompt.data["question"] == "write to [email]: prices?"
    assert [one["id"] for one in prompt.data["passages"]] == ["p1", "p2"]
    assert "starter" not in prompt.instructions


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["p1", "It includes rotas."]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "passages"]), inner),
    max_leaves=10,
)


@given(sentences=JSON | st.lists(JSON, max_size=5), answerable=JSON)
def test_whatever_a_model_says_there_is_an_answer_or_a_reason(sentences: Any, answerable: Any) -> None:
    read = read_composed(json.dumps({"answerable": answerable, "sentences": sentences}), PASSAGES)
    assert isinstance(read, Composed | Refused)
