from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from bot.nlu.calibration import (
    BACKGROUND_TAKEN,
    FEWEST_STRANGERS,
    Calibrated,
    HeldOut,
    Unseen,
    calibrate,
    calibrate_first_stage,
    confidence_of,
    expected_out_of_scope,
    learn_losses,
)
from bot.nlu.classifier import NEVER, logistic


def test_losses_are_expected_past_the_surest_text_that_was_lost_too() -> None:
    random = np.random.default_rng(7)
    sure = random.uniform(0.0, 5.0, 2000)
    lost = random.uniform(0.0, 1.0, 2000) < 0.4 * np.exp(-sure)
    expected = logistic(learn_losses(sure[:, None], lost), sure[:, None])
    assert expected.mean() == pytest.approx(lost.mean(), rel=0.05)
    assert np.all(np.diff(expected[np.argsort(sure)]) <= 0)
    assert expected[np.argmax(sure)] > 0


@pytest.mark.parametrize("happened", [False, True])
def test_what_never_or_always_happened_is_as_likely_at_any_evidence(happened: bool) -> None:
    evidence = np.linspace(0.1, 0.9, 9)[:, None]
    expected = logistic(learn_losses(evidence, np.full(9, happened)), evidence)
    assert expected == pytest.approx(np.full(9, (9 * happened + 0.5) / 10))


@pytest.mark.parametrize("noise", [0.2, 0.5, 1.0])
def test_the_first_stage_reads_alone_as_much_as_it_may_without_losing_more_than_is_allowed(noise: float) -> None:
    known, strangers = read_unseen(noise, own=1.0), read_unseen(noise, own=0.0)
    calibration = calibrate(HeldOut(known, strangers))
    stage = calibrate_first_stage(HeldOut(known, strangers), calibration)
    assert stage.gate >= calibration.threshold
    assert 0.0 <= stage.most_slips < 1.0
    loose = calibrate_first_stage(HeldOut(read_unseen(0.1, own=1.0), strangers), calibration)
    assert loose.gate <= stage.gate or loose.most_slips >= stage.most_slips


@pytest.mark.parametrize(("worse", "better"), [("ngram", "kernel"), ("kernel", "ngram")])
def test_the_head_that_is_right_more_often_has_more_weight_in_what_comes_first(worse: str, better: str) -> None:
    unseen = replace(read_unseen(0.5, own=1.0), **{better: read_unseen(0.5, own=1.0).kernel})
    noise = np.random.default_rng(3).normal(0, 1, unseen.kernel.shape)
    calibration = calibrate(HeldOut(replace(unseen, **{worse: noise}), None))
    scales = {"kernel": calibration.kernel_scale, "ngram": calibration.ngram_scale}
    assert scales[better] > 5 * scales[worse]


def test_what_was_held_out_in_parts_is_calibrated_by_together_and_kept_in_json() -> None:
    parts = [HeldOut(read_unseen(noise, own=1.0), read_unseen(noise, own=0.0)) for noise in (0.2, 0.8)]
    whole = Calibrated.by(HeldOut.together(parts))
    assert whole.calibration not in [Calibrated.by(part).calibration for part in parts]
    facts = json.loads(json.dumps({"calibration": asdict(whole.calibration), "first_stage": asdict(whole.first_stage)}))
    assert Calibrated.from_facts(**facts) == whole


def test_without_strangers_the_first_stage_answers_nothing() -> None:
    parts = [HeldOut(read_unseen(0.2, own=1.0), None)] * 2
    assert HeldOut.together(parts).strangers is None
    assert Calibrated.by(HeldOut.together(parts)).first_stage.gate == NEVER


def test_of_few_strangers_no_gate_is_learnt_that_one_in_a_thousand_may_pass() -> None:
    few = HeldOut(read_unseen(0.2, own=1.0), read_unseen(0.2, own=0.0, texts=FEWEST_STRANGERS - 1))
    assert Calibrated.by(few).first_stage.gate == NEVER
    many = replace(few, strangers=read_unseen(0.2, own=0.0, texts=FEWEST_STRANGERS))
    assert Calibrated.by(many).first_stage.gate < NEVER


def test_the_fewer_the_intents_the_more_strangers_are_expected() -> None:
    assert [round(expected_out_of_scope(intents), 3) for intents in (5, 10, 20, 150)] == [0.4, 0.2, 0.1, 0.1]


def test_the_fewer_the_texts_the_more_careful_the_threshold() -> None:
    def threshold(texts: int) -> float:
        known, strange = (read_unseen(0.5, own=own, texts=texts, spread=0.5) for own in (1.0, 0.0))
        return calibrate(HeldOut(known, strange)).threshold

    assert np.mean([threshold(count) for count in (60, 80, 100)]) > threshold(1000)


def test_examples_of_what_is_out_of_scope_are_strangers_as_often_as_others_are() -> None:
    known = replace(read_unseen(0.2, own=1.0), outside=(7,))
    strangers = replace(read_unseen(0.2, own=0.0, texts=1000), outside=(7,))
    told = HeldOut(known, strangers).told_apart
    assert told.strangers is not None
    assert 7 not in told.known.labels
    ours = len(told.strangers.labels) - 1000
    assert ours == pytest.approx(1000, rel=0.1)
    assert set(told.strangers.labels[1000:]) == {7}


def test_who_is_near_to_what_is_out_of_scope_is_told_from_what_is_known() -> None:
    """These strangers are as near to an intent as its own examples are."""
    known = replace(read_unseen(0.2, own=1.0), outside=(7,))
    others = replace(read_unseen(0.2, own=1.0), outside=(7,))
    near = replace(others, kernel=others.kernel + 0.9 * np.eye(8)[7], labels=np.full(len(others.labels), 8))
    calibration = calibrate(HeldOut(known, near))
    assert calibration.outside == (7,)
    taken, read = (confidence_of(one, calibration).times(calibration.in_scope) for one in (near, known))
    inside = known.labels < 7
    assert np.median(taken) < np.quantile(read[inside], 0.05)


def test_where_no_intent_could_be_left_out_they_are_examples_like_any_other() -> None:
    known = replace(read_unseen(0.2, own=1.0), outside=(7,))
    calibrated = Calibrated.by(HeldOut(known, None))
    assert calibrated.calibration.outside == ()
    assert calibrated == Calibrated.by(HeldOut(replace(known, outside=()), None))


def read_unseen(noise: float, *, own: float, texts: int = 600, intents: int = 8, spread: float = 0.1) -> Unseen:
    """Scores of which those of the texts' own intents are higher by `own`."""
    random = np.random.default_rng(11)
    labels = random.integers(0, intents, texts)
    right = own * np.eye(intents)[labels]
    kernel = right + random.normal(0, spread, right.shape)
    ngram = 2 * right - 1 + random.normal(0, noise, right.shape)
    return Unseen(kernel, ngram, right - 1, kernel.max(axis=1), labels)


def test_with_a_background_hardly_any_of_it_is_taken_for_something_known() -> None:
    random = np.random.default_rng(5)
    known, background = read_unseen(0.2, own=1.0, texts=6), random.uniform(0.0, 0.5, 500)
    calibration = calibrate(HeldOut(known, None, tuple(background)))
    evidence = np.zeros((500, 6))
    evidence[:, 1] = background
    taken = logistic(calibration.in_scope, evidence) >= calibration.threshold
    assert taken.mean() == pytest.approx(BACKGROUND_TAKEN, abs=0.005)
    assert logistic(calibration.in_scope, np.array([[0, 0.9, 0, 0, 0, 0]])) > 0.9
