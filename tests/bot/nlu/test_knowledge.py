from __future__ import annotations

from typing import Any

import numpy as np

from bot.nlu.knowledge import UNTRIED_THRESHOLD, Knowledge, Strangers, build_knowledge
from bot.nlu.pipeline import Pipeline
from bot.ports import Encoder


def answer(pipeline: Pipeline, text: str) -> Any:
    return pipeline.knowledge.answer(text, pipeline.encoder.encode([text])[0])


def test_an_answer_is_a_passage_with_its_source(pipeline: Pipeline) -> None:
    found = answer(pipeline, "how much does it cost")
    assert found.text == "Harbourline costs £3 per person and month."
    assert (found.title, found.url) == ("Pricing", "https://harbourline.example/pricing")


def test_a_heading_that_asks_leads_to_its_own_passage(pipeline: Pipeline) -> None:
    assert answer(pipeline, "can I pay by invoice?").text == "Yes, from 50 people on."


def test_a_question_that_no_page_answers_has_no_answer(pipeline: Pipeline) -> None:
    assert answer(pipeline, "who is your dentist") is None


def test_words_that_stand_on_no_page_take_off_the_score(pipeline: Pipeline) -> None:
    vector = pipeline.encoder.encode(["what are your prices"])[0]
    known = pipeline.knowledge.best("what are your prices", vector)
    unknown = pipeline.knowledge.best("what are your giraffes", vector)
    assert known is not None
    assert unknown is not None
    assert unknown.score < known.score


def test_without_pages_there_is_nothing_to_answer(encoder: Encoder) -> None:
    knowledge = build_knowledge([], encoder, Strangers(["hello"], encoder.encode(["hello"])))
    assert knowledge.answer("hello", encoder.encode(["hello"])[0]) is None
    assert knowledge.threshold == UNTRIED_THRESHOLD


def test_knowledge_survives_being_stored(pipeline: Pipeline) -> None:
    again = Knowledge.from_arrays(pipeline.knowledge.arrays(), pipeline.knowledge.facts())
    assert again.sources == pipeline.knowledge.sources
    assert np.array_equal(again.vectors, pipeline.knowledge.vectors)
