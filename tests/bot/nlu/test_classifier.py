from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.calibration import Calibrated
from bot.nlu.classifier import NEVER, IntentClassifier, chance, logistic
from bot.nlu.classifier_training import read_held_out, train_classifier
from bot.nlu.features import learn_ngram_space, tokens
from bot.nlu.material import Vectors, vectors_of
from bot.nlu.pipeline import Pipeline
from bot.ports import Encoder


def test_examples_and_their_like_have_their_intent(pipeline: Pipeline) -> None:
    for text, intent in [("hello", "greet"), ("show me a demo", "request_demo"), ("stop texting", "opt_out")]:
        reading = pipeline.classifier.classify(text, pipeline.encoder.features([text])[0])
        assert (reading.intent, reading.understood) == (intent, True)


def test_a_ranking_sums_to_no_more_than_one(pipeline: Pipeline) -> None:
    reading = pipeline.classifier.classify("good demo", pipeline.encoder.encode(["good demo"])[0])
    confidences = [score.confidence for score in reading.ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert 0 < sum(confidences) <= 1.0001


def test_what_is_like_nothing_is_not_understood(pipeline: Pipeline) -> None:
    text = "quantum flux capacitor overheating"
    assert not pipeline.classifier.classify(text, pipeline.encoder.features([text])[0]).understood


def test_training_twice_gives_the_same_classifier(encoder: Encoder) -> None:
    texts = ["red apple", "green apple", "blue car", "fast car", "old house", "big house"]
    intents = ["fruit", "fruit", "car", "car", "house", "house"]
    one, two = (train_classifier(texts, intents, vectors_of(texts, intents, encoder)) for _ in range(2))
    assert one.calibration == two.calibration
    for name, array in one.arrays().items():
        assert np.array_equal(array, two.arrays()[name])


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.3], ids=["all are one to it", "nearly all", "hardly any"])
def test_examples_are_understood_in_a_language_that_the_encoder_does_not_know(noise: float) -> None:
    """Held out, a few examples in letters of their own look no more known than strangers do."""
    examples = {
        "greet": "你好 您好 早上好 嗨 在吗",
        "goodbye": "再见 拜拜 下次见 我走了",
        "affirm": "是的 好的 对 没错",
        "deny": "不 不是 不要 算了",
        "sad": "我不开心 我很难过 今天心情不好",
        "ask_name": "你叫什么名字 怎么称呼你 你的名字是什么",
        "ask_help": "你能做什么 你会干什么 你可以帮我什么",
    }
    texts = [text for together in examples.values() for text in together.split()]
    intents = [intent for intent, together in examples.items() for _ in together.split()]
    seen = np.ones((len(texts), 8)) + noise * np.random.default_rng(1).normal(size=(len(texts), 8))
    features = (seen / np.linalg.norm(seen, axis=1, keepdims=True)).astype(np.float32)
    classifier = train_classifier(texts, intents, Vectors(features, np.eye(8, dtype=np.float32)[:7]))
    read = [classifier.classify(text, row) for text, row in zip(texts, features, strict=True)]
    assert [one.intent for one in read if one.understood] == intents


def test_words_are_known_again_where_no_blanks_are_between_them() -> None:
    space = learn_ngram_space(["你叫什么名字", "我想订餐"])
    asked, strange = space.row("请问什么名字"), space.row("天气")
    words = [row.columns[row.columns < space.first_character_column] for row in (asked, strange)]
    assert [len(columns) for columns in words] == [7, 0]  # four characters and three pairs of them


def test_an_encoder_that_has_its_examples_by_heart_weighs_as_much_as_it_reads_of_others() -> None:
    colours = ["red", "green", "blue", "white", "black", "grey"]
    things = ["car", "house", "shoe", "door", "hat", "boat", "lamp", "cup", "chair"]
    texts = [f"{colour} {thing}" for colour in colours for thing in things]
    intents = [colour for colour in colours for _ in things]
    labels = np.repeat(np.arange(6), 9)
    by_heart, strange = np.eye(8, dtype=np.float32)[labels], np.random.default_rng(1).normal(size=(54, 8))
    held_out = np.flatnonzero(np.arange(54) % 3 == 0)
    kept = np.setdiff1d(np.arange(54), held_out)
    tuned_on_kept = by_heart.copy()
    tuned_on_kept[held_out] = strange[held_out]
    names = np.eye(8, dtype=np.float32)[:6]
    read = read_held_out(texts, intents, Vectors(tuned_on_kept, names), kept, held_out)
    assert read.strangers is not None
    assert sorted(read.strangers.labels) == sorted(labels[held_out])  # each intent is one that nobody knows
    assert np.isneginf(read.strangers.ngram[np.arange(len(held_out)), read.strangers.labels]).all()
    calibrated = Calibrated.by(read)
    deceived = train_classifier(texts, intents, Vectors(by_heart, names))
    told = train_classifier(texts, intents, Vectors(by_heart, names), calibrated)
    of_words = [one.calibration.ngram_scale / one.calibration.kernel_scale for one in (deceived, told)]
    assert of_words[1] > 1.5 * of_words[0]


def test_two_intents_are_enough(encoder: Encoder) -> None:
    texts, intents = ["yes", "yes please", "no", "no thanks"], ["affirm", "affirm", "deny", "deny"]
    classifier = train_classifier(texts, intents, vectors_of(texts, intents, encoder))
    for text, intent in [("yes", "affirm"), ("no", "deny")]:
        reading = classifier.classify(text, encoder.encode([text])[0])
        assert (reading.intent, reading.understood) == (intent, True)


def test_intents_of_one_example_are_learnt_beside_others(encoder: Encoder) -> None:
    twice = [(f"{word} please", word) for word in ("tea", "milk")] + [
        (f"some {word}", word) for word in ("tea", "milk")
    ]
    once = [
        (f"my {word} is late", word) for word in ("train", "bus", "plane", "ship", "ferry", "tram", "taxi", "coach")
    ]
    once += [
        (f"who is {name}", name) for name in ("anna", "ben", "carl", "dora", "eve", "fred", "gina", "hugo", "ines")
    ]
    texts, intents = zip(*twice, *once, strict=True)
    classifier = train_classifier(texts, intents, vectors_of(texts, intents, encoder))
    reading = classifier.classify("my plane is late", encoder.features(["my plane is late"])[0])
    assert reading.intent == "plane"
    assert np.isfinite(reading.confidence)


def test_the_keys_of_a_retrieval_intent_stand_together_before_one_of_them_is_chosen(encoder: Encoder) -> None:
    texts = [
        "what are your prices",
        "tell me your prices",
        "what are your hours",
        "tell me your hours",
        "bye",
        "bye now",
    ]
    intents = ["faq/prices", "faq/prices", "faq/hours", "faq/hours", "goodbye", "goodbye"]
    classifier = train_classifier(texts, intents, vectors_of(texts, intents, encoder))
    reading = classifier.classify("what are your", encoder.encode(["what are your"])[0])
    assert {score.name for score in reading.ranking[:2]} == {"faq/prices", "faq/hours"}
    assert reading.confidence > reading.ranking[1].confidence
    assert not reading.ambiguous
    reading = classifier.classify("your hours", encoder.encode(["your hours"])[0])
    assert reading.intent == "faq/hours"


def test_examples_of_what_is_out_of_scope_speak_against_what_is_like_them(encoder: Encoder) -> None:
    things = ["car", "house", "shoe", "door", "hat", "boat"]
    texts = [f"{verb} the {thing}" for thing in things for verb in ("buy", "show me", "sell", "paint", "where is")]
    intents = [thing for thing in things for _ in range(5)]
    weather = ["is it raining", "will it rain today", "is it sunny", "how is the weather", "tell me the forecast"]
    texts, intents = texts + weather, intents + ["out_of_scope"] * 5
    classifier = train_classifier(texts, intents, vectors_of(texts, intents, encoder))
    assert [classifier.labels[at] for at in classifier.calibration.outside] == ["out_of_scope"]
    read = classifier.classify("is it raining today", encoder.features(["is it raining today"])[0])
    assert (read.intent, read.understood) == ("out_of_scope", True)
    read = classifier.classify("paint the boat", encoder.features(["paint the boat"])[0])
    assert (read.intent, read.understood) == ("boat", True)
    assert sum(one.confidence for one in read.ranking) <= 1.0001
    again = IntentClassifier.from_arrays(classifier.arrays(), json.loads(json.dumps(classifier.facts())))
    assert again.calibration == classifier.calibration


@pytest.mark.parametrize("known", [1, 2, 4], ids=["one intent", "two", "four"])
def test_few_intents_and_many_keys_of_what_is_out_of_scope_are_intents_like_any_other(
    known: int, encoder: Encoder
) -> None:
    names = [f"about_{thing}" for thing in ("cars", "boats", "hats", "doors")][:known]
    names += [f"out_of_scope/{thing}" for thing in ("weather", "sports", "music", "jokes")]
    texts = [f"{verb} {name[-5:]}" for name in names for verb in ("buy", "show me", "sell", "paint", "where is")]
    intents = [name for name in names for _ in range(5)]
    classifier = train_classifier(texts, intents, vectors_of(texts, intents, encoder))
    assert classifier.calibration.outside == ()
    assert classifier.classify(texts[0], encoder.features(texts[:1])[0]).intent == names[0]


def test_a_ranking_leaves_out_what_nothing_speaks_for_but_names_a_second(pipeline: Pipeline, encoder: Encoder) -> None:
    classifier = replace(
        pipeline.classifier, calibration=replace(pipeline.classifier.calibration, kernel_scale=50.0, ngram_scale=50.0)
    )
    ranking = classifier.classify("stop texting me", encoder.encode(["stop texting me"])[0]).ranking
    assert ranking[0].name == "opt_out"
    assert len(ranking) == 2 < len(classifier.labels)


def test_the_first_stage_answers_only_what_it_is_sure_of(pipeline: Pipeline) -> None:
    classifier = pipeline.classifier
    always = replace(classifier, first_stage=replace(classifier.first_stage, gate=0.0, most_slips=1.0))
    never = replace(classifier, first_stage=replace(classifier.first_stage, gate=NEVER))
    quick = always.classify_quickly("please stop texting me")
    assert quick is not None
    assert (quick.intent, quick.understood, quick.nearest) == ("opt_out", True, None)
    assert never.classify_quickly("please stop texting me") is None


def test_what_the_n_grams_may_slip_on_goes_to_the_encoder(pipeline: Pipeline) -> None:
    classifier = pipeline.classifier
    open_gate = replace(classifier.first_stage, gate=0.0)
    careless = replace(classifier, first_stage=replace(open_gate, most_slips=1.0))
    careful = replace(classifier, first_stage=replace(open_gate, most_slips=-1.0))
    assert careless.classify_quickly("a demo please") is not None
    assert careful.classify_quickly("a demo please") is None


@given(st.lists(st.floats(-50, 50), min_size=3, max_size=3), st.lists(st.floats(-9, 9), min_size=2, max_size=2))
def test_one_text_has_the_same_chance_alone_as_among_others(weights: list[float], evidence: list[float]) -> None:
    assert chance(weights, evidence) == pytest.approx(float(logistic(weights, np.array([evidence]))[0]))


def test_the_gate_of_the_first_stage_is_no_lower_than_the_threshold(pipeline: Pipeline) -> None:
    assert pipeline.classifier.first_stage.gate >= pipeline.classifier.calibration.threshold


@pytest.mark.parametrize("text", ["stop texting me", "a demo please", "what does it cost", "the quantum flux"])
def test_no_intent_of_a_ranking_is_surer_than_the_first(pipeline: Pipeline, text: str) -> None:
    reading = pipeline.classifier.classify(text, pipeline.encoder.features([text])[0])
    scores = [one.confidence for one in reading.ranking]
    assert max(scores) == scores[0]
    assert sum(scores) <= 1.0 + 0.0001 * len(scores)


def test_with_few_intents_the_encoder_reads_everything(encoder: Encoder) -> None:
    texts, intents = ["yes", "yes please", "no", "no thanks"], ["affirm", "affirm", "deny", "deny"]
    classifier = train_classifier(texts, intents, vectors_of(texts, intents, encoder))
    assert classifier.classify_quickly("yes") is None


def test_a_classifier_survives_being_stored(pipeline: Pipeline) -> None:
    before = pipeline.classifier
    after = IntentClassifier.from_arrays(before.arrays(), json.loads(json.dumps(before.facts())))
    vector = pipeline.encoder.encode(["a demo"])[0]
    assert after.classify("a demo", vector) == before.classify("a demo", vector)


@pytest.mark.parametrize("text", ["stop texting me", "👍 great", "", "a a a a"])
def test_a_row_of_ngrams_has_unit_length_in_both_halves(text: str) -> None:
    space = learn_ngram_space(["stop texting me", "👍", "a b"])
    row = space.row(text)
    words = row.columns < space.first_character_column
    for half in (row.weights[words], row.weights[~words]):
        assert len(half) == 0 or np.isclose(half @ half, 1.0)


@pytest.mark.parametrize("text", [":)", "👍", "^_^ :)", "?"])
def test_an_example_without_words_is_known_by_its_signs(text: str) -> None:
    space = learn_ngram_space(["stop texting me", text])
    assert len(space.row(text).columns) > 0
    assert all(space.rarity_of(one) for one in tokens(text))
    assert len(learn_ngram_space(["stop texting me"]).row(text).columns) == 0
