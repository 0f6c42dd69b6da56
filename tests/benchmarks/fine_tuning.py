"""Whether `overture train --fine-tune` wins on BANKING77 with ten examples an intent, and by how much on its test part.

Not part of `make bench`, for it takes minutes: python -m tests.benchmarks.fine_tuning
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from bot.adapters.fine_tuning import fine_tune
from bot.adapters.training import MANIFEST, is_fine_tuned, load
from bot.documents import parse
from bot.entrypoints.commands.train import outcome
from bot.nlu.classifier_training import SEED
from tests.benchmarks.understanding import percent, read


def main() -> None:
    texts, intents = read("BANKING77/train_10")
    asked, expected = read("BANKING77/test")
    lines = [
        f"- intent: {intent}\n  examples:\n"
        + "".join(f"  - text: {json.dumps(text)}\n" for text, its in zip(texts, intents, strict=True) if its == intent)
        for intent in sorted(set(intents))
    ]
    document = parse("banking.yml", "nlu:\n" + "".join(lines))
    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        done = fine_tune([document], {}, folder=Path(folder), progress=lambda step: print(step, flush=True))
        seconds = time.process_time() - begun
        print(*outcome(done), f"{seconds:.0f} s of CPU, seed {SEED}", sep="\n", flush=True)
        for manifest in sorted(Path(folder).glob(f"*/{MANIFEST}")):
            model = load(manifest.parent)
            embeddings = model.encoder.encode(asked)
            right = [
                model.classifier.classify(text, embedding).intent == intent
                for text, embedding, intent in zip(asked, embeddings, expected, strict=True)
            ]
            which = "tuned" if is_fine_tuned(manifest.parent) else "frozen"
            print(f"test part with the {which} encoder: {percent(right)}", flush=True)


if __name__ == "__main__":
    main()
