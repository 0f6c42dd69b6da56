"""The report of an evaluation: all figures, what they come from, and what an author could do about them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.nlu.advice import Merge, NearDuplicate, ThinIntent, merges, near_duplicates, thin_intents
from bot.nlu.classifier_training import SEED
from bot.nlu.entities import EntityExtractor
from bot.nlu.evaluate import (
    Bin,
    Confusion,
    EntityError,
    Figures,
    Found,
    ScopeFigures,
    Split,
    Track,
    Verdict,
    accuracy,
    annotated_labels,
    answered,
    calibration,
    calibration_error,
    compare_entities,
    confusions,
    intent_figures,
    label_figures,
    macro,
    scope_figures,
    splits,
    untracked,
    without_synonyms_of,
)
from bot.nlu.features import Floats
from bot.nlu.reading import read
from bot.nlu.training_data import Example, TrainingData

EntityFindings = tuple[tuple[Figures, ...], tuple[EntityError, ...]]


@dataclass(frozen=True, slots=True)
class Report:
    """`how` says in words what was judged by what; shares are from 0 to 1."""

    how: str
    examples: int
    verdicts: tuple[Verdict, ...]
    strangers: tuple[Verdict, ...]
    intents: tuple[Figures, ...]
    confused: tuple[Confusion, ...]
    bins: tuple[Bin, ...]
    duplicates: tuple[NearDuplicate, ...]
    thin: tuple[ThinIntent, ...]
    merges: tuple[Merge, ...]
    scope: ScopeFigures | None
    entities: tuple[Figures, ...]
    entity_errors: tuple[EntityError, ...]

    @property
    def accuracy(self) -> float:
        return accuracy(self.verdicts)

    @property
    def answered(self) -> float:
        return answered(self.verdicts)

    @property
    def calibration_error(self) -> float:
        return calibration_error(self.bins)


def build_report(
    how: str,
    data: TrainingData,
    embeddings: Floats,
    verdicts: tuple[Verdict, ...],
    *,
    strangers: tuple[Verdict, ...] = (),
    entities: EntityFindings = ((), ()),
) -> Report:
    """`embeddings` are those of the examples that were trained on, whose faults the advice is about."""
    confused = confusions(verdicts)
    return Report(
        how=how,
        examples=len(data.examples),
        verdicts=verdicts,
        strangers=strangers,
        intents=intent_figures(verdicts),
        confused=confused,
        bins=calibration(verdicts),
        duplicates=near_duplicates(data.examples, embeddings),
        thin=thin_intents(data.examples, embeddings),
        merges=merges(verdicts, confused),
        scope=scope_figures(verdicts, strangers),
        entities=entities[0],
        entity_errors=entities[1],
    )


# ---------------------------------------------------------------- entities


def finder(extractor: EntityExtractor, region: str, languages: Collection[str]) -> Found:
    """The entities of a text as they are found where none was asked for, by an assistant of these languages."""

    def find(text: str) -> Any:
        reading = read(text)
        return [reading.place(entity) for entity in extractor.extract(reading.text, None, region, languages=languages)]

    return find


def judge_entities(
    examples: Sequence[Example], extractor: EntityExtractor, region: str, languages: Collection[str]
) -> EntityFindings:
    """Examples that the extractor has not learnt from; nothing where none is annotated."""
    pairs, errors = compare_entities(examples, finder(extractor, region, languages), annotated_labels(examples))
    return label_figures(pairs), tuple(errors)


def cross_validate_entities(
    data: TrainingData,
    learn: Callable[[TrainingData], EntityExtractor],
    *,
    folds: int,
    region: str,
    languages: Collection[str],
    track: Track[Split] = untracked,
) -> EntityFindings:
    """Each example by an extractor that `learn` makes of the others; nothing where none is annotated."""
    labels = annotated_labels(data.examples)
    if not labels:
        return (), ()
    pairs: list[tuple[str | None, str | None]] = []
    errors: list[EntityError] = []
    for kept_rows, held_out_rows in track(splits(data.examples, folds), folds, "finding entities"):
        kept, held_out = ([data.examples[row] for row in rows] for rows in (kept_rows, held_out_rows))
        part = replace(data, examples=tuple(kept), synonyms=without_synonyms_of(held_out, kept, data.synonyms))
        of_fold = compare_entities(held_out, finder(learn(part), region, languages), labels)
        pairs += of_fold[0]
        errors += of_fold[1]
    return label_figures(pairs), tuple(errors)


# ---------------------------------------------------------------- as JSON


def as_json(report: Report) -> dict[str, Any]:
    """All of it in plain values; each example with its text and its place."""
    return {
        "how": report.how,
        "seed": SEED,
        "examples": report.examples,
        "judged": len(report.verdicts),
        "accuracy": report.accuracy,
        "answered": report.answered,
        "macro": asdict(macro(report.intents)),
        "intents": [asdict(figures) for figures in report.intents],
        "confusions": [
            {
                "wanted": one.wanted,
                "taken": one.taken,
                "count": len(one.verdicts),
                "examples": [_verdict(verdict) for verdict in one.verdicts],
            }
            for one in report.confused
        ],
        "calibration": {"error": report.calibration_error, "bins": [asdict(one) for one in report.bins]},
        "out_of_scope": None if report.scope is None else asdict(report.scope),
        "understood_out_of_scope": _verdicts(one for one in report.strangers if one.accepted),
        "near_duplicates": [
            {
                "one": _example(pair.one),
                "other": _example(pair.other),
                "meaning": pair.by_meaning,
                "words": pair.by_words,
            }
            for pair in report.duplicates
        ],
        "thin_intents": [asdict(one) | {"advice": one.advice} for one in report.thin],
        "suggested_merges": [asdict(one) | {"reason": one.reason} for one in report.merges],
        "entities": [asdict(figures) for figures in report.entities],
        "entity_errors": [
            _example(one.example) | {"entity": one.label, "words": one.words, "found": one.found}
            for one in report.entity_errors
        ],
    }


def _verdicts(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    return [_verdict(one) for one in verdicts]


def _verdict(verdict: Verdict) -> dict[str, Any]:
    judged = {"taken": verdict.intent, "confidence": verdict.confidence, "understood": verdict.understood}
    return _example(verdict.example) | judged


def _example(example: Example) -> dict[str, Any]:
    return {"text": example.text, "intent": example.intent, "place": str(example.place)}
