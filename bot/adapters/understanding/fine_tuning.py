"""Tunes the encoder on an assistant's examples, and keeps it where it reads held-out ones better."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bot.adapters.understanding.backgrounds import background_of
from bot.adapters.understanding.embeddings import RememberingEncoder
from bot.adapters.understanding.encoder import OnnxEncoder
from bot.adapters.understanding.encoder_tuning import RECIPE, Recipe, Steps, tune_encoder
from bot.adapters.understanding.training import Progress, Tuned, is_fine_tuned, train, tunes_on
from bot.documents import Document, Faults
from bot.nlu.calibration import Calibrated, HeldOut, confidence_of
from bot.nlu.classifier_training import LARGE, read_held_out
from bot.nlu.comparison import Comparison
from bot.nlu.evaluate import splits
from bot.nlu.knowledge import Strangers, build_knowledge
from bot.nlu.knowledge_pages import Page, knowledge_examples, read_pages
from bot.nlu.material import vectors_of
from bot.nlu.training_data import Example, read_training_data
from bot.ports import Encoder

FEWEST_TO_TUNE = 5
"""Examples that an intent needs: of fewer, what is held out says nothing about it."""


@dataclass(frozen=True, slots=True)
class PagesFound:
    """Of `asked` questions of the knowledge pages, how many find their page with the frozen and the tuned encoder."""

    asked: int
    frozen: int
    tuned: int


@dataclass(frozen=True, slots=True)
class FineTuning:
    """What came of it: the model in force, and the figures that decided; without any where it was tuned already.

    `compared` has the frozen encoder as the old way, over `folds` of `parts` parts: it ends where the tuned one is
    behind by more than chance would give. Pages are looked at only where that one has won.
    """

    model: Path
    tuned: bool
    compared: Comparison | None = None
    folds: int = 0
    parts: int = 0
    pages: PagesFound | None = None


def fine_tune(
    documents: Sequence[Document],
    pages: Mapping[str, str],
    *,
    encoder_name: str = "",
    folder: Path,
    progress: Progress = lambda _: None,
    steps: Steps = lambda numbers, _total, _what: numbers,
    recipe: Recipe = RECIPE,
    wins: Callable[[Comparison], bool] = lambda compared: compared.lead > 0,
) -> FineTuning:
    """Try the tuned encoder on examples that it was not tuned on, and publish a model with it where it `wins`.

    Else the model is the one that `train` makes. Raises ContentError where an intent has too few examples.
    """
    read = read_pages(pages)
    data = read_training_data(documents, extra=knowledge_examples(read))
    _require_enough(tunes_on(data.examples))
    content: Any = {"encoder_name": encoder_name, "folder": folder, "progress": progress}
    frozen = train(documents, pages, **content)
    if is_fine_tuned(frozen):
        return FineTuning(frozen, tuned=True)

    def tune(examples: Sequence[Example], into: Path) -> None:
        chosen = tunes_on(examples)
        texts, intents = [example.text for example in chosen], [example.intent for example in chosen]
        tune_encoder(encoder_name, texts, intents, into, recipe=recipe, steps=steps)

    sentences = RememberingEncoder(OnnxEncoder(frozen), folder)
    compared, held_out, folds, parts = _try(data.examples, sentences, tune, recipe, progress)
    done = FineTuning(frozen, tuned=False, compared=compared, folds=folds, parts=parts)
    if not wins(compared):
        return done
    with tempfile.TemporaryDirectory() as name:
        encoder = Path(name)
        progress(f"tuning the encoder on all {len(tunes_on(data.examples))} examples")
        tune(data.examples, encoder)
        found = _pages_found(read, sentences, OnnxEncoder(encoder))
        if found.tuned < found.frozen:
            return replace(done, pages=found)
        model = train(documents, pages, tuned=Tuned(encoder, Calibrated.by(held_out)), **content)
    return replace(done, model=model, tuned=True, pages=found)


def _require_enough(examples: Sequence[Example]) -> None:
    faults = Faults()
    counts = Counter(example.intent for example in examples)
    first = {example.intent: example.place for example in reversed(examples)}
    for intent, count in counts.items():
        if count < FEWEST_TO_TUNE:
            faults.add(
                first[intent],
                f'the intent "{intent}" has {count} examples; the encoder is tuned from {FEWEST_TO_TUNE} on.',
                "Add more, or train without --fine-tune.",
            )
    if len(counts) < 2 and examples:
        faults.add(examples[0].place, "there is only one intent to tune on.", "Train without --fine-tune.")
    faults.raise_if_any()


def _try(
    examples: Sequence[Example],
    frozen: Encoder,
    tune: Callable[[Sequence[Example], Path], None],
    recipe: Recipe,
    progress: Progress,
) -> tuple[Comparison, HeldOut, int, int]:
    """Both encoders, with heads of their own, on parts held out in turn; the tuned one's scores; how many of how many
    parts.

    Once the tuned one is behind by more than chance would give, the others are spared. Of many examples one part tells
    enough.
    """
    texts, intents = [example.text for example in examples], [example.intent for example in examples]
    background = background_of(examples)
    vectors = vectors_of(texts, intents, frozen, background)
    compared, begun = Comparison(), time.monotonic()
    read: list[HeldOut] = []
    parts = recipe.parts(len(examples))
    tried = 1 if len(examples) > LARGE else parts
    for kept, held_out in splits(examples, parts)[:tried]:
        left = _time_left(len(read), tried, parts, begun)
        progress(f"tuning the encoder without part {len(read) + 1} of {parts}{left}")
        with tempfile.TemporaryDirectory() as name:
            tune([examples[row] for row in kept], Path(name))
            tuned = vectors_of(texts, intents, OnnxEncoder(Path(name)), background)
        old, new = (read_held_out(texts, intents, of, kept, held_out) for of in (vectors, tuned))
        compared += Comparison.of(zip(_rightly_read(old), _rightly_read(new), strict=True))
        read.append(new)
        progress(f"of {compared.judged} held out so far, right: {_shares(compared)}")
        if compared.is_lost:
            break
    return compared, HeldOut.together(read), len(read), parts


def _rightly_read(held_out: HeldOut) -> list[bool]:
    calibration = Calibrated.by(held_out).calibration
    return [bool(right) for right in confidence_of(held_out.known, calibration).correct]


def _time_left(done: int, tried: int, parts: int, begun: float) -> str:
    """Tuning on all examples takes a little longer than without one part."""
    if not done:
        return ""
    left = tried - done + parts / (parts - 1)
    return f"; at most {(time.monotonic() - begun) / done * left:.0f} s to go"


def _shares(compared: Comparison) -> str:
    return f"{compared.old_accuracy:.1%} with the frozen encoder, {compared.new_accuracy:.1%} with the tuned one"


def _pages_found(pages: Sequence[Page], frozen: Encoder, tuned: Encoder) -> PagesFound:
    """Searches the pages for their own questions, which are left out of what is searched."""
    asked = [(question.text, number) for number, page in enumerate(pages) for question in page.questions]
    bare = [replace(page, questions=()) for page in pages]
    found = []
    for encoder in (frozen, tuned):
        knowledge = build_knowledge(bare, encoder, Strangers((), encoder.encode(())))
        vectors = encoder.encode([text for text, _ in asked])
        found.append(
            sum(
                int(knowledge.page_of[np.argmax(knowledge.scores(text, vector))]) == number
                for (text, number), vector in zip(asked, vectors, strict=True)
            )
        )
    return PagesFound(len(asked), *found)
