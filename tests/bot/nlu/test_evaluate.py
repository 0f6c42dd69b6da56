"""Evaluation: who is judged by what, and the figures that come of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Place
from bot.domain.understanding import Entity, IntentScore
from bot.nlu.classifier import Classification
from bot.nlu.evaluate import (
    EntityError,
    Verdict,
    accuracy,
    answered,
    calibration,
    calibration_error,
    compare_entities,
    confusions,
    cross_validate,
    in_scope,
    intent_figures,
    label_figures,
    macro,
    scope_figures,
    splits,
    without_synonyms_of,
)
from bot.nlu.material import Vectors, vectors_of
from bot.nlu.training_data import Example
from bot.ports import Encoder

HERE = Place("nlu.yml", 3, 7)


def example(text: str, intent: str = "greet", *entities: Entity) -> Example:
    return Example(text, intent, entities, HERE)


def verdict(wanted: str, got: str, confidence: float = 0.9, *, understood: bool = True) -> Verdict:
    return Verdict(
        example(f"{wanted} as {got}", wanted), got, confidence, understood, 0.0 if got == "out_of_scope" else confidence
    )


@given(st.lists(st.sampled_from("abcdefg"), max_size=60), st.integers(3, 8))
def test_each_example_is_held_out_once_at_most_and_two_of_its_intent_are_kept(intents: list[str], folds: int) -> None:
    examples = [example(str(number), intent) for number, intent in enumerate(intents)]
    held_out: list[int] = []
    for kept, out in splits(examples, folds):
        assert sorted([*kept, *out]) == list(range(len(examples)))
        for intent in {intents[row] for row in out}:
            assert sum(intents[row] == intent for row in kept) >= 2
        held_out += out.tolist()
    assert sorted(held_out) == [row for row, intent in enumerate(intents) if intents.count(intent) > 2]


def vectors(examples: Sequence[Example], encoder: Encoder) -> Vectors:
    return vectors_of([one.text for one in examples], [one.intent for one in examples], encoder)


def test_an_example_is_judged_by_a_classifier_that_has_not_seen_it(encoder: Encoder) -> None:
    texts = {
        "fruit": ["red apple", "green apple", "an apple pie", "ripe apple", "zebra"],
        "car": ["blue car", "fast car", "old car", "a car here", "my car"],
    }
    examples = [example(text, intent) for intent, of_it in texts.items() for text in of_it]
    verdicts = cross_validate(
        examples, vectors_of([one.text for one in examples], [one.intent for one in examples], encoder), folds=5
    )
    assert [one.example for one in verdicts] == examples
    by_text = {one.example.text: one for one in verdicts}
    assert by_text["ripe apple"].right
    assert by_text["my car"].right
    # Trained with itself, it would be right: nothing else has a word of it.
    assert by_text["zebra"].confidence < by_text["ripe apple"].confidence


def test_an_intent_with_two_examples_is_learnt_and_not_judged(encoder: Encoder) -> None:
    texts = ["red apple", "green apple", "an apple", "blue car", "fast car", "a car", "old house", "big house"]
    intents = ["fruit"] * 3 + ["car"] * 3 + ["house"] * 2
    examples = [example(text, intent) for text, intent in zip(texts, intents, strict=True)]
    verdicts = cross_validate(
        examples, vectors_of([one.text for one in examples], [one.intent for one in examples], encoder), folds=5
    )
    assert {one.example.intent for one in verdicts} == {"fruit", "car"}


def test_a_verdict_counts_as_answered_where_it_is_right_and_understood() -> None:
    verdicts = [verdict("a", "a"), verdict("a", "a", understood=False), verdict("a", "b"), verdict("b", "b")]
    assert (accuracy(verdicts), answered(verdicts)) == (0.75, 0.5)
    assert (accuracy([]), answered([])) == (0.0, 0.0)


def test_figures_are_told_of_each_intent_the_weakest_first() -> None:
    a, b, c = intent_figures([verdict("a", "b"), verdict("a", "a"), verdict("b", "b"), verdict("c", "c")])
    assert (a.label, b.label, c.label) == ("a", "b", "c")
    assert (a.precision, a.recall, a.support) == (1.0, 0.5, 2)
    assert (b.precision, b.recall, b.support) == (0.5, 1.0, 1)
    assert a.f1 == b.f1 == pytest.approx(2 / 3)
    assert macro([a, b, c]).precision == pytest.approx(2.5 / 3)


def test_a_label_that_was_only_found_has_no_recall_and_does_not_count_in_the_mean() -> None:
    figures = label_figures([("a", "a"), (None, "b")])
    assert [(one.label, one.precision, one.recall, one.support) for one in figures] == [("b", 0, 0, 0), ("a", 1, 1, 1)]
    assert macro(figures).f1 == 1.0
    assert macro([]).f1 == 0.0


def test_confusions_come_with_their_examples_the_surest_first() -> None:
    wrong = [verdict("a", "b", 0.5), verdict("a", "b", 0.8), verdict("b", "a"), verdict("a", "a")]
    first, second = confusions(wrong)
    assert (first.wanted, first.taken, [one.confidence for one in first.verdicts]) == ("a", "b", [0.8, 0.5])
    assert (second.wanted, second.taken) == ("b", "a")


def test_confidence_that_means_what_it_says_has_no_calibration_error() -> None:
    honest = [verdict("a", "a", 0.75)] * 3 + [verdict("a", "b", 0.75)]
    assert calibration_error(calibration(honest)) == pytest.approx(0.0)
    boastful = [verdict("a", "b", 1.0), verdict("a", "a", 1.0)]
    (only,) = calibration(boastful)
    assert (only.confidence, only.accuracy, only.count) == (1.0, 0.5, 2)
    assert calibration_error([only]) == 0.5
    assert calibration_error(()) == 0.0


def test_how_surely_something_is_known_is_told_by_the_likeliest_intent_that_is_in_scope() -> None:
    """A stranger that is taken for one with little confidence is not thereby in scope."""

    def reading(*ranking: IntentScore) -> Classification:
        return Classification(ranking, None, None, understood=True, ambiguous=False)

    strange, a = IntentScore("out_of_scope", 0.3), IntentScore("a", 0.1)
    assert in_scope(reading(strange, a)) == 0.1
    assert in_scope(reading(a, strange)) == 0.1
    assert in_scope(reading(strange)) == 0.0


def test_what_is_out_of_scope_is_told_from_the_rest() -> None:
    known = [verdict("a", "a", 0.9), verdict("a", "a", 0.8), verdict("a", "a", 0.3, understood=False)]
    strange = [verdict("", "a", 0.2, understood=False), verdict("", "a", 0.85)]
    found = scope_figures(known, strange)
    assert found is not None
    assert (found.count, found.recall, found.precision) == (2, 0.5, 0.5)
    assert found.auroc == pytest.approx(4 / 6)
    assert found.accuracy == pytest.approx(2 / 3)
    taken_for_it = verdict("", "out_of_scope", 0.9)
    found = scope_figures([*known, verdict("out_of_scope", "a", 0.9)], [taken_for_it])
    assert found is not None
    assert (found.recall, found.auroc) == (1.0, 1.0)
    assert found.accuracy == pytest.approx(2 / 3)
    assert scope_figures(known, []) is None
    assert scope_figures([], strange) is None


def test_an_entity_is_right_where_its_label_and_span_are() -> None:
    city = Entity("city", "York", "York", 3, 7, role="to")
    other = Entity("city", "Ely", "Ely", 0, 3)
    told = example("to York by car", "travel", city)
    found = [Entity("city", "York", "York", 3, 7, role="to"), other, Entity("number", 1, "car", 11, 14)]
    pairs, errors = compare_entities([told], lambda _: found, ["city", "city (to)"])
    assert sorted(pairs, key=str) == [("city (to)", "city (to)"), (None, "city")]
    assert errors == [EntityError(told, "city", "to ", found=True)]
    pairs, errors = compare_entities([told], lambda _: [], ["city (to)"])
    assert pairs == [("city (to)", None)]
    assert errors == [EntityError(told, "city (to)", "York", found=False)]


def test_a_value_that_only_a_held_out_annotation_teaches_is_not_known() -> None:
    gold, silver = Entity("plan", "premium", "gold", 0, 4), Entity("plan", "basic", "silver", 0, 6)
    held_out, kept = [example("gold please", "buy", gold)], [example("silver please", "buy", silver)]
    synonyms = {"gold": "premium", "silver": "basic", "bronze": "basic"}
    assert without_synonyms_of(held_out, kept, synonyms) == {"silver": "basic", "bronze": "basic"}
