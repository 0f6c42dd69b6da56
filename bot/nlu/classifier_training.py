"""Trains the intent classifier; scikit-learn and scipy are imported inside functions, and never in serving."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bot.nlu.calibration import FEW, Calibrated, HeldOut, Unseen
from bot.nlu.classifier import Head, IntentClassifier, labels_outside
from bot.nlu.features import Floats, Integers, NgramSpace, learn_ngram_space
from bot.nlu.kernel import KernelHead, alike, learn_kernel_head
from bot.nlu.material import Material, Vectors
from bot.nlu.word_use import WordUse, learn_word_use

SEED = 20261124

FEWEST_INTENTS_TO_LEAVE_OUT = 5
"""Beside what is out of scope, which is never left out."""

ENOUGH_INTENTS = 10
"""With fewer, the background tells more of strangers than intents that are left out do. Where the author says what is
out of scope, there is enough to learn from that as soon as some can be left out."""

LARGE = 5_000
"""From so many examples on, one part that is held out tells enough, and one that is left out."""

MOST_COMPARED = 16_000
"""Examples that the kernel learns from; the n-grams learn from all. Its memory and time grow with their square."""

MOST_ASKED = 200
"""Examples that a classifier is asked for, to see whether it knows its own."""

_MAY_BE_KNOWN = 0.5
"""A text of the background that is so much like an example may be about what the assistant knows."""

_BACKGROUND_PARTS = 5
_SHARPNESS, _RIDGE = 2.0, 0.2
_NEVER_HELD_OUT = -1
_NGRAM_STRENGTH = 1.0
_FEW, _MOST_DIRECTIONS = 2_000, 128
"""Up to `_FEW` examples all directions are kept; with more, comparing takes most of the time, and 128 do as well."""


def train_classifier(
    texts: Sequence[str], intents: Sequence[str], vectors: Vectors, calibrated: Calibrated | None = None
) -> IntentClassifier:
    """Train on at least two texts of each of at least two intents; the same input gives the same classifier.

    `calibrated` is what scores are worth where the encoder has seen the texts: see `read_held_out`.
    """
    space, material = _material(texts, intents, vectors)
    held_out = None
    if calibrated is None:
        held_out = HeldOut(_held_out(material), _leave_intents_out(material), _read_background(material))
        calibrated = Calibrated.by(held_out)
    compared = _spread(material.labels, MOST_COMPARED)
    kernel_head, example_labels = _kernel_head(material.part(compared))
    classifier = IntentClassifier(
        labels=tuple(sorted(set(intents))),
        kernel_head=kernel_head,
        ngram_head=_ngram_head(material),
        ngram_space=space,
        word_use=_word_use(material),
        calibration=calibrated.calibration,
        first_stage=calibrated.first_stage,
        example_labels=example_labels,
    )
    if held_out is None or _knows_its_own(classifier, texts, material):
        return classifier
    calibrated = Calibrated.by(HeldOut(held_out.known, None))
    return replace(classifier, calibration=calibrated.calibration, first_stage=calibrated.first_stage)


def _knows_its_own(classifier: IntentClassifier, texts: Sequence[str], material: Material) -> bool:
    """Whether most of its own examples are about something known to it.

    They are not where held-out examples cannot be told from strangers, as with few examples in a language that the
    encoder does not know. What was learnt of strangers then says nothing, and examples are refused most of all.
    """
    rows = _spread(material.labels, MOST_ASKED)
    understood = [classifier.classify(texts[row], material.features[row]).understood for row in rows]
    return 2 * sum(understood) >= len(understood)


def read_held_out(
    texts: Sequence[str], intents: Sequence[str], vectors: Vectors, kept: Integers, held_out: Integers
) -> HeldOut:
    """What heads that are trained on the rows `kept` make of the rows `held_out`.

    Of an encoder that was tuned on texts, their embeddings say nothing of how well it reads others. `vectors` are of
    one that was tuned on the rows `kept` alone. Strangers are the rows `held_out` of intents that the heads are not
    trained on, while the encoder may have been tuned on other examples of the same intents: of a third of them after
    the other, or of one third only where examples are many.
    """
    _, material = _material(texts, intents, vectors)
    known, asked = material.part(kept), material.part(held_out)
    strangers = None
    if _may_leave_out(material):
        groups = _groups(material)
        out = [groups == group for group in ([0] if len(texts) > LARGE else np.unique(groups[groups >= 0]))]
        parts = [_read_unseen(known.part(~one[known.labels]), asked.part(one[asked.labels])) for one in out]
        strangers = Unseen.together(parts)
    return HeldOut(_read_unseen(known, asked), strangers, _read_background(known))


def _material(texts: Sequence[str], intents: Sequence[str], vectors: Vectors) -> tuple[NgramSpace, Material]:
    names = sorted(set(intents))
    labels = np.array([names.index(intent) for intent in intents], dtype=np.int64)
    space = learn_ngram_space(texts)
    ngrams = _sparse([space.row(text) for text in texts], len(space.column_of))
    words = space.first_character_column
    outside = labels_outside(names)
    background = _background(vectors, len(names), outside)
    return space, Material(vectors.examples, ngrams, labels, len(names), words, vectors.names, background, outside)


def _background(vectors: Vectors, intents: int, outside: Sequence[int]) -> Floats:
    """What of the background is about nothing that the assistant may know, where it has few intents."""
    enough = FEWEST_INTENTS_TO_LEAVE_OUT if outside else ENOUGH_INTENTS
    if vectors.background is None or not len(vectors.background) or intents - len(outside) >= enough:
        return np.zeros((0, vectors.examples.shape[1]), dtype=np.float32)
    background: Floats = vectors.background
    likeness = alike(background, vectors.examples, background.mean(axis=0))
    unlike: Floats = background[likeness.max(axis=1) < _MAY_BE_KNOWN]
    return unlike


def _sparse(rows: Sequence[Any], width: int) -> Any:
    from scipy.sparse import csr_matrix

    starts = np.cumsum([0, *(len(row.columns) for row in rows)])
    columns = np.concatenate([row.columns for row in rows])
    weights = np.concatenate([row.weights for row in rows])
    return csr_matrix((weights, columns, starts), shape=(len(rows), width))


def _kernel_head(material: Material) -> tuple[KernelHead, Integers]:
    """The head, and the label of each example that it compares with; the name of an intent is one more of them."""
    from threadpoolctl import threadpool_limits

    known = np.unique(material.labels)
    features = np.vstack([material.features, material.names[known]])
    labels = np.concatenate([material.labels, known])
    directions = features.shape[1] if len(material.labels) <= _FEW else _MOST_DIRECTIONS
    # One thread: on matrices this small, several spend their time waiting for each other.
    with threadpool_limits(limits=1):
        head = learn_kernel_head(
            features,
            labels,
            material.intents,
            background=material.background,
            sharpness=_SHARPNESS,
            ridge=_RIDGE,
            directions=directions,
        )
    return head, labels


def _ngram_head(material: Material) -> Head:
    from sklearn.svm import LinearSVC
    from threadpoolctl import threadpool_limits

    # Balanced, so that an intent with five examples is not drowned by one with fifty.
    model = LinearSVC(C=_NGRAM_STRENGTH, class_weight="balanced", tol=1e-2, max_iter=5000, random_state=SEED)
    with threadpool_limits(limits=1), warnings.catch_warnings():
        # Of many intents with one or two examples sklearn supposes that they are numbers.
        warnings.filterwarnings("ignore", "The number of unique classes is greater")
        model.fit(material.ngrams, material.labels)
    return _head(model, material.intents)


def _word_use(material: Material) -> WordUse:
    return learn_word_use(material.ngrams, material.labels, material.intents, material.words)


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


def _read_unseen(known: Material, rest: Material) -> Unseen:
    """What heads that are trained on `known` make of the rest."""
    kernel_head, _ = _kernel_head(known.part(_spread(known.labels, MOST_COMPARED)))
    kernel, similarity = kernel_head.near_all(rest.features)
    ngram_head = _ngram_head(known)
    ngram = rest.ngrams @ ngram_head.weights + ngram_head.bias
    return Unseen(kernel, ngram, _word_use(known).fits(rest.ngrams), similarity, rest.labels, known.outside)


def _held_out(material: Material) -> Unseen:
    """The examples as read by heads trained on the other folds; of many examples only a part."""
    folds = _folds(material.labels)
    tried = np.setdiff1d(folds, [_NEVER_HELD_OUT])[: 1 if len(material.labels) > LARGE else None]
    parts = [_read_unseen(material.part(folds != fold), material.part(folds == fold)) for fold in tried]
    return Unseen.together(parts)


def _read_background(material: Material) -> tuple[float, ...]:
    """The highest score that each text of the background has from a kernel that does not know it."""
    folds = np.arange(len(material.background)) % _BACKGROUND_PARTS
    read: list[float] = []
    for fold in np.unique(folds):
        head, _ = _kernel_head(material.before(folds != fold))
        scores, _ = head.near_all(material.background[folds == fold])
        read += scores.max(axis=1).tolist()
    return tuple(read)


def _folds(labels: Integers) -> Integers:
    """A fold for each example. Each intent is dealt out in turn, so that the other folds always hold some of it; what
    has one example only is never held out.

    Few examples are held out a few at a time, as heads without a fifth of six are not those that will serve.
    """
    count = 10 if len(labels) <= FEW else 5 if len(labels) <= LARGE else 4
    random = np.random.default_rng(SEED)
    folds = np.full(len(labels), _NEVER_HELD_OUT, dtype=np.int64)
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        if len(rows) > 1:
            folds[rows] = (np.arange(len(rows)) + label) % count
    return folds


def _leave_intents_out(material: Material) -> Unseen | None:
    """Examples as read by heads that do not know their intent: they stand for whatever else a customer might say.

    Where examples are few, each intent is left out by itself: heads without a third of them are not those that serve.
    None where there are too few intents to leave some out, or the background stands for it.
    """
    if not _may_leave_out(material):
        return None
    groups = _groups(material)
    if len(material.labels) <= FEW:
        groups = np.where(groups < 0, groups, np.arange(material.intents))
    parts = []
    for group in [0] if len(material.labels) > LARGE else np.unique(groups[groups >= 0]):
        strange = groups[material.labels] == group
        parts.append(_read_unseen(material.part(~strange), material.part(strange)))
    return Unseen.together(parts)


def _may_leave_out(material: Material) -> bool:
    return not len(material.background) and material.intents - len(material.outside) >= FEWEST_INTENTS_TO_LEAVE_OUT


def _groups(material: Material) -> Integers:
    """For each intent one of the three groups that are left out in turn; -1 for what is out of scope, which stays."""
    inside = np.setdiff1d(np.arange(material.intents), material.outside)
    groups = np.full(material.intents, -1)
    groups[inside] = np.random.default_rng(SEED).permutation(len(inside)) % 3
    return groups


def _spread(labels: Integers, most: int) -> Integers:
    """Rows of at most `most` examples, of every intent alike; all of them where there are no more."""
    if len(labels) <= most:
        return np.arange(len(labels))
    random = np.random.default_rng(SEED)
    place = np.zeros(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        place[rows] = np.arange(len(rows))
    return np.sort(np.argsort(place, kind="stable")[:most])
