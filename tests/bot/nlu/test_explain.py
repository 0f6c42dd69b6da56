"""Explanations: the nearest examples with their places, the scores, and JSON that holds for any text."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.explain import Explainer, explainer, explanation_json
from bot.nlu.pipeline import Pipeline
from bot.nlu.training_data import TrainingData


def explainer_of(pipeline: Pipeline, data: TrainingData) -> Explainer:
    return explainer(pipeline, data.examples)


def test_the_nearest_examples_come_first_with_their_places(pipeline: Pipeline, training_data: TrainingData) -> None:
    explanation = explainer_of(pipeline, training_data).explain("book a demo please")
    first, *others = explanation.neighbours
    assert (first.example.text, first.example.intent) == ("book a demo please", "request_demo")
    assert str(first.example.place).startswith("nlu.yml:14:")
    assert (first.by_meaning, first.by_words) == (1.0, 1.0)
    assert [one.by_meaning for one in others] == sorted((one.by_meaning for one in others), reverse=True)
    assert explanation.classification is not None
    assert explanation.classification.intent == explanation.understood.intent.name == "request_demo"


def test_an_author_who_asks_for_more_than_what_was_learnt_gets_it(
    pipeline: Pipeline, training_data: TrainingData
) -> None:
    demanding = replace(pipeline, understood_above=0.99, ambiguous_within=0.5)
    explanation = explainer_of(demanding, training_data).explain("book a demo please")
    assert (explanation.threshold, explanation.ambiguity) == (0.99, 0.5)
    assert explanation.classification is not None
    assert not explanation.classification.understood, "as the message is read"


def test_a_button_needs_no_classifier(pipeline: Pipeline, training_data: TrainingData) -> None:
    explanation = explainer_of(pipeline, training_data).explain('/inform{"number": 5}')
    assert (explanation.classification, explanation.neighbours) == (None, ())
    assert explanation_json(explanation)["stage"] == "button"


def test_what_a_message_says_besides_is_told_with_its_own_entities(
    pipeline: Pipeline, training_data: TrainingData
) -> None:
    both = replace(pipeline, several_intents=True)
    text = "how much does it cost and I want a demo for 80 people"
    told = explanation_json(explainer_of(both, training_data).explain(text))
    assert (told["intent"]["name"], told["answer"]["title"]) == ("ask_knowledge", "Pricing")
    (further,) = told["further"]
    assert (further["text"], further["intent"]["name"]) == ("and I want a demo for 80 people", "request_demo")
    (number,) = further["entities"]
    assert (text[number["start"] : number["end"]], number["value"]) == ("80", 80)
    alone = explanation_json(explainer_of(pipeline, training_data).explain("hello"))
    assert alone["further"] == []


def test_examples_that_the_model_has_not_are_read_anew(pipeline: Pipeline, training_data: TrainingData) -> None:
    few = explainer(pipeline, training_data.examples[:3])
    assert len(few.embeddings) == 3
    assert len(few.explain("hello").neighbours) == 3
    assert explainer(pipeline, ()).explain("hello").neighbours == ()


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_any_text_has_an_explanation_in_plain_values(
    pipeline: Pipeline, training_data: TrainingData, text: str
) -> None:
    told = explanation_json(explainer_of(pipeline, training_data).explain(text, region="GB"))
    assert json.loads(json.dumps(told))["text"] == text
    assert all(text[one["start"] : one["end"]] == one["text"] for one in told["entities"] if told["stage"] != "button")
