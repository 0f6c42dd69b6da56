"""Overture beside Rasa's own understanding, on the same examples and messages: python -m tests.benchmarks.diet

Rasa learns from them with the pipeline that its new projects have, of which DIET is the classifier. Not part of
`make bench`, for it takes half an hour, and needs the environment of `make conformance`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.understanding.encoder import OnnxEncoder, common_words
from bot.adapters.understanding.encoder_export import export_encoder
from bot.nlu.classifier_training import SEED
from tests.benchmarks.understanding import SETS, percent, read, train
from tests.lending import ROOT

CONFIG = {
    "recipe": "default.v1",
    "assistant_id": "benchmark",
    "language": "en",
    # What `rasa init` writes, but for ResponseSelector and FallbackClassifier: they do not choose the intent.
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": 100, "random_seed": SEED},
        {"name": "EntitySynonymMapper"},
    ],
    "policies": [],
}


@dataclass(frozen=True, slots=True)
class Reader:
    """The intents that one of the two has read, and its CPU seconds: of training, and of reading them all."""

    intents: Sequence[str]
    training_seconds: float
    reading_seconds: float

    def row(self, expected: Sequence[str]) -> tuple[str, str, str]:
        right = [one == other for one, other in zip(self.intents, expected, strict=True)]
        each = 1000 * self.reading_seconds / len(expected)
        return percent(right), f"{self.training_seconds:.0f}", f"{each:.1f}"


def rasa(python: str, examples: Sequence[str], labels: Sequence[str], asked: Sequence[str]) -> Reader:
    """What Rasa reads, in a process with its own Python; raises SystemExit with what it says where that fails."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.yml").write_text(json.dumps(CONFIG), encoding="utf-8")
        (folder / "nlu.yml").write_text(project(examples, labels), encoding="utf-8")
        (folder / "messages.json").write_text(json.dumps(list(asked)), encoding="utf-8")
        log = folder / "log"
        with log.open("wb") as output:
            command = [python, "-m", "tests.benchmarks.diet_driver", name]
            # Rasa would keep what it has trained in the working folder, and train nothing the next time.
            env = {**os.environ, "RASA_CACHE_DIRECTORY": str(folder / "cache")}
            code = subprocess.call(command, cwd=ROOT, env=env, stdout=output, stderr=output)
        if code:
            sys.exit(f"{log.read_text(errors='replace')[-3000:]}\nRasa failed.")
        return Reader(**json.loads((folder / "readings.json").read_text(encoding="utf-8")))


def project(examples: Sequence[str], labels: Sequence[str]) -> str:
    """The examples as one of Rasa's files. A file that is JSON throughout it takes for one of an older format."""
    lines = ['version: "3.1"', "nlu:"]
    for intent in sorted(set(labels)):
        lines += [f"- intent: {json.dumps(intent)}", "  examples:"]
        lines += [f"  - text: {json.dumps(text)}" for text, its in zip(examples, labels, strict=True) if its == intent]
    return "\n".join(lines) + "\n"


def overture(part: str, asked: Sequence[str]) -> Reader:
    """What Overture reads, as it serves: one message at a time, the encoder only where the words are not enough."""
    with tempfile.TemporaryDirectory() as name:
        export_encoder("", Path(name))
        encoder, words = OnnxEncoder(Path(name)), common_words(Path(name))
        trained = train(encoder, words, part)
        begun = time.process_time()
        intents = [trained.read(text)[0].intent for text in asked]
        return Reader(intents, trained.seconds, time.process_time() - begun)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.diet", description=__doc__)
    parser.add_argument("--rasa", default=".conformance/bin/python", help="the Python that has Rasa")
    parser.add_argument("--set", default="BANKING77/train_10", help="the part of a set to learn (BANKING77/train_10)")
    options = parser.parse_args()
    if not SETS.is_dir():
        sys.exit("../shared is absent, whose folder nlu holds the sets.")
    if not (SETS / options.set / "seq.in").is_file():
        sys.exit(f"there is no {options.set}. Choose a part of a set, such as BANKING77/train_10.")
    if not Path(options.rasa).is_file():
        sys.exit(f"there is no {options.rasa}. Install Rasa with `make conformance`, or name its Python with --rasa.")
    examples, labels = read(options.set)
    asked, expected = read(f"{options.set.split('/')[0]}/test")
    ours = overture(options.set, asked).row(expected)
    theirs = rasa(options.rasa, examples, labels, asked).row(expected)
    print(
        f"{options.set}: {len(examples)} examples of {len(set(labels))} intents, {len(asked)} messages, seed {SEED}\n"
    )
    print("| | Rasa 3.6.21, DIET | Overture |\n|---|---|---|")
    names = ("accuracy", "CPU s of training", "CPU ms a message")
    for name, their, our in zip(names, theirs, ours, strict=True):
        print(f"| {name} | {their} | {our} |")


if __name__ == "__main__":
    main()
