"""Why a text is read as it is: what it is near to, what the classifier made of it, and where the threshold is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

import numpy as np

from bot.domain.understanding import Entity, Expecting, Understood
from bot.nlu.classifier import Classification
from bot.nlu.features import LONGEST, Floats, SparseRow
from bot.nlu.pipeline import Pipeline, lead_of
from bot.nlu.reading import read
from bot.nlu.training_data import Example
from bot.ports import Encoder

NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A training example and how near it is: the cosines by meaning (encoder) and by words (n-grams)."""

    example: Example
    by_meaning: float
    by_words: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reading and its reasons. `classification` is None where no classifier was asked, as with a button.

    It is that of both heads, also where the words alone were enough (`quick`). `read_as` is the text with its spelling
    put right. Below the confidence `threshold` a text is not understood; where the first intent is less than
    `ambiguity` ahead of the next, it could be either.
    """

    understood: Understood
    read_as: str
    classification: Classification | None
    quick: bool
    neighbours: tuple[Neighbour, ...]
    threshold: float
    ambiguity: float


def _as_asked(found: Classification, pipeline: Pipeline) -> Classification:
    """The classification with what the author asks of it, too (Rasa's FallbackClassifier)."""
    return replace(
        found,
        understood=found.understood and found.confidence >= pipeline.understood_above,
        ambiguous=found.ambiguous or lead_of(found.ranking) < pipeline.ambiguous_within,
    )


@dataclass(frozen=True, slots=True)
class Explainer:
    """A trained model with the examples that it learnt from; row i of `embeddings` is of example i."""

    pipeline: Pipeline
    examples: tuple[Example, ...]
    embeddings: Floats

    def explain(
        self,
        text: str,
        *,
        expecting: Expecting | None = None,
        region: str | None = None,
        zone: tzinfo | None = None,
        now: datetime | None = None,
    ) -> Explanation:
        """The reading of the text with its reasons; `region`, `zone` and `now` are as `bot.ports.Nlu` has them."""
        understood = self.pipeline.parse(text, expecting=expecting, region=region, zone=zone, now=now)
        classifier, speller = self.pipeline.classifier, self.pipeline.speller
        classification: Classification | None = None
        neighbours: tuple[Neighbour, ...] = ()
        plain = read(text).text[:LONGEST].strip()
        quick = classifier.classify_quickly(plain) is not None
        if speller is not None and not quick:
            plain = speller.repair(plain, [entity.text for entity in understood.entities])
            quick = classifier.classify_quickly(plain) is not None
        if understood.stage != "button" and plain:
            features = self.pipeline.encoder.features([plain])[0]
            classification = _as_asked(classifier.classify(plain, features), self.pipeline)
            classification = replace(classification, legible=self.pipeline.is_legible(text))
            neighbours = self._nearest(plain, features[: self.pipeline.encoder.dimensions])
        asked = classifier.calibration
        return Explanation(
            understood,
            plain,
            classification,
            quick,
            neighbours,
            threshold=max(asked.threshold, self.pipeline.understood_above),
            ambiguity=max(asked.ambiguity, self.pipeline.ambiguous_within),
        )

    def _nearest(self, text: str, embedding: Any) -> tuple[Neighbour, ...]:
        if not self.examples:
            return ()
        space = self.pipeline.classifier.ngram_space
        cosines = self.embeddings @ embedding
        row = space.row(text)
        return tuple(
            Neighbour(
                self.examples[at],
                round(float(cosines[at]), 3),
                round(_cosine(row, space.row(self.examples[at].text)), 3),
            )
            for at in np.argsort(-cosines, kind="stable")[:NEIGHBOURS].tolist()
        )


def explainer(pipeline: Pipeline, examples: Sequence[Example], encoder: Encoder | None = None) -> Explainer:
    """`encoder` embeds the examples; it may remember them from the training."""
    embeddings = (encoder or pipeline.encoder).encode([example.text for example in examples])
    return Explainer(pipeline, tuple(examples), embeddings)


def _cosine(one: SparseRow, other: SparseRow) -> float:
    weights = dict(zip(one.columns.tolist(), one.weights.tolist(), strict=True))
    product = sum(
        weights.get(column, 0.0) * weight
        for column, weight in zip(other.columns.tolist(), other.weights.tolist(), strict=True)
    )
    lengths = float(np.linalg.norm(one.weights) * np.linalg.norm(other.weights))
    return product / lengths if lengths else 0.0


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """All of it in plain values; `start` and `end` of an entity are offsets into the text, in characters."""
    understood, classified = explanation.understood, explanation.classification
    return {
        "text": understood.text,
        "read_as": explanation.read_as,
        "intent": asdict(understood.intent),
        "stage": understood.stage,
        "language": understood.language,
        "ranking": [asdict(score) for score in understood.ranking],
        "entities": [_entity_json(one) for one in understood.entities],
        "answer": None if understood.answer is None else asdict(understood.answer),
        "further": [
            {
                "text": one.text,
                "intent": asdict(one.intent),
                "stage": one.stage,
                "entities": [_entity_json(entity) for entity in one.entities],
                "answer": None if one.answer is None else asdict(one.answer),
            }
            for one in understood.further
        ],
        "classifier": None
        if classified is None
        else {
            "intent": classified.intent,
            "confidence": classified.confidence,
            "similarity": round(classified.similarity or 0.0, 4),
            "quick": explanation.quick,
            "understood": bool(classified.understood),
            "ambiguous": bool(classified.ambiguous),
        },
        "threshold": round(explanation.threshold, 4),
        "ambiguity": round(explanation.ambiguity, 4),
        "neighbours": [
            {
                "text": one.example.text,
                "intent": one.example.intent,
                "place": str(one.example.place),
                "meaning": one.by_meaning,
                "words": one.by_words,
            }
            for one in explanation.neighbours
        ],
    }


def _entity_json(one: Entity) -> dict[str, Any]:
    return {
        "entity": one.name,
        "value": one.value if isinstance(one.value, bool | int | float | str | None) else str(one.value),
        "text": one.text,
        "start": one.start,
        "end": one.end,
        "confidence": one.confidence,
        "role": one.role,
        "group": one.group,
        "details": dict(one.details or {}),
        "extractor": one.extractor,
    }
