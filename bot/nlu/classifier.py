"""Which intent a text has, how sure that is, and whether it is about anything the assistant knows at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from bot.domain.understanding import IntentScore, base_intent
from bot.nlu.features import Floats, Integers, NgramSpace, SparseRow

RANKED = 10
"""How many intents a ranking has at most."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Learnt from texts that the heads had not seen.

    `encoder_scale` and `ngram_scale` weigh the two heads against each other and make their sum a log-probability.
    `in_scope` is a logistic function: its bias, and its weights of the log-probability and of the similarity of the
    nearest example. Below the confidence `threshold` a text counts as not understood; where the first intent is less
    than `ambiguity` ahead of the second, it could be either.
    """

    encoder_scale: float
    ngram_scale: float
    in_scope: tuple[float, float, float]
    threshold: float
    ambiguity: float


@dataclass(frozen=True, slots=True)
class Head:
    """A linear classifier: scores are `features @ weights + bias`; weights have the shape (features, intents)."""

    weights: Floats
    bias: Floats

    def of_embedding(self, embedding: Floats) -> Floats:
        return embedding @ self.weights + self.bias

    def of_row(self, row: SparseRow) -> Floats:
        return row.weights @ self.weights[row.columns] + self.bias


@dataclass(frozen=True, slots=True)
class Classification:
    """The reading of one text. `confidence` is the probability that the first of `ranking` is right.

    `similarity` is the cosine of the nearest training example, which has the intent `nearest`.
    """

    ranking: tuple[IntentScore, ...]
    similarity: float
    nearest: str
    understood: bool
    ambiguous: bool

    @property
    def intent(self) -> str:
        return self.ranking[0].name

    @property
    def confidence(self) -> float:
        return self.ranking[0].confidence


@dataclass(frozen=True, slots=True)
class IntentClassifier:
    """Two linear heads, over sentence embeddings and over n-grams, fused and calibrated, and the nearest example."""

    labels: tuple[str, ...]
    encoder_head: Head
    ngram_head: Head
    ngram_space: NgramSpace
    calibration: Calibration
    example_embeddings: Floats
    example_labels: Integers

    def classify(self, text: str, embedding: Floats) -> Classification:
        """`embedding` is the text's, of unit length."""
        calibration = self.calibration
        scores = calibration.encoder_scale * self.encoder_head.of_embedding(embedding)
        scores = scores + calibration.ngram_scale * self.ngram_head.of_row(self.ngram_space.row(text))
        probabilities = softmax(scores[None, :])[0]
        similarities = self.example_embeddings @ embedding
        nearest = int(np.argmax(similarities))
        similarity = float(similarities[nearest])
        ranked = _ranked(self.labels, probabilities)
        (_, first), *others = ranked
        second = next((share for at, share in others if self._base(at) != self._base(ranked[0][0])), 0.0)
        in_scope = float(in_scope_probability(calibration.in_scope, np.array([first]), np.array([similarity]))[0])
        return Classification(
            ranking=tuple(IntentScore(self.labels[at], round(share * in_scope, 4)) for at, share in ranked),
            similarity=similarity,
            nearest=self.labels[int(self.example_labels[nearest])],
            understood=first * in_scope >= calibration.threshold,
            ambiguous=first - second < calibration.ambiguity,
        )

    def _base(self, label: int) -> str:
        return base_intent(self.labels[label])

    def arrays(self) -> dict[str, Any]:
        """What `from_arrays` needs besides `facts`."""
        hashes = np.zeros(len(self.ngram_space.column_of), dtype=np.uint32)
        for gram, column in self.ngram_space.column_of.items():
            hashes[column] = gram
        return {
            "encoder_weights": self.encoder_head.weights,
            "encoder_bias": self.encoder_head.bias,
            "ngram_weights": self.ngram_head.weights,
            "ngram_bias": self.ngram_head.bias,
            "ngram_hashes": hashes,
            "ngram_rarity": self.ngram_space.rarity,
            "example_embeddings": self.example_embeddings,
            "example_labels": self.example_labels,
        }

    def facts(self) -> dict[str, Any]:
        calibration = self.calibration
        return {
            "labels": list(self.labels),
            "first_character_column": self.ngram_space.first_character_column,
            "encoder_scale": calibration.encoder_scale,
            "ngram_scale": calibration.ngram_scale,
            "in_scope": list(calibration.in_scope),
            "threshold": calibration.threshold,
            "ambiguity": calibration.ambiguity,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], facts: Mapping[str, Any]) -> IntentClassifier:
        bias, log_probability, similarity = facts["in_scope"]
        columns = {gram: column for column, gram in enumerate(arrays["ngram_hashes"].tolist())}
        return cls(
            labels=tuple(facts["labels"]),
            encoder_head=Head(arrays["encoder_weights"], arrays["encoder_bias"]),
            ngram_head=Head(arrays["ngram_weights"], arrays["ngram_bias"]),
            ngram_space=NgramSpace(columns, arrays["ngram_rarity"], facts["first_character_column"]),
            calibration=Calibration(
                encoder_scale=facts["encoder_scale"],
                ngram_scale=facts["ngram_scale"],
                in_scope=(bias, log_probability, similarity),
                threshold=facts["threshold"],
                ambiguity=facts["ambiguity"],
            ),
            example_embeddings=arrays["example_embeddings"],
            example_labels=arrays["example_labels"],
        )


def _ranked(labels: tuple[str, ...], probabilities: Floats) -> list[tuple[int, float]]:
    """The likeliest labels with their probabilities, in order.

    The keys of a retrieval intent (`faq/price`, `faq/hours`) stand together: how likely it is that one of them is meant
    decides the intent, and only then which of them.
    """
    bases = _bases(labels)
    if bases is None:
        order = np.argsort(-probabilities, kind="stable")[:RANKED]
        return [(int(at), float(probabilities[at])) for at in order]
    together = np.bincount(bases, weights=probabilities)[bases]
    order = np.lexsort((-probabilities, -together))[:RANKED]
    leads = {int(bases[at]): int(at) for at in reversed(order)}
    return [(int(at), float((together if leads[int(bases[at])] == at else probabilities)[at])) for at in order]


@lru_cache(maxsize=8)
def _bases(labels: tuple[str, ...]) -> Integers | None:
    """For each label the number of its intent without the key; None where no label has a key."""
    names = [base_intent(label) for label in labels]
    if names == list(labels):
        return None
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.int64)


def softmax(scores: Any) -> Any:
    """Probabilities of shape (texts, intents) from scores of the same shape."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def in_scope_probability(weights: Sequence[float], largest: Any, similarity: Any) -> Any:
    """The probability that a text is about something known, from its largest probability and nearest similarity."""
    bias, of_probability, of_similarity = weights
    score = bias + of_probability * np.log(np.maximum(largest, 1e-6)) + of_similarity * similarity
    return 1.0 / (1.0 + np.exp(-np.clip(score, -30.0, 30.0)))
