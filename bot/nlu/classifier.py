"""Which intent a text has, how sure that is, and whether it is about anything the assistant knows at all."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from bot.domain.understanding import OUT_OF_SCOPE_INTENTS, IntentScore, base_intent
from bot.nlu.features import Floats, Integers, NgramSpace, SparseRow
from bot.nlu.kernel import KernelHead
from bot.nlu.word_use import WordUse

RANKED = 10
"""How many intents a ranking has at most."""

LEAST_RANKED = 0.001
"""An intent that has less than this share of what speaks for any is left out of a ranking, but for the first two."""


NEVER = 2.0
"""A gate that no confidence passes."""

_LEAST = 1e-6
"""Probabilities below this count as this, where they are made logarithms."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Learnt from texts that the heads had not seen.

    `kernel_scale` and `ngram_scale` weigh the two heads against each other and make their sum a log-probability.
    `in_scope` is a logistic function: its bias, and its weights of the log-probability, of the two heads' scores of the
    first intent, of the similarity of the nearest example, of how well the words go with the intent, and of the sum of
    the kernel's scores, which is 1 among examples of whatever intent and falls towards 0 away from all. Below the
    confidence `threshold` a text counts as not understood; where the first intent is less than `ambiguity` ahead of the
    second, it could be either.

    `outside` are the labels whose examples say what is out of scope, where that was learnt from them. The evidence is
    then that of the first intent of all others, and two more weights are for the heads' highest scores of `outside`.
    """

    kernel_scale: float
    ngram_scale: float
    in_scope: tuple[float, ...]
    threshold: float
    ambiguity: float
    outside: tuple[int, ...] = ()

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Calibration:
        """From what `IntentClassifier.facts` says of it."""
        return cls(**_with_tuples(facts))


@dataclass(frozen=True, slots=True)
class FirstStage:
    """When the n-grams alone will do, which costs a thirtieth of what the encoder does.

    `scale` makes their scores log-probabilities, `in_scope` is as that of `Calibration` with the log-probability, the
    score and the words only, and the score of what is out of scope where `Calibration.outside` names labels. From the
    confidence `gate` on hardly a stranger is taken in. `slip` is a logistic function of `slip_evidence`: how likely the
    n-grams are wrong where both heads would be right; at most `most_slips` will do.
    """

    scale: float
    in_scope: tuple[float, ...]
    gate: float
    slip: tuple[float, ...]
    most_slips: float

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> FirstStage:
        """From what `IntentClassifier.facts` says of it."""
        return cls(**_with_tuples(facts))


@dataclass(frozen=True, slots=True)
class Head:
    """A linear classifier: scores are `features @ weights + bias`; weights have the shape (features, intents)."""

    weights: Floats
    bias: Floats

    def of_row(self, row: SparseRow) -> Floats:
        return row.weights @ self.weights[row.columns] + self.bias


@dataclass(frozen=True, slots=True)
class ByWords:
    """What the n-grams make of a text: both stages go by it, so it is worked out once."""

    row: SparseRow
    scores: Floats


@dataclass(frozen=True, slots=True)
class Classification:
    """The reading of one text. `confidence` is the probability that the first of `ranking` is right.

    `similarity` is the cosine of the nearest training example, which has the intent `nearest`; both are None where the
    first stage was sure and did not look. What is not `legible` has no word that one could go by.
    """

    ranking: tuple[IntentScore, ...]
    similarity: float | None
    nearest: str | None
    understood: bool
    ambiguous: bool
    legible: bool = True

    @property
    def intent(self) -> str:
        return self.ranking[0].name

    @property
    def confidence(self) -> float:
        return self.ranking[0].confidence


@dataclass(frozen=True, slots=True)
class IntentClassifier:
    """Two heads, over the encoder's features and over n-grams, fused and calibrated; or n-grams alone, where sure."""

    labels: tuple[str, ...]
    kernel_head: KernelHead
    ngram_head: Head
    ngram_space: NgramSpace
    word_use: WordUse
    calibration: Calibration
    first_stage: FirstStage
    example_labels: Integers

    def by_words(self, text: str) -> ByWords:
        row = self.ngram_space.row(text)
        return ByWords(row, self.ngram_head.of_row(row))

    def classify_quickly(self, text: str | ByWords) -> Classification | None:
        """By the n-grams alone, without an encoder; None where they are not sure."""
        if self.first_stage.gate >= NEVER:
            return None
        words = self.by_words(text) if isinstance(text, str) else text
        columns = words.row.columns
        if not len(columns) or columns.min() >= self.ngram_space.first_character_column:
            return None  # it has no word of the examples, only pieces of words
        shares = _shares(self.first_stage.scale * words.scores)
        outside = list(self.calibration.outside)
        first, share, ranked = self._first(shares, outside)
        evidence = [_log(share), float(words.scores[first]), self.word_use.fit(words.row, first)]
        if outside:
            evidence.append(float(words.scores[outside].max()))
        meant = chance(self.first_stage.in_scope, evidence)
        if outside:
            ranked, meant = self._beside(outside, shares, meant)
        first, share = ranked[0]
        confidence = share * meant
        if first in outside or confidence < self.first_stage.gate or self._lead(ranked) < self.calibration.ambiguity:
            return None
        second, highest = np.partition(words.scores, -2)[-2:]
        odds = _log(confidence) - _log(1 - confidence)
        if chance(self.first_stage.slip, (odds, float(highest - second))) > self.first_stage.most_slips:
            return None
        return Classification(self._scores(ranked, meant), None, None, understood=True, ambiguous=False)

    def classify(self, text: str | ByWords, features: Floats) -> Classification:
        """By both heads; `features` are the encoder's."""
        calibration = self.calibration
        words = self.by_words(text) if isinstance(text, str) else text
        near = self.kernel_head.near(features)
        fused = calibration.kernel_scale * near.scores + calibration.ngram_scale * words.scores
        shares = _shares(fused)
        outside = list(calibration.outside)
        first, share, ranked = self._first(shares, outside)
        fit = self.word_use.fit(words.row, first)
        of_first = (float(near.scores[first]), float(words.scores[first]), near.similarity, fit)
        evidence = [_log(share), *of_first, float(near.scores.sum() - near.scores[outside].sum())]
        if outside:
            evidence += [float(near.scores[outside].max()), float(words.scores[outside].max())]
        meant = chance(calibration.in_scope, evidence)
        if outside:
            ranked, meant = self._beside(outside, shares, meant)
        return Classification(
            ranking=self._scores(ranked, meant),
            similarity=near.similarity,
            nearest=self.labels[int(self.example_labels[near.nearest])],
            understood=ranked[0][1] * meant >= calibration.threshold,
            ambiguous=self._lead(ranked) < calibration.ambiguity,
        )

    def has_examples_with(self, intent: str, words: Collection[str]) -> bool:
        """Whether an example of the intent has one of these words, or pairs of words, in lower case."""
        columns = [column for word in words if (column := self.ngram_space.column_of_word(word)) is not None]
        at = self.labels.index(intent)
        return any(self.word_use.has(column, at) for column in columns)

    def _first(self, shares: Any, outside: Sequence[int]) -> tuple[int, float, Sequence[tuple[int, float]]]:
        """The likeliest label that is not `outside`, its share among all, and the ranking that it is the first of."""
        ranked = _ranked(self.labels, within(shares, outside))
        first, share = ranked[0]
        return first, float(shares[first]) if outside else share, ranked

    def _beside(
        self, outside: Sequence[int], shares: Any, in_scope: float
    ) -> tuple[Sequence[tuple[int, float]], float]:
        """The ranking with the labels `outside`, and how likely it is that any of it is meant.

        What is in scope counts for as much as it is likely to be, and what is not for its whole share.
        """
        chances = in_scope * shares
        chances[outside] = shares[outside]
        meant = float(chances.sum())
        return _ranked(self.labels, chances / meant), meant

    def _scores(self, ranked: Sequence[tuple[int, float]], in_scope: float) -> tuple[IntentScore, ...]:
        told = [*ranked[:2], *(one for one in ranked[2:] if one[1] >= LEAST_RANKED)]
        return tuple(IntentScore(self.labels[at], round(share * in_scope, 4)) for at, share in told)

    def _lead(self, ranked: Sequence[tuple[int, float]]) -> float:
        """How much likelier the first is than the next that is not of the same retrieval intent."""
        (best, first), *others = ranked
        return first - next((share for at, share in others if self._base(at) != self._base(best)), 0.0)

    def _base(self, label: int) -> str:
        return base_intent(self.labels[label])

    def arrays(self) -> dict[str, Any]:
        """What `from_arrays` needs besides `facts`."""
        hashes = np.zeros(len(self.ngram_space.column_of), dtype=np.uint32)
        for gram, column in self.ngram_space.column_of.items():
            hashes[column] = gram
        return {
            "kernel_mean": self.kernel_head.mean,
            "kernel_directions": self.kernel_head.directions,
            "kernel_examples": self.kernel_head.examples,
            "kernel_weights": self.kernel_head.weights,
            "ngram_weights": self.ngram_head.weights,
            "ngram_bias": self.ngram_head.bias,
            "ngram_hashes": hashes,
            "ngram_rarity": self.ngram_space.rarity,
            "word_keys": self.word_use.keys,
            "word_gain": self.word_use.gain,
            "word_absent": self.word_use.absent,
            "example_labels": self.example_labels,
        }

    def facts(self) -> dict[str, Any]:
        return {
            "labels": list(self.labels),
            "first_character_column": self.ngram_space.first_character_column,
            "sharpness": self.kernel_head.sharpness,
            "calibration": asdict(self.calibration),
            "first_stage": asdict(self.first_stage),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], facts: Mapping[str, Any]) -> IntentClassifier:
        columns = {gram: column for column, gram in enumerate(arrays["ngram_hashes"].tolist())}
        return cls(
            labels=tuple(facts["labels"]),
            kernel_head=KernelHead(
                mean=arrays["kernel_mean"],
                directions=arrays["kernel_directions"],
                examples=arrays["kernel_examples"],
                weights=arrays["kernel_weights"],
                sharpness=facts["sharpness"],
                own=len(arrays["example_labels"]),
            ),
            ngram_head=Head(arrays["ngram_weights"], arrays["ngram_bias"]),
            ngram_space=NgramSpace(columns, arrays["ngram_rarity"], facts["first_character_column"]),
            word_use=WordUse(
                words=facts["first_character_column"],
                keys=arrays["word_keys"],
                gain=arrays["word_gain"],
                absent=arrays["word_absent"],
            ),
            calibration=Calibration.from_facts(facts["calibration"]),
            first_stage=FirstStage.from_facts(facts["first_stage"]),
            example_labels=arrays["example_labels"],
        )


def _with_tuples(facts: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has lists where `Calibration` and `FirstStage` have tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}


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


def labels_outside(labels: Sequence[str]) -> tuple[int, ...]:
    """The places of the labels for what is out of scope."""
    return tuple(at for at, label in enumerate(labels) if base_intent(label) in OUT_OF_SCOPE_INTENTS)


def within(shares: Any, outside: Sequence[int]) -> Any:
    """The shares of shape (..., intents) once the labels `outside` are out of the question."""
    if not len(outside):
        return shares
    inside = np.array(shares, dtype=np.float64)
    inside[..., outside] = 0.0
    return inside / np.maximum(inside.sum(axis=-1, keepdims=True), np.finfo(np.float64).tiny)


def softmax(scores: Any) -> Any:
    """Probabilities of shape (texts, intents) from scores of the same shape."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _shares(scores: Any) -> Any:
    """The softmax of one text's scores."""
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def _log(share: float) -> float:
    return math.log(max(share, _LEAST))


def chance(weights: Sequence[float], evidence: Sequence[float]) -> float:
    """The logistic function of one text's evidence, without an array for each number."""
    score = weights[0] + sum(weight * one for weight, one in zip(weights[1:], evidence, strict=True))
    return 1.0 / (1.0 + math.exp(-min(max(score, -30.0), 30.0)))


def scope_evidence(largest: Any, *others: Any) -> Any:
    """What speaks for a text being about something known: the logarithm of its largest probability, and the rest."""
    return np.stack([np.log(np.maximum(largest, _LEAST)), *(np.asarray(one) for one in others)], axis=-1)


def slip_evidence(confidence: Any, lead: Any) -> Any:
    """What speaks against a slip of the n-grams: how sure they are, and how far their first score is ahead."""
    return np.stack([log_odds(confidence), np.asarray(lead)], axis=-1)


def log_odds(shares: Any) -> Any:
    return np.log(np.maximum(shares, _LEAST)) - np.log(np.maximum(1 - shares, _LEAST))


def logistic(weights: Sequence[float], evidence: Any) -> Any:
    """A probability; the weights are the bias, and one for each kind of evidence."""
    score = weights[0] + evidence @ np.asarray(weights[1:])
    return 1.0 / (1.0 + np.exp(-np.clip(score, -30.0, 30.0)))
