"""A classifier over sentence embeddings: kernel ridge regression, whose score of an intent is 1 near its examples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.nlu.features import Floats, Integers


@dataclass(frozen=True, slots=True)
class Nearness:
    """What a text's embedding is near to: `scores` has one for each intent; `similarity` is the cosine of the nearest
    training example, row `nearest`, once what all examples have in common is taken away.
    """

    scores: Floats
    similarity: float
    nearest: int


@dataclass(frozen=True, slots=True)
class KernelHead:
    """Scores are `exp(sharpness * (cosines - 1)) @ weights`, with the cosines to all examples.

    Embeddings are compared once the `mean` of all is taken away and they are turned into the directions in which the
    examples differ most: `directions` has the shape (dimensions, kept), `examples` (examples, kept), `weights`
    (examples, intents). Both of these are kept column by column: one text against all is read in half of the time.
    The first `own` examples are of intents; behind them stands the background, which is of none.
    """

    mean: Floats
    directions: Floats
    examples: Floats
    weights: Floats
    sharpness: float
    own: int

    def near(self, embedding: Floats) -> Nearness:
        """Of one embedding."""
        turned = (embedding - self.mean) @ self.directions
        cosines = self.examples @ (turned / max(math.sqrt(turned @ turned), 1e-6))
        nearest = int(np.argmax(cosines[: self.own]))
        scores = np.exp(self.sharpness * (cosines - 1.0)) @ self.weights
        return Nearness(scores, float(cosines[nearest]), nearest)

    def near_all(self, embeddings: Floats) -> tuple[Any, Any]:
        """The scores of many embeddings, of shape (texts, intents), and the similarity of each one's nearest."""
        scores = np.zeros((len(embeddings), self.weights.shape[1]), dtype=np.float32)
        similarity = np.zeros(len(embeddings), dtype=np.float32)
        for start in range(0, len(embeddings), 1024):
            part = slice(start, start + 1024)
            cosines = _compared(embeddings[part], self.mean, self.directions) @ self.examples.T
            similarity[part] = cosines[:, : self.own].max(axis=1)
            scores[part] = np.exp(self.sharpness * (cosines - 1.0)) @ self.weights
        return scores, similarity


def learn_kernel_head(
    embeddings: Floats,
    labels: Integers,
    intents: int,
    *,
    background: Floats,
    sharpness: float,
    ridge: float,
    directions: int,
) -> KernelHead:
    """Fit `intents` columns to labels from 0 on; an intent without examples gets a column of zeros.

    Near the `background` the scores of all are 0.

    `ridge` is how much an example may be missed by, the more so the more examples its intent has, so that an intent
    with five is not drowned by one with fifty.
    """
    from scipy.linalg import solve

    own = len(labels)
    embeddings = np.vstack([embeddings, background])
    classes = np.concatenate([labels, np.full(len(background), intents)])
    mean = embeddings.mean(axis=0)
    kept = _directions(embeddings - mean, directions)
    examples = _compared(embeddings, mean, kept)
    kernel = np.exp(sharpness * (examples @ examples.T - 1.0))
    counts = np.bincount(classes)
    balance = counts[classes] * np.count_nonzero(counts) / len(classes)
    kernel[np.diag_indices(len(classes))] += (ridge * balance).astype(kernel.dtype)
    targets = np.zeros((len(classes), intents), dtype=np.float32)
    targets[np.arange(own), labels] = 1.0
    weights = solve(kernel, targets, assume_a="pos", overwrite_a=True, overwrite_b=True, check_finite=False)
    weights = np.asfortranarray(weights, dtype=np.float32)
    return KernelHead(mean, kept, np.asfortranarray(examples), weights, sharpness, own)


def alike(texts: Floats, others: Floats, mean: Floats) -> Any:
    """The cosines of embeddings, of shape (texts, others), once the mean is taken away."""
    centred, other = texts - mean, others - mean
    return (centred @ other.T) / np.outer(np.linalg.norm(centred, axis=1), np.linalg.norm(other, axis=1))


def _directions(centred: Floats, most: int) -> Floats:
    """The `most` directions in which these vary most; all of them where there are no more."""
    dimensions = centred.shape[1]
    if dimensions <= most:
        return np.eye(dimensions, dtype=np.float32)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    return np.ascontiguousarray(vectors[:, : -most - 1 : -1]).astype(np.float32)


def _compared(embeddings: Floats, mean: Floats, directions: Floats) -> Any:
    turned = (embeddings - mean) @ directions
    return turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-6)
