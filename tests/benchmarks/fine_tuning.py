"""Whether `overture train --fine-tune` wins on public sets, and by how much on their test parts. CPU time."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.adapters.understanding.encoder import OnnxEncoder
from bot.adapters.understanding.fine_tuning import fine_tune
from bot.adapters.understanding.training import MANIFEST, is_fine_tuned, load
from bot.documents import Document, parse
from bot.entrypoints.command_line.commands.train import outcome
from bot.nlu.classifier_training import SEED
from tests.benchmarks.understanding import SETS, Trained, out_of_scope, percent, read


def table(parts: Sequence[str]) -> Iterator[str]:
    """The lines of the table; each part of a set, such as CLINC150/train, takes minutes."""
    yield f"| tuning (seed {SEED}) | measured |\n|---|---|"
    if not SETS.is_dir():
        yield "| BANKING77, CLINC150 | not measured: ../shared is absent, which holds nlu |"
        return
    for part in parts:
        with tempfile.TemporaryDirectory() as folder:
            begun = time.process_time()
            done = fine_tune([_document(part)], {}, folder=Path(folder))
            seconds = time.process_time() - begun
            yield f"| {part}: held out | {'; '.join(outcome(done))} |"
            yield f"| {part}: tuning it and finding out | {seconds:.0f} s CPU |"
            for manifest in sorted(Path(folder).glob(f"*/{MANIFEST}")):
                yield from _of_test_part(manifest.parent, part)


def _document(part: str) -> Document:
    texts, intents = read(part)
    examples = dict.fromkeys(zip(texts, intents, strict=True))
    lines = [
        f"- intent: {intent}\n  examples:\n"
        + "".join(f"  - text: {json.dumps(text)}\n" for text, its in examples if its == intent)
        for intent in sorted(set(intents))
    ]
    return parse("examples.yml", "nlu:\n" + "".join(lines))


def _of_test_part(model: Path, part: str) -> Iterator[str]:
    name, of_set = f"{part}, {'tuned' if is_fine_tuned(model) else 'frozen'} encoder", part.partition("/")[0]
    pipeline = load(model)
    assert pipeline.speller is not None
    trained = Trained(OnnxEncoder(model), pipeline.classifier, pipeline.speller, 0.0)
    asked, expected = read(f"{of_set}/test")
    begun = time.process_time()
    found = [trained.read(text) for text in asked]
    milliseconds = (time.process_time() - begun) / len(asked) * 1000
    right = [one.intent == intent for (one, _), intent in zip(found, expected, strict=True)]
    yield f"| {name}: accuracy | {percent(right)} |"
    yield f"| {name}: CPU of a message, intents only | mean {milliseconds:.2f} ms |"
    yield f"| {name}: of these to the encoder | {percent([by_encoder for _, by_encoder in found])} |"
    if (SETS / of_set / "oos").is_dir():
        strangers = [trained.read(text)[0] for text in read(f"{of_set}/oos/test")[0]]
        yield from out_of_scope(f"{name}, out of scope", [one for one, _ in found], right, strangers)
