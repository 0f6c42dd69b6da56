"""Whether `overture train --fine-tune` wins on public sets, and by how much on their test parts.

Not part of `make bench`, for it takes minutes:
python -m tests.benchmarks.fine_tuning [BANKING77/train_10 CLINC150/train]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bot.adapters.encoder import OnnxEncoder
from bot.adapters.fine_tuning import fine_tune
from bot.adapters.training import MANIFEST, is_fine_tuned, load
from bot.documents import Document, parse
from bot.entrypoints.commands.train import outcome
from bot.nlu.classifier_training import SEED
from tests.benchmarks.understanding import SETS, Trained, out_of_scope, percent, read


def main(parts: list[str]) -> None:
    for part in parts or ["BANKING77/train_10"]:
        print(f"# {part}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            begun = time.process_time()
            done = fine_tune([_document(part)], {}, folder=Path(folder), progress=lambda step: print(step, flush=True))
            seconds = time.process_time() - begun
            print(*outcome(done), f"{seconds:.0f} s of CPU, seed {SEED}", sep="\n", flush=True)
            for manifest in sorted(Path(folder).glob(f"*/{MANIFEST}")):
                for line in _of_test_part(manifest.parent, part.partition("/")[0]):
                    print(line, flush=True)


def _document(part: str) -> Document:
    texts, intents = read(part)
    examples = dict.fromkeys(zip(texts, intents, strict=True))
    lines = [
        f"- intent: {intent}\n  examples:\n"
        + "".join(f"  - text: {json.dumps(text)}\n" for text, its in examples if its == intent)
        for intent in sorted(set(intents))
    ]
    return parse("examples.yml", "nlu:\n" + "".join(lines))


def _of_test_part(model: Path, of_set: str) -> Iterator[str]:
    which = "tuned" if is_fine_tuned(model) else "frozen"
    pipeline = load(model)
    assert pipeline.speller is not None
    trained = Trained(OnnxEncoder(model), pipeline.classifier, pipeline.speller, 0.0)
    asked, expected = read(f"{of_set}/test")
    begun = time.process_time()
    found = [trained.read(text) for text in asked]
    milliseconds = (time.process_time() - begun) / len(asked) * 1000
    right = [one.intent == intent for (one, _), intent in zip(found, expected, strict=True)]
    to_encoder = percent([by_encoder for _, by_encoder in found])
    yield f"test part, {which} encoder: {percent(right)}; {milliseconds:.2f} ms of CPU, {to_encoder} to the encoder"
    if (SETS / of_set / "oos").is_dir():
        strangers = [trained.read(text)[0] for text in read(f"{of_set}/oos/test")[0]]
        yield from out_of_scope(f"{which} encoder, out of scope", [one for one, _ in found], right, strangers)


if __name__ == "__main__":
    main(sys.argv[1:])
