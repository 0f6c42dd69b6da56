"""Trains the intent classifier; scikit-learn and scipy are imported here, inside functions, and never in serving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.nlu.classifier import Calibration, Head, IntentClassifier, in_scope_probability, softmax
from bot.nlu.features import Floats, Integers, learn_ngram_space

SEED = 20261124

EXPECTED_OUT_OF_SCOPE = 0.2
"""The share of messages that are about nothing the assistant knows, which the threshold is chosen for."""

FEWEST_INTENTS_TO_LEAVE_OUT = 5
WIDEST_AMBIGUITY = 0.1
_ENCODER_STRENGTH, _NGRAM_STRENGTH = 20.0, 1.0


@dataclass(frozen=True, slots=True)
class _Material:
    """What is learnt from: row i of `embeddings` and of `ngrams` (sparse) is a text of intent `labels[i]`."""

    embeddings: Floats
    ngrams: Any
    labels: Integers
    intents: int

    def part(self, rows: Any) -> _Material:
        return _Material(self.embeddings[rows], self.ngrams[rows], self.labels[rows], self.intents)


@dataclass(frozen=True, slots=True)
class _Unseen:
    """Scores of texts by heads that were trained without them: shape (texts, intents), intents left out are -inf."""

    encoder: Any
    ngram: Any
    similarity: Any


def train_classifier(texts: Sequence[str], intents: Sequence[str], embeddings: Floats) -> IntentClassifier:
    """Train on at least two texts of each of at least two intents; the same input gives the same classifier."""
    names = tuple(sorted(set(intents)))
    labels = np.array([names.index(intent) for intent in intents], dtype=np.int64)
    space = learn_ngram_space(texts)
    rows = [space.row(text) for text in texts]
    material = _Material(embeddings, _sparse(rows, len(space.column_of)), labels, len(names))
    encoder_head, ngram_head = _train_heads(material)
    return IntentClassifier(
        labels=names,
        encoder_head=encoder_head,
        ngram_head=ngram_head,
        ngram_space=space,
        calibration=_calibrate(material),
        example_embeddings=embeddings,
        example_labels=labels,
    )


def _sparse(rows: Sequence[Any], width: int) -> Any:
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    starts = np.cumsum([0, *(len(row.columns) for row in rows)])
    columns = np.concatenate([row.columns for row in rows])
    weights = np.concatenate([row.weights for row in rows])
    return csr_matrix((weights, columns, starts), shape=(len(rows), width))


def _train_heads(material: _Material) -> tuple[Head, Head]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    # Balanced, so that an intent with five examples is not drowned by one with fifty.
    encoder = LogisticRegression(C=_ENCODER_STRENGTH, max_iter=1000, class_weight="balanced", random_state=SEED)
    ngram = LinearSVC(C=_NGRAM_STRENGTH, class_weight="balanced", max_iter=5000, random_state=SEED)
    # One thread: on matrices this small, several spend their time waiting for each other.
    with threadpool_limits(limits=1):
        encoder.fit(material.embeddings, material.labels)
        ngram.fit(material.ngrams, material.labels)
    return _head(encoder, material.intents), _head(ngram, material.intents)


def _head(model: Any, intents: int) -> Head:
    """The model's weights as a matrix with a column for each intent; an intent it has not seen never wins."""
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        coefficients = np.vstack([-coefficients[0], coefficients[0]]) / 2
        intercepts = np.array([-intercepts[0], intercepts[0]]) / 2
    weights = np.zeros((coefficients.shape[1], intents), dtype=np.float32)
    bias = np.full(intents, -np.inf, dtype=np.float32)
    weights[:, model.classes_] = coefficients.T
    bias[model.classes_] = intercepts
    return Head(weights, bias)


def _calibrate(material: _Material) -> Calibration:
    unseen = _cross_validate(material)
    encoder_scale, ngram_scale = _fit_scales(unseen, material.labels)
    probabilities = softmax(encoder_scale * unseen.encoder + ngram_scale * unseen.ngram)
    largest = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == material.labels
    strangers = _leave_intents_out(material)
    if strangers is None:
        in_scope, threshold = _scope_without_strangers(unseen.similarity)
    else:
        strange = softmax(encoder_scale * strangers.encoder + ngram_scale * strangers.ngram).max(axis=1)
        in_scope = _fit_scope(largest, unseen.similarity, strange, strangers.similarity)
        threshold = _choose_threshold(
            largest * in_scope_probability(in_scope, largest, unseen.similarity),
            correct,
            strange * in_scope_probability(in_scope, strange, strangers.similarity),
        )
    return Calibration(encoder_scale, ngram_scale, in_scope, threshold, _choose_ambiguity(probabilities, correct))


def _cross_validate(material: _Material) -> _Unseen:
    """Scores of every example by heads trained on the other folds, and its similarity to the nearest other example."""
    folds = _folds(material.labels)
    shape = (len(material.labels), material.intents)
    encoder, ngram = np.zeros(shape), np.zeros(shape)
    for fold in range(int(folds.max()) + 1):
        held_out = folds == fold
        encoder_head, ngram_head = _train_heads(material.part(~held_out))
        rest = material.part(held_out)
        encoder[held_out] = rest.embeddings @ encoder_head.weights + encoder_head.bias
        ngram[held_out] = rest.ngrams @ ngram_head.weights + ngram_head.bias
    return _Unseen(encoder, ngram, _nearest(material.embeddings, material.embeddings, same=True))


def _folds(labels: Integers) -> Integers:
    """A fold for each example. Each intent is dealt out in turn, so that the other folds always hold some of it."""
    count = 5 if len(labels) <= 5000 else 3
    random = np.random.default_rng(SEED)
    folds = np.zeros(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        folds[rows] = (np.arange(len(rows)) + label) % count
    return folds


def _leave_intents_out(material: _Material) -> _Unseen | None:
    """Scores of examples by heads that do not know their intent: they stand for whatever else a customer might say.

    None where there are too few intents to leave some out.
    """
    if material.intents < FEWEST_INTENTS_TO_LEAVE_OUT:
        return None
    groups = np.random.default_rng(SEED).permutation(material.intents) % 3
    parts = []
    for group in range(3):
        strange = groups[material.labels] == group
        known = material.part(~strange)
        encoder_head, ngram_head = _train_heads(known)
        rest = material.part(strange)
        parts.append(
            _Unseen(
                rest.embeddings @ encoder_head.weights + encoder_head.bias,
                rest.ngrams @ ngram_head.weights + ngram_head.bias,
                _nearest(rest.embeddings, known.embeddings),
            )
        )
    return _Unseen(
        np.vstack([part.encoder for part in parts]),
        np.vstack([part.ngram for part in parts]),
        np.concatenate([part.similarity for part in parts]),
    )


def _nearest(embeddings: Floats, examples: Floats, *, same: bool = False) -> Any:
    """The cosine of each text's nearest example; `same`: both are the same texts, and none is its own neighbour."""
    nearest = np.zeros(len(embeddings))
    for start in range(0, len(embeddings), 1024):
        similarities = embeddings[start : start + 1024] @ examples.T
        if same:
            rows = np.arange(len(similarities))
            similarities[rows, rows + start] = -1.0
        nearest[start : start + 1024] = similarities.max(axis=1)
    return nearest


def _fit_scales(unseen: _Unseen, labels: Integers) -> tuple[float, float]:
    """The weights of the two heads under which their fused probabilities mean most nearly what they say."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    rows = np.arange(len(labels))

    def loss(scales: Any) -> float:
        probabilities = softmax(scales[0] * unseen.encoder + scales[1] * unseen.ngram)
        return float(-np.log(np.maximum(probabilities[rows, labels], 1e-9)).mean())

    best = minimize(loss, x0=np.array([1.0, 1.0]), bounds=[(0.05, 20.0), (0.05, 20.0)], method="L-BFGS-B")
    return float(best.x[0]), float(best.x[1])


def _fit_scope(largest: Any, similarity: Any, strange: Any, strange_similarity: Any) -> tuple[float, float, float]:
    from sklearn.linear_model import LogisticRegression

    features = np.column_stack(
        [np.log(np.maximum(np.concatenate([largest, strange]), 1e-6)), np.concatenate([similarity, strange_similarity])]
    )
    known = np.concatenate([np.ones(len(largest)), np.zeros(len(strange))])
    share = {0: EXPECTED_OUT_OF_SCOPE, 1: 1 - EXPECTED_OUT_OF_SCOPE}
    weights = np.where(known == 1, share[1] / len(largest), share[0] / len(strange)) * len(known)
    model = LogisticRegression(C=10.0, random_state=SEED).fit(features, known, sample_weight=weights)
    return float(model.intercept_[0]), float(model.coef_[0][0]), float(model.coef_[0][1])


def _scope_without_strangers(similarity: Any) -> tuple[tuple[float, float, float], float]:
    """With few intents: what is less like any example than nearly all examples are like each other is a stranger."""
    steepness = 20.0
    return (-steepness * float(np.quantile(similarity, 0.05)), 0.0, steepness), 0.3


def _choose_threshold(confidence: Any, correct: Any, strange: Any) -> float:
    """The confidence that gets most messages right: known ones accepted and correct, strange ones refused."""
    candidates = np.unique(np.concatenate([[0.0], confidence, strange]))
    if len(candidates) > 2000:
        candidates = np.quantile(candidates, np.linspace(0, 1, 2000))
    right, strangers = np.sort(confidence[correct]), np.sort(strange)
    accepted = (len(right) - np.searchsorted(right, candidates)) / len(confidence)
    refused = np.searchsorted(strangers, candidates) / len(strangers)
    won = (1 - EXPECTED_OUT_OF_SCOPE) * accepted + EXPECTED_OUT_OF_SCOPE * refused
    return float(candidates[int(np.argmax(won))])


def _choose_ambiguity(probabilities: Any, correct: Any) -> float:
    """The widest lead of the first intent within which it was wrong more often than right."""
    ordered = np.sort(probabilities, axis=1)
    lead = ordered[:, -1] - ordered[:, -2]
    rows = np.argsort(lead)
    accuracy = np.cumsum(correct[rows]) / np.arange(1, len(rows) + 1)
    wrong = np.flatnonzero(accuracy < 0.5)
    return min(WIDEST_AMBIGUITY, float(lead[rows][wrong[-1]])) if len(wrong) else 0.0
