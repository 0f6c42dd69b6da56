"""What a search in 10,000 passages costs, and what the edit of one page does. `python -m tests.benchmarks.knowledge`

Passages and questions are made up of made-up words with a natural spread (a few are everywhere, most are rare) and
random unit vectors, from a seed: what a search costs does not depend on what they say.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bot.adapters.understanding.training import load, train
from bot.documents import parse
from bot.domain.errors import Place
from bot.nlu.knowledge import Knowledge, Strangers, build_knowledge
from bot.nlu.knowledge_pages import Page, Passage, Terms
from bot.nlu.rare_words import stems

SEED = 20261126
PASSAGES, ON_A_PAGE, SENTENCES, WORDS_EACH, DIMENSIONS = 10_000, 5, 3, 12, 384
QUESTIONS = 200
CONTENT = Path(__file__).parents[2] / "nlu_data"


class RandomEncoder:
    """A vector for each text, of unit length, at random."""

    fingerprint = "random"
    dimensions = DIMENSIONS

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random

    def features(self, texts: Sequence[str]) -> Any:
        return self.encode(texts)

    def encode(self, texts: Sequence[str]) -> Any:
        vectors = self._random.standard_normal((len(texts), DIMENSIONS), dtype=np.float32)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def table() -> Iterator[str]:
    random = np.random.default_rng(SEED)
    knowledge = _knowledge(random)
    questions = [_sentence(random, 8) for _ in range(QUESTIONS)]
    vectors = RandomEncoder(random).encode(questions)
    whole = _milliseconds([partial(knowledge.best, *asked) for asked in zip(questions, vectors, strict=True)])
    words = _milliseconds([partial(knowledge.words.scores, stems(question)) for question in questions])
    yield f"| knowledge (seed {SEED}) | CPU ms, median | 95th percentile |\n|---|---|---|"
    size = f"{len(knowledge.sources):,} passages, {len(knowledge.vectors):,} vectors of {DIMENSIONS}"
    for what, taken in ((f"a search in {size}", whole), ("of it, rare words", words)):
        yield f"| {what} | {np.median(taken):.2f} | {np.percentile(taken, 95):.2f} |"
    yield from _edit_a_page()


def _knowledge(random: np.random.Generator) -> Knowledge:
    passages = [
        Passage(
            _sentence(random, 4), " ".join(f"{_sentence(random, WORDS_EACH)}." for _ in range(SENTENCES)), Place("")
        )
        for _ in range(PASSAGES)
    ]
    pages = [
        Page(f"Page {at}", "https://example.com", (), tuple(passages[at : at + ON_A_PAGE]), Terms())
        for at in range(0, PASSAGES, ON_A_PAGE)
    ]
    encoder = RandomEncoder(random)
    return build_knowledge(pages, encoder, Strangers([], encoder.encode([])))


def _sentence(random: np.random.Generator, words: int) -> str:
    return " ".join(f"w{number % 50_000:05d}"[::-1] for number in random.zipf(1.3, words))


def _milliseconds(searches: Sequence[Callable[[], object]]) -> list[float]:
    taken = []
    for search in searches:
        begun = time.process_time()
        search()
        taken.append(1000 * (time.process_time() - begun))
    return taken


def _edit_a_page() -> Iterator[str]:
    files = sorted([*(CONTENT / "nlu").glob("*.yml"), *(CONTENT / "patterns").glob("*.yml")])
    documents = [parse(path.name, path.read_text(encoding="utf-8")) for path in files]
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted((CONTENT / "knowledge").glob("*.md"))}
    yield "\n| the sample assistant | CPU s to train | CPU s to load |\n|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        for what, change in (("all of it, with the encoder", ""), ("after the edit of a page", "\n\nMay is full.\n")):
            content = {**pages, "support.md": pages["support.md"] + change}
            begun = time.process_time()
            model = train(documents, content, folder=Path(folder))
            trained = time.process_time()
            load(model)
            yield f"| {what} | {trained - begun:.2f} | {time.process_time() - trained:.2f} |"


if __name__ == "__main__":
    for line in table():
        sys.stdout.write(f"{line}\n")
