"""`overture nlu evaluate`: how well messages are understood, and what would make it better."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bot.adapters.content.content_files import read_documents
from bot.adapters.content.explaining import training_data_of
from bot.adapters.content.library import Contents, read_contents, train_contents
from bot.adapters.understanding.backgrounds import background_of
from bot.adapters.understanding.encoder import common_words
from bot.adapters.understanding.entity_training import learn_entities
from bot.adapters.understanding.training import TAGS, load
from bot.documents import Faults
from bot.domain.errors import Place, SettingsError
from bot.entrypoints.command_line.evaluation_page import NOTHING_JUDGED, evaluation_page, percent
from bot.entrypoints.command_line.files import write_whole
from bot.entrypoints.command_line.progress import track
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.nlu.classifier_training import SEED
from bot.nlu.evaluate import Figures, cross_validate, judge, macro
from bot.nlu.features import Floats
from bot.nlu.material import vectors_of
from bot.nlu.pipeline import Pipeline
from bot.nlu.report import Report, as_json, build_report, cross_validate_entities, judge_entities
from bot.nlu.training_data import Example, TrainingData, plain_key, read_examples
from bot.settings import Settings

FEWEST_FOLDS, MOST_FOLDS = 3, 20
SHOWN = 8
"""How many lines of a kind are printed; the report has all."""

QUOTED = 120
"""Characters of an example; the report has all of them, too."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    if not FEWEST_FOLDS <= options.folds <= MOST_FOLDS:
        raise SettingsError(f"--folds is {options.folds}. Choose a number from {FEWEST_FOLDS} to {MOST_FOLDS}.")
    shelves = shelves_of(settings, channel_names(settings))
    contents = read_contents(shelves)
    for warning in contents.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    strangers = _out_of_scope(options.out_of_scope) if options.out_of_scope else ()
    tests = _test_set(options.test, contents) if options.test else ()
    data = training_data_of(contents)
    model = train_contents(shelves, contents, print)
    report = _evaluate(data, model, tests, strangers, settings.region, options)
    write_whole(options.out / "report.json", json.dumps(as_json(report), ensure_ascii=False, indent=2) + "\n")
    write_whole(options.out / "report.html", evaluation_page(f"How {settings.assistant} is understood", report))
    print(summary(report))
    print(f"\nAll of it is in {options.out / 'report.html'} and report.json.")
    return 0


def _evaluate(
    data: TrainingData,
    model: Path,
    tests: Sequence[Example],
    strangers: Sequence[Example],
    region: str,
    options: argparse.Namespace,
) -> Report:
    pipeline = load(model)
    others = vectors_of([], data.intents, pipeline.encoder, background_of(data.examples))
    vectors = replace(others, examples=_encode(pipeline, data.examples))
    embeddings = vectors.examples[:, : pipeline.encoder.dimensions]
    spoken = pipeline.languages.spoken if pipeline.languages is not None else ()
    judged = judge(pipeline.classifier, strangers, _encode(pipeline, strangers))
    if tests:
        verdicts = judge(pipeline.classifier, tests, _encode(pipeline, tests))
        entities = judge_entities(tests, pipeline.extractor, region, spoken)
        known = {plain_key(example.text) for example in data.examples}
        seen = sum(plain_key(test.text) in known for test in tests)
        how = f"test set {options.test}" + (f", of which {seen} messages are examples word for word" if seen else "")
        return build_report(how, data, embeddings, verdicts, strangers=judged, entities=entities)
    verdicts = cross_validate(data.examples, vectors, folds=options.folds, track=track)
    names, words = pipeline.extractor.names, common_words(model)
    with TemporaryDirectory() as folder:
        entities = cross_validate_entities(
            data,
            lambda part: learn_entities(part, names, words, Path(folder) / TAGS),
            folds=options.folds,
            region=region,
            languages=spoken,
            track=track,
        )
    how = f"cross-validation in {options.folds} folds, seed {SEED}"
    return build_report(how, data, embeddings, verdicts, strangers=judged, entities=entities)


def _encode(pipeline: Pipeline, examples: Sequence[Example]) -> Floats:
    vectors = [pipeline.encoder.features([one.text]) for one in track(examples, len(examples), "reading")]
    return np.vstack(vectors) if vectors else np.zeros((0, 0), dtype=np.float32)


# ---------------------------------------------------------------- what is given


def _test_set(path: Path, contents: Contents) -> Sequence[Example]:
    assistant = contents.assistant
    faults = Faults()
    documents = read_documents(_files(path, "--test"), faults)
    faults.raise_if_any()
    if examples := read_examples(documents, assistant.intents, assistant.entities):
        return examples
    raise SettingsError(
        f"there are no examples in {path}. Write some as in nlu_data/nlu: `nlu:`, then `- intent: ...`."
    )


def _out_of_scope(path: Path) -> Sequence[Example]:
    """Messages about nothing that the assistant knows: the examples of a YAML file, or the lines of another."""
    files = _files(path, "--out-of-scope")
    if path.suffix in (".yml", ".yaml") or path.is_dir():
        faults = Faults()
        documents = read_documents(files, faults)
        faults.raise_if_any()
        examples: Sequence[Example] = read_examples(documents)
    else:
        examples = [
            Example(line.strip(), "", (), Place(str(path), number))
            for number, line in enumerate(_lines(path), start=1)
            if line.strip()
        ]
    if not examples:
        raise SettingsError(f"there are no messages in {path}. Write one a line, or examples as in nlu_data/nlu.")
    return examples


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8. Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error


def _files(path: Path, option: str) -> list[Path]:
    if not path.exists():
        raise SettingsError(f"there is no {path}. {option} wants a file or a folder with examples.")
    return [path] if path.is_file() else sorted([*path.rglob("*.yml"), *path.rglob("*.yaml")])


# ---------------------------------------------------------------- the summary


def summary(report: Report) -> str:
    """What a person wants to know first, in some thirty lines."""
    lines = [f"{len(report.verdicts)} messages judged: {report.how}. {report.examples} examples are known.", ""]
    lines += _figures(report) if report.verdicts else [f"  {NOTHING_JUDGED}"]
    weak = [one for one in report.intents if one.support and one.f1 < 1.0]
    lines += _part("Weakest intents (precision, recall, F1, messages)", [_weak(one) for one in weak])
    lines += _part("Most confused", [_confused(one) for one in report.confused])
    lines += _part(
        "Nearly the same in two intents",
        [" and ".join(_placed(example) for example in (pair.one, pair.other)) for pair in report.duplicates],
    )
    lines += _part("Thin intents", [f"{one.intent} {one.advice}" for one in report.thin])
    lines += _part(
        "Better as one intent",
        [f"{one.one} and {one.other}: {one.reason}; accuracy +{100 * one.gain:.1f} points" for one in report.merges],
    )
    return "\n".join(lines)


def _figures(report: Report) -> list[str]:
    overall = macro(report.intents)
    lines = [
        _row("Right intent", percent(report.accuracy)),
        _row("Right and understood", percent(report.answered), "what customers would have been answered"),
        _row("Precision, recall, F1", " ".join(map(percent, (overall.precision, overall.recall, overall.f1)))),
        _row("Calibration error", percent(report.calibration_error), "how far confidence is from the truth"),
    ]
    if report.scope is not None:
        scope = report.scope
        lines += [
            _row(
                "Out of scope refused", percent(scope.recall), f"of {scope.count}; precision {percent(scope.precision)}"
            ),
            _row("Out of scope, AUROC", percent(scope.auroc)),
        ]
    if report.entities:
        found = macro(report.entities)
        lines.append(_row("Entities, F1", percent(found.f1), f"{found.support} annotated"))
    return lines


def _row(name: str, value: str, more: str = "") -> str:
    return f"  {name:<24}{value}" + (f"   {more}" if more else "")


def _part(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    more = [f"  and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return ["", title, *(f"  {line}" for line in lines[:SHOWN]), *more]


def _placed(example: Example) -> str:
    return f"{_quoted(example)} {example.intent} ({example.place})"


def _quoted(example: Example) -> str:
    """Its words, or as many as fit into a line; its place says where the rest is."""
    words = example.text if len(example.text) <= QUOTED else f"{example.text[:QUOTED]}…"
    return f'"{words}"'


def _weak(figures: Figures) -> str:
    shares = "  ".join(f"{percent(one):>7}" for one in (figures.precision, figures.recall, figures.f1))
    return f"{figures.label:<24}{shares}  {figures.support:>5}"


def _confused(confusion: Any) -> str:
    surest = confusion.verdicts[0]
    return (
        f"{confusion.wanted} taken for {confusion.taken}, {len(confusion.verdicts)} times: "
        f"{_quoted(surest.example)} ({surest.example.place})"
    )
