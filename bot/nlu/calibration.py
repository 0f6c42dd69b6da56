"""Learns what the classifier's scores are worth from texts that it was not trained on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bot.nlu.classifier import (
    NEVER,
    Calibration,
    FirstStage,
    log_odds,
    logistic,
    scope_evidence,
    slip_evidence,
    softmax,
)
from bot.nlu.features import Integers

EXPECTED_OUT_OF_SCOPE = 0.1
"""The share of messages that are about nothing the assistant knows, which the threshold is chosen for."""

FEW_INTENTS = 20
"""With fewer intents there is more that an assistant does not know: half of them, twice the share."""

MOST_REFUSED = 0.2
"""The threshold refuses at most this part of the expected share of strangers, of messages that would have been read
rightly; or a third of the share that is read wrongly, where that is more: who errs more asks more."""

WRONG = 0.5
"""What a wrong answer does harm, where a right one does good as 1; being asked to say it again does neither."""

FEW = 500
"""Up to so many texts, chance says more of which threshold is best than they do."""

BACKGROUND_TAKEN = 0.02
"""The share of the background that may be taken for something known."""

WIDEST_AMBIGUITY = 0.1
FEWEST_STRANGERS = 500
"""Of fewer texts of intents left out, nothing that happens to one in a thousand is learnt: the encoder reads all."""

SACRIFICED = 0.001
"""What the first stage may cost: the share of messages about something known that are read rightly with the encoder
and wrongly without, and that of strangers which only the first stage takes in; as expected from those held out."""

_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Of the ratio of the heads under which their probabilities fit best: those that are tried."""

_SHARPER = 4.0
"""By how much a lead counts more than as the odds of being right, so that it is nearly counted which are."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """Texts as read by heads trained without them: `kernel` and `ngram` scores have the shape (texts, intents).

    So has `fit`: how well the words go with each intent. `similarity` is that of the nearest example, `labels` are the
    texts' own intents. The score of an intent that the heads do not know is -inf in `ngram`. `outside` are the labels
    for what is out of scope, which the heads know.
    """

    kernel: Any
    ngram: Any
    fit: Any
    similarity: Any
    labels: Integers
    outside: tuple[int, ...] = ()

    def part(self, rows: Any) -> Unseen:
        scores = (self.kernel[rows], self.ngram[rows], self.fit[rows], self.similarity[rows])
        return Unseen(*scores, self.labels[rows], self.outside)

    @classmethod
    def together(cls, parts: Sequence[Unseen]) -> Unseen:
        return cls(
            np.vstack([part.kernel for part in parts]),
            np.vstack([part.ngram for part in parts]),
            np.vstack([part.fit for part in parts]),
            np.concatenate([part.similarity for part in parts]),
            np.concatenate([part.labels for part in parts]),
            parts[0].outside,
        )


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What a classifier is calibrated by: `known` are examples of intents that the heads know.

    `strangers` are examples of intents that they do not; None where there are too few intents to leave some out.
    `background` has the kernel's highest score of each text of the background.
    """

    known: Unseen
    strangers: Unseen | None
    background: tuple[float, ...] = ()

    @classmethod
    def together(cls, parts: Sequence[HeldOut]) -> HeldOut:
        strangers = [part.strangers for part in parts if part.strangers is not None]
        return cls(
            Unseen.together([part.known for part in parts]),
            Unseen.together(strangers) if strangers else None,
            tuple(score for part in parts for score in part.background),
        )

    @property
    def told_apart(self) -> HeldOut:
        """With the examples of what is out of scope among the strangers, as often as there are others.

        Where no intents could be left out these are intents like any other: alone they would be too few to learn from.
        """
        known, strangers = self.known, self.strangers
        outside = np.flatnonzero(np.isin(known.labels, known.outside))
        if strangers is None or not len(outside):
            without = strangers and replace(strangers, outside=())
            return HeldOut(replace(known, outside=()), without, self.background)
        inside = np.setdiff1d(np.arange(len(known.labels)), outside)
        repeated = np.repeat(outside, max(1, round(len(strangers.labels) / len(outside))))
        return HeldOut(known.part(inside), Unseen.together([strangers, known.part(repeated)]))


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What the scores of both stages are worth."""

    calibration: Calibration
    first_stage: FirstStage

    @classmethod
    def by(cls, held_out: HeldOut) -> Calibrated:
        calibration = calibrate(held_out)
        return cls(calibration, calibrate_first_stage(held_out, calibration))

    @classmethod
    def from_facts(cls, calibration: Mapping[str, Any], first_stage: Mapping[str, Any]) -> Calibrated:
        """From what `IntentClassifier.facts` says of them."""
        return cls(Calibration.from_facts(calibration), FirstStage.from_facts(first_stage))


@dataclass(frozen=True, slots=True)
class Confidences:
    """For each text: the probability of its first intent that is in scope, what speaks for its being known, and whether
    the first of all is right.
    """

    largest: Any
    evidence: Any
    correct: Any

    def times(self, in_scope: Sequence[float]) -> Any:
        return self.largest * logistic(in_scope, self.evidence)


def calibrate(held_out: HeldOut) -> Calibration:
    """What the scores of both heads are worth."""
    known = held_out.known
    scales = _weigh_heads(known.kernel, known.ngram, known.labels)
    probabilities = softmax(scales[0] * known.kernel + scales[1] * known.ngram)
    ambiguity = _choose_ambiguity(probabilities, probabilities.argmax(axis=1) == known.labels)
    told = held_out.told_apart
    known, strangers = told.known, told.strangers
    if strangers is None:
        background = told.background
        in_scope, threshold = (
            _scope_by_background(background) if background else _scope_without_strangers(known.similarity)
        )
        return Calibration(scales[0], scales[1], in_scope, threshold, ambiguity)
    read, strange = _confidences(known, scales), _confidences(strangers, scales)
    share = expected_out_of_scope(known.kernel.shape[1])
    in_scope = _fit_scope(read.evidence, strange.evidence, share)
    threshold = _choose_threshold(read.times(in_scope), read.correct, strange.times(in_scope), share)
    return Calibration(scales[0], scales[1], in_scope, threshold, ambiguity, known.outside)


def confidence_of(unseen: Unseen, calibration: Calibration) -> Confidences:
    return _confidences(unseen, (calibration.kernel_scale, calibration.ngram_scale))


def calibrate_first_stage(held_out: HeldOut, calibration: Calibration) -> FirstStage:
    """Past its two gates held-out texts are read as well as with the encoder, and strangers are told as well."""
    told = held_out.told_apart
    known, strangers = told.known, told.strangers
    if strangers is None or held_out.strangers is None or len(held_out.strangers.labels) < FEWEST_STRANGERS:
        return FirstStage(1.0, (0.0, 0.0, 0.0, 0.0), NEVER, (0.0, 0.0, 0.0), 0.0)
    (scale,) = _fit_scales([known.ngram], known.labels)
    quick, quick_strange = _by_ngrams(known, scale), _by_ngrams(strangers, scale)
    in_scope = _fit_scope(quick.evidence, quick_strange.evidence, expected_out_of_scope(known.ngram.shape[1]))
    whole, whole_strange = confidence_of(known, calibration), confidence_of(strangers, calibration)
    confidence, strange = quick.times(in_scope), quick_strange.times(in_scope)
    taken = whole_strange.times(calibration.in_scope) < calibration.threshold
    odds = log_odds(strange)[:, None]
    gate = _lowest_gate(strange, logistic(learn_losses(odds, taken), odds))
    gate = max(gate, calibration.threshold)
    # What the first stage reads better than both heads is not set against what it loses: on few examples that is luck.
    lost = whole.correct & ~quick.correct
    evidence = slip_evidence(confidence, _lead(known.ngram))
    slip = learn_losses(evidence, lost)
    slips = logistic(slip, evidence)
    passing = np.sort(slips[confidence >= gate])
    allowed = np.flatnonzero(np.cumsum(passing) <= SACRIFICED * len(slips))
    return FirstStage(scale, in_scope, gate, slip, float(passing[allowed[-1]]) if len(allowed) else 0.0)


def _lowest_gate(confidence: Any, lost: Any) -> float:
    """The lowest confidence such that those from there on lose no more together than is allowed."""
    order = np.argsort(-confidence, kind="stable")
    too_much = np.flatnonzero(np.cumsum(lost[order]) > SACRIFICED * len(lost))
    return float(np.nextafter(confidence[order][too_much[0]], NEVER)) if len(too_much) else 0.0


def learn_losses(evidence: Any, happened: Any) -> tuple[float, ...]:
    """A logistic function of evidence of shape (texts, kinds) that says how likely a text is lost.

    Counting what did happen would end a gate just past the surest text that was lost, and which that is, is luck: with
    ten examples an intent four in a thousand were lost past such a gate where one was allowed.
    """
    from sklearn.linear_model import LogisticRegression

    count = int(happened.sum())
    if count in {0, len(happened)}:
        share = (count + 0.5) / (len(happened) + 1)
        return (float(np.log(share / (1 - share))), *(0.0 for _ in range(evidence.shape[1])))
    model = LogisticRegression(C=100.0).fit(evidence, happened)
    return (float(model.intercept_[0]), *(float(one) for one in model.coef_[0]))


def _lead(scores: Any) -> Any:
    """How far each text's highest score is ahead of its next."""
    ordered = np.sort(scores, axis=1)
    return ordered[:, -1] - ordered[:, -2]


def _by_ngrams(unseen: Unseen, scale: float) -> Confidences:
    outside = list(unseen.outside)
    probabilities = softmax(scale * unseen.ngram)
    first = _first_inside(unseen.ngram, outside)
    rows = np.arange(len(first))
    correct = probabilities.argmax(axis=1) == unseen.labels
    of_outside = [unseen.ngram[:, outside].max(axis=1)] if outside else []
    of_first = (unseen.ngram[rows, first], unseen.fit[rows, first])
    evidence = scope_evidence(probabilities[rows, first], *of_first, *of_outside)
    return Confidences(probabilities[rows, first], evidence, correct)


def _confidences(unseen: Unseen, scales: Sequence[float]) -> Confidences:
    outside = list(unseen.outside)
    scores = scales[0] * unseen.kernel + scales[1] * unseen.ngram
    probabilities = softmax(scores)
    first = _first_inside(scores, outside)
    rows = np.arange(len(first))
    correct = probabilities.argmax(axis=1) == unseen.labels
    of_outside = [head[:, outside].max(axis=1) for head in (unseen.kernel, unseen.ngram)] if outside else []
    of_first = (unseen.kernel[rows, first], unseen.ngram[rows, first], unseen.similarity, unseen.fit[rows, first])
    near = unseen.kernel.sum(axis=1) - unseen.kernel[:, outside].sum(axis=1)
    evidence = scope_evidence(probabilities[rows, first], *of_first, near, *of_outside)
    return Confidences(probabilities[rows, first], evidence, correct)


def _first_inside(scores: Any, outside: Sequence[int]) -> Any:
    """For each text the label of its highest score that is not `outside`, however small its probability is."""
    inside = scores.copy()
    inside[:, outside] = -np.inf
    return inside.argmax(axis=1)


def _weigh_heads(kernel: Any, ngram: Any, labels: Integers) -> tuple[float, float]:
    """The scales of the two heads: their ratio is that with which right intents are most often ahead of all others, and
    then their sum is made a log-probability.

    A ratio that is fitted to probabilities as well gives the n-grams more than is good for the first place.
    """
    kernel_scale, ngram_scale = _fit_scales([kernel, ngram], labels)
    rows = np.arange(len(labels))

    def weighed(share: float) -> tuple[float, float, float]:
        joined = kernel + share * ngram_scale / kernel_scale * ngram
        (scale,) = _fit_scales([joined], labels)
        own = scale * joined[rows, labels]
        joined[rows, labels] = -np.inf
        ahead = own - scale * joined.max(axis=1)
        return (
            float(logistic((0.0, _SHARPER), ahead[:, None]).mean()),
            scale,
            scale * share * ngram_scale / kernel_scale,
        )

    _, kernel_scale, ngram_scale = max(weighed(share) for share in _SHARES)
    return kernel_scale, ngram_scale


def _fit_scales(heads: Sequence[Any], labels: Integers) -> tuple[float, ...]:
    """The weights of the heads under which their fused probabilities mean most nearly what they say."""
    from scipy.optimize import minimize

    rows = np.arange(len(labels))

    def loss(scales: Any) -> float:
        probabilities = softmax(sum(scale * head for scale, head in zip(scales, heads, strict=True)))
        return float(-np.log(np.maximum(probabilities[rows, labels], 1e-9)).mean())

    bounds = [(0.05, 50.0)] * len(heads)
    best = minimize(loss, x0=np.full(len(heads), 4.0), bounds=bounds, method="L-BFGS-B")
    return tuple(float(scale) for scale in best.x)


def expected_out_of_scope(intents: int) -> float:
    """The share of messages that an assistant of so many intents is expected to know nothing of."""
    return EXPECTED_OUT_OF_SCOPE * max(1.0, FEW_INTENTS / intents)


def _fit_scope(known: Any, strange: Any, expected: float) -> tuple[float, ...]:
    """A logistic function from evidence of shape (texts, kinds): the bias, and the weight of each kind."""
    from sklearn.linear_model import LogisticRegression

    evidence = np.concatenate([known, strange])
    middle, spread = evidence.mean(axis=0), evidence.std(axis=0) + 1e-6
    is_known = np.concatenate([np.ones(len(known)), np.zeros(len(strange))])
    weights = np.where(is_known == 1, (1 - expected) / len(known), expected / len(strange)) * len(is_known)
    model = LogisticRegression(C=1.0).fit((evidence - middle) / spread, is_known, sample_weight=weights)
    coefficients = model.coef_[0] / spread
    return (float(model.intercept_[0] - coefficients @ middle), *(float(one) for one in coefficients))


def _scope_without_strangers(similarity: Any) -> tuple[tuple[float, ...], float]:
    """With few intents: what is less like any example than nearly all examples are like each other is a stranger."""
    steepness = 20.0
    return (-steepness * float(np.quantile(similarity, 0.05)), 0.0, 0.0, 0.0, steepness, 0.0, 0.0), 0.3


def _scope_by_background(scores: Sequence[float]) -> tuple[tuple[float, ...], float]:
    """With few intents: what the kernel knows less well than nearly all of the background is known to it is a stranger.

    A handful of examples says little of how well others like them will be known; a hundred strangers say where to end.
    """
    steepness, threshold = 15.0, 0.3
    end = float(np.quantile(scores, 1.0 - BACKGROUND_TAKEN))
    return (math.log(threshold / (1.0 - threshold)) - steepness * end, 0.0, steepness, 0.0, 0.0, 0.0, 0.0), threshold


def _choose_threshold(confidence: Any, correct: Any, strange: Any, expected: float) -> float:
    """The confidence from which on messages are taken as understood that does most good: see `WRONG`."""
    candidates = np.unique(np.concatenate([[0.0], confidence, strange]))
    if len(candidates) > 2000:
        candidates = np.quantile(candidates, np.linspace(0, 1, 2000))

    def accepted(values: Any) -> Any:
        return len(values) - np.searchsorted(np.sort(values), candidates)

    right = accepted(confidence[correct]) / len(confidence)
    wrong = accepted(confidence[~correct]) / len(confidence)
    strangers = accepted(strange) / len(strange)
    good = (1 - expected) * (right - WRONG * wrong) - expected * WRONG * strangers
    good[right < correct.mean() - max(MOST_REFUSED * expected, (1 - correct.mean()) / 3)] = -np.inf
    best = int(np.argmax(good))
    if len(confidence) > FEW:
        return float(candidates[best])
    # The most careful of those within a standard error of the best (Breiman and others 1984): of few texts, hardly any
    # lie between two thresholds.
    fewer_known = (right[best] - right + WRONG**2 * (wrong[best] - wrong)) * (1 - expected) ** 2 / len(confidence)
    fewer_strange = (strangers[best] - strangers) * (expected * WRONG) ** 2 / len(strange)
    by_chance = np.sqrt(np.maximum(fewer_known + fewer_strange, 0.0))
    return float(candidates[np.flatnonzero(good[best] - good <= by_chance)[-1]])


def _choose_ambiguity(probabilities: Any, correct: Any) -> float:
    """The widest lead of the first intent within which it was wrong more often than right."""
    lead = _lead(probabilities)
    rows = np.argsort(lead)
    accuracy = np.cumsum(correct[rows]) / np.arange(1, len(rows) + 1)
    wrong = np.flatnonzero(accuracy < 0.5)
    return min(WIDEST_AMBIGUITY, float(lead[rows][wrong[-1]])) if len(wrong) else 0.0
