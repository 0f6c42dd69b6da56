"""Evaluates how messages are understood: every example is judged by a classifier that has not seen it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from bot.domain.understanding import OUT_OF_SCOPE_INTENTS, Entity
from bot.nlu.classifier import Classification, IntentClassifier
from bot.nlu.classifier_training import SEED, train_classifier
from bot.nlu.features import Floats, Integers
from bot.nlu.material import Vectors
from bot.nlu.training_data import FEWEST_EXAMPLES, Example

T = TypeVar("T")

Track = Callable[[Iterable[T], int, str], Iterable[T]]
"""Goes through items, of which there are so many, and shows how far it is with what."""

BINS = 10
"""Into how many equal ranges of confidence the calibration curve is cut."""

Split = tuple[Integers, Integers]
"""The rows to train on, and the rows to judge."""


def untracked(items: Iterable[T], _total: int, _what: str) -> Iterable[T]:
    return items


# ---------------------------------------------------------------- judging


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an example was taken for, with which confidence, and whether that counts as understood.

    `in_scope` is how surely it is something that the assistant knows: see the function of this name.
    """

    example: Example
    intent: str
    confidence: float
    understood: bool
    in_scope: float

    @property
    def right(self) -> bool:
        return self.intent == self.example.intent

    @property
    def accepted(self) -> bool:
        """Whether it counts as something that the assistant knows."""
        return self.understood and self.intent not in OUT_OF_SCOPE_INTENTS


def cross_validate(
    examples: Sequence[Example], vectors: Vectors, *, folds: int, track: Track[Split] = untracked
) -> tuple[Verdict, ...]:
    """A verdict for each example of an intent that has enough of them to hold some back, in their order.

    An intent with two examples only is trained on and not judged: what is left of it could not be learnt from.
    """
    texts = [example.text for example in examples]
    verdicts: dict[int, Verdict] = {}
    for kept, held_out in track(splits(examples, folds), folds, "judging"):
        classifier = train_classifier(
            [texts[row] for row in kept], [examples[row].intent for row in kept], vectors.part(kept)
        )
        judged = judge(classifier, [examples[row] for row in held_out], vectors.examples[held_out])
        verdicts.update(zip(held_out.tolist(), judged, strict=True))
    return tuple(verdicts[row] for row in sorted(verdicts))


def splits(examples: Sequence[Example], folds: int) -> list[Split]:
    """Each example is held out once at most, and each intent dealt out evenly: with three folds or more, at least two
    of it are always kept."""
    random = np.random.default_rng(SEED)
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for row, example in enumerate(examples):
        rows_of[example.intent].append(row)
    fold_of = np.full(len(examples), -1)
    for number, intent in enumerate(sorted(rows_of)):
        rows = random.permutation(rows_of[intent])
        if len(rows) > FEWEST_EXAMPLES:
            fold_of[rows] = (np.arange(len(rows)) + number) % folds
    parts = (fold_of == fold for fold in range(folds))
    return [(np.flatnonzero(~held_out), np.flatnonzero(held_out)) for held_out in parts if held_out.any()]


def judge(classifier: IntentClassifier, examples: Sequence[Example], features: Floats) -> tuple[Verdict, ...]:
    """What a classifier takes examples for that it was not trained on."""
    found = []
    for example, row in zip(examples, features, strict=True):
        reading = classifier.classify(example.text, row)
        found.append(Verdict(example, reading.intent, reading.confidence, reading.understood, in_scope(reading)))
    return tuple(found)


def in_scope(reading: Classification) -> float:
    """The confidence of the likeliest intent that is none for what is out of scope; 0 where there is none."""
    return next((one.confidence for one in reading.ranking if one.name not in OUT_OF_SCOPE_INTENTS), 0.0)


# ---------------------------------------------------------------- figures


@dataclass(frozen=True, slots=True)
class Figures:
    """Precision, recall and F1 (0 to 1) of a label, and how often it was to be found (`support`)."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Confusion:
    """Examples of the intent `wanted` that were taken for `taken`, surest first."""

    wanted: str
    taken: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Verdicts of like confidence: what they claim on average, and how many of them were right."""

    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True, slots=True)
class ScopeFigures:
    """How well messages about nothing that the assistant knows (`count` of them) are told from the others.

    `auroc`: how often a message in scope is surer than one that is not. `recall`, `precision`: of refusing what is out
    of scope, at the learnt threshold. `accuracy`: messages in scope that are understood, and rightly.
    """

    count: int
    auroc: float
    recall: float
    precision: float
    accuracy: float


def accuracy(verdicts: Sequence[Verdict]) -> float:
    """The share of verdicts whose likeliest intent is right; 0 where there are none."""
    return sum(one.right for one in verdicts) / len(verdicts) if verdicts else 0.0


def answered(verdicts: Sequence[Verdict]) -> float:
    """The share that is also understood: what a customer would have had the right answer to."""
    return sum(one.right and one.understood for one in verdicts) / len(verdicts) if verdicts else 0.0


def intent_figures(verdicts: Sequence[Verdict]) -> tuple[Figures, ...]:
    """The weakest intent first."""
    return label_figures([(one.example.intent, one.intent) for one in verdicts])


def label_figures(pairs: Sequence[tuple[str | None, str | None]]) -> tuple[Figures, ...]:
    """Of pairs of what was to be found and what was found (None: nothing), the weakest label first."""
    wanted = Counter(one for one, _ in pairs if one is not None)
    found = Counter(one for _, one in pairs if one is not None)
    right = Counter(one for one, other in pairs if one is not None and one == other)
    figures = [
        Figures(
            label,
            right[label] / found[label] if found[label] else 0.0,
            right[label] / wanted[label] if wanted[label] else 0.0,
            2 * right[label] / (wanted[label] + found[label]),
            wanted[label],
        )
        for label in sorted(wanted | found)
    ]
    return tuple(sorted(figures, key=lambda one: (one.f1, -one.support)))


def macro(figures: Sequence[Figures]) -> Figures:
    """The mean over labels that were to be found, each counting alike."""
    counted = [one for one in figures if one.support]
    number = max(1, len(counted))
    return Figures(
        "all",
        sum(one.precision for one in counted) / number,
        sum(one.recall for one in counted) / number,
        sum(one.f1 for one in counted) / number,
        sum(one.support for one in counted),
    )


def confusions(verdicts: Sequence[Verdict]) -> tuple[Confusion, ...]:
    """What was taken for what, the most frequent first."""
    found: defaultdict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for one in verdicts:
        if not one.right:
            found[one.example.intent, one.intent].append(one)
    confused = [
        Confusion(wanted, taken, tuple(sorted(wrong, key=lambda one: -one.confidence)))
        for (wanted, taken), wrong in found.items()
    ]
    return tuple(sorted(confused, key=lambda one: (-len(one.verdicts), one.wanted, one.taken)))


def calibration(verdicts: Sequence[Verdict]) -> tuple[Bin, ...]:
    """Where confidence means what it says, each bin's accuracy is its confidence. Empty bins are left out."""
    parts: defaultdict[int, list[Verdict]] = defaultdict(list)
    for one in verdicts:
        parts[min(BINS - 1, int(one.confidence * BINS))].append(one)
    return tuple(
        Bin(sum(one.confidence for one in part) / len(part), accuracy(part), len(part))
        for _, part in sorted(parts.items())
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error: the mean distance of claim and truth, over all verdicts."""
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.confidence - one.accuracy) for one in bins) / total if total else 0.0


def scope_figures(verdicts: Sequence[Verdict], strangers: Sequence[Verdict]) -> ScopeFigures | None:
    """None where no message is in scope, or none out of it."""
    inside = [one for one in verdicts if one.example.intent not in OUT_OF_SCOPE_INTENTS]
    if not inside or not strangers:
        return None
    from sklearn.metrics import roc_auc_score

    known = np.concatenate([np.ones(len(inside)), np.zeros(len(strangers))])
    refused = sum(not one.accepted for one in strangers)
    refused_in_scope = sum(not one.accepted for one in inside)
    return ScopeFigures(
        count=len(strangers),
        auroc=float(roc_auc_score(known, [one.in_scope for one in (*inside, *strangers)])),
        recall=refused / len(strangers),
        precision=refused / (refused + refused_in_scope) if refused else 0.0,
        accuracy=answered(inside),
    )


# ---------------------------------------------------------------- entities

Found = Callable[[str], Sequence[Entity]]
"""Finds the entities of a text, with their places in it."""


@dataclass(frozen=True, slots=True)
class EntityError:
    """An entity that was annotated and not `found`, or the other way round."""

    example: Example
    label: str
    words: str
    found: bool


def compare_entities(
    examples: Sequence[Example], find: Found, labels: Iterable[str]
) -> tuple[list[tuple[str | None, str | None]], list[EntityError]]:
    """Pairs for `label_figures`, and each difference, of those labels only.

    An entity is right where its label, its first and its last character are. Others are not annotated anywhere in the
    data, so that nobody can say what is right.
    """
    counted = frozenset(labels)
    pairs: list[tuple[str | None, str | None]] = []
    errors: list[EntityError] = []
    for example in examples:
        wanted = {(label_of(one), one.start, one.end) for one in example.entities} & _of(counted, example.entities)
        found = _of(counted, find(example.text))
        pairs += [(label, label) for label, _, _ in wanted & found]
        pairs += [(label, None) for label, _, _ in wanted - found]
        pairs += [(None, label) for label, _, _ in found - wanted]
        errors += [
            EntityError(example, label, example.text[start:end], (label, start, end) in found)
            for label, start, end in sorted(wanted ^ found)
        ]
    return pairs, errors


def _of(labels: frozenset[str], entities: Iterable[Entity]) -> set[tuple[str, int, int]]:
    return {(label_of(one), one.start, one.end) for one in entities if label_of(one) in labels}


def label_of(entity: Entity) -> str:
    """The name of an entity, with its role and its group: `city (to)`."""
    more = ", ".join(part for part in (entity.role, entity.group) if part)
    return f"{entity.name} ({more})" if more else entity.name


def annotated_labels(examples: Iterable[Example]) -> tuple[str, ...]:
    return tuple(sorted({label_of(one) for example in examples for one in example.entities}))


def without_synonyms_of(
    held_out: Iterable[Example], kept: Iterable[Example], all_: Mapping[str, str]
) -> dict[str, str]:
    """The synonyms that are known where these examples are not: an annotation with a value teaches one."""
    known = {one.text.lower() for example in kept for one in example.entities}
    learnt = {one.text.lower() for example in held_out for one in example.entities} - known
    return {text: value for text, value in all_.items() if text not in learnt}
