"""How well and at what cost messages are understood: public sets from ../shared/nlu, and a table of opt-outs.

Nothing is chosen on a test part; noise is drawn with the seed that is printed. CPU time of this process.
"""

from __future__ import annotations

import random
import string
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bot.adapters.understanding.encoder import OnnxEncoder, common_words
from bot.adapters.understanding.training import load
from bot.adapters.understanding.training import train as train_assistant
from bot.documents import Document, parse
from bot.journeys.rules import read_rules
from bot.nlu.classifier import Classification, IntentClassifier
from bot.nlu.classifier_training import SEED, train_classifier
from bot.nlu.evaluate import in_scope
from bot.nlu.material import vectors_of
from bot.nlu.pipeline import Pipeline
from bot.nlu.spelling import Speller, learn_speller
from tests.lending import ROOT
from tests.opt_outs import PARTS, measured, phrases

SETS = ROOT.parent / "shared" / "nlu"
NOISE = 0.1
OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Trained:
    """A classifier as the pipeline uses it, without entities and knowledge; and the CPU seconds it took."""

    encoder: OnnxEncoder
    classifier: IntentClassifier
    speller: Speller
    seconds: float

    def read(self, text: str) -> tuple[Classification, bool]:
        """The reading, and whether the encoder was asked."""
        words = self.classifier.by_words(text)
        if (sure := self.classifier.classify_quickly(words)) is not None:
            return sure, False
        if (repaired := self.speller.repair(text)) != text:
            words = self.classifier.by_words(repaired)
            if (sure := self.classifier.classify_quickly(words)) is not None:
                return sure, False
        return self.classifier.classify(words, self.encoder.features([repaired])[0]), True


def table() -> Iterator[str]:
    """The lines of the table."""
    with tempfile.TemporaryDirectory() as folder:
        model = train_assistant(_content("nlu_data/nlu", "nlu_data/patterns"), _pages(), folder=Path(folder))
        pipeline, rules = load(model), read_rules(_content("journeys/rules"))
        yield f"| understanding (seed {SEED}) | measured |\n|---|---|"
        if SETS.is_dir():
            encoder = OnnxEncoder(model)
            yield from _banking(encoder, common_words(model))
            yield from _clinc(encoder, common_words(model))
            yield from _clinc_with_strangers(encoder, common_words(model))
            yield from _whole_pipeline(Path(folder))
        else:
            yield "| BANKING77, CLINC150 | not measured: ../shared is absent, which holds nlu |"
        for name, parts in {**{f"{part} part": (part,) for part in PARTS}, "the whole table": PARTS}.items():
            recall, precision, _ = measured(pipeline, rules, *parts)
            yield f"| opt-outs, {name}: recall / precision | {recall:.1f} % / {precision:.1f} % |"
        texts = [text for group in phrases(*PARTS).values() for text in group]
        yield f"| CPU of a message (the opt-out table), the whole pipeline | mean {_cost(pipeline, texts):.2f} ms |"


def _cost(pipeline: Pipeline, texts: Sequence[str]) -> float:
    """CPU milliseconds of a message, on average."""
    begun = time.process_time()
    for text in texts:
        pipeline.parse(text, region="GB")
    return (time.process_time() - begun) / len(texts) * 1000


def _whole_pipeline(folder: Path) -> Iterator[str]:
    """An assistant of CLINC150's intents and the sample's pages, in the folder where the sample's encoder is."""
    examples: dict[str, list[str]] = {}
    for text, label in zip(*read("CLINC150/train"), strict=True):
        examples.setdefault(label, []).append(text)
    lines = ["nlu:"]
    for label, texts in examples.items():
        lines += [f"- intent: {label}", "  examples: |", *(f"    - {text}" for text in texts)]
    documents = [parse("clinc150.yml", "\n".join(lines))]
    pipeline = load(train_assistant(documents, {}, folder=folder, allow_duplicates=True))
    cost = _cost(pipeline, read("CLINC150/test")[0])
    yield f"| CPU of a message (CLINC150 in scope), the whole pipeline | mean {cost:.2f} ms |"


def _content(*folders: str) -> list[Document]:
    files = [path for folder in folders for path in sorted((ROOT / folder).glob("*.yml"))]
    return [parse(path.name, path.read_text(encoding="utf-8")) for path in files]


def _pages() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "nlu_data" / "knowledge").glob("*.md")}


def _banking(encoder: OnnxEncoder, words: Sequence[str]) -> Iterator[str]:
    asked, expected = read("BANKING77/test")
    for name, parts in (
        ("full", ("train",)),
        ("full, with the examples that this split sets aside for choosing", ("train", "valid")),
        ("10 examples an intent", ("train_10",)),
    ):
        trained = train(encoder, words, *(f"BANKING77/{part}" for part in parts))
        right = [trained.read(text)[0].intent == label for text, label in zip(asked, expected, strict=True)]
        yield f"| BANKING77 {name}: accuracy | {percent(right)} |"
        yield f"| BANKING77 {name}: training with embeddings | {trained.seconds:.0f} s CPU |"


def _clinc(encoder: OnnxEncoder, words: Sequence[str]) -> Iterator[str]:
    trained = train(encoder, words, "CLINC150/train")
    asked, expected = read("CLINC150/test")
    strange, _ = read("CLINC150/oos/test")
    begun = time.process_time()
    found = [trained.read(text) for text in asked]
    milliseconds = (time.process_time() - begun) / len(asked) * 1000
    strangers = [trained.read(text)[0] for text in strange]
    right = [one.intent == label for (one, _), label in zip(found, expected, strict=True)]
    yield f"| CLINC150 in scope: accuracy | {percent(right)} |"
    yield from out_of_scope("CLINC150 out of scope", [one for one, _ in found], right, strangers)
    random_ = random.Random(SEED)
    noisy = [_with_noise(text, random_) for text in asked]
    right = [trained.read(text)[0].intent == label for text, label in zip(noisy, expected, strict=True)]
    yield f"| CLINC150 with {NOISE:.0%} character noise: accuracy | {percent(right)} |"
    yield f"| CPU of a message (CLINC150 in scope), intents only | mean {milliseconds:.2f} ms |"
    yield f"| of these to the encoder | {percent([asked for _, asked in found])} |"
    begun = time.process_time()
    for text in asked[:500]:
        trained.classifier.classify(text, trained.encoder.features([text])[0])
    yield f"| CPU of a message that the encoder reads | mean {(time.process_time() - begun) * 2:.1f} ms |"


def _clinc_with_strangers(encoder: OnnxEncoder, words: Sequence[str]) -> Iterator[str]:
    """The set's own 100 examples of what is out of scope, as an author would write them: an intent `out_of_scope`."""
    examples = [*zip(*read("CLINC150/train"), strict=True)]
    examples += [(text, OUT_OF_SCOPE) for text in read("CLINC150/oos/train")[0]]
    trained = _trained(encoder, words, examples)
    asked, expected = read("CLINC150/test")
    found = [trained.read(text)[0] for text in asked]
    strangers = [trained.read(text)[0] for text in read("CLINC150/oos/test")[0]]
    right = [one.intent == label for one, label in zip(found, expected, strict=True)]
    name = "CLINC150 with an intent of 100 examples for what is out of scope"
    yield f"| {name}: accuracy in scope | {percent(right)} |"
    yield from out_of_scope(name, found, right, strangers)


def out_of_scope(
    name: str, found: Sequence[Classification], right: Sequence[bool], strangers: Sequence[Classification]
) -> Iterator[str]:
    """The lines about strangers, beside what was `found` of texts in scope and whether that was `right`."""
    known, strange = (np.array([in_scope(one) for one in readings]) for readings in (found, strangers))
    auroc = np.mean([(known > one).mean() + (known == one).mean() / 2 for one in strange])
    yield f"| {name}: AUROC | {100 * auroc:.1f} % |"
    accepted = [one.understood and is_right for one, is_right in zip(found, right, strict=True)]
    refused = percent([not one.understood or one.intent == OUT_OF_SCOPE for one in strangers])
    yield f"| {name}: recall / in-scope accuracy as learnt | {refused} / {percent(accepted)} |"
    confident = np.sort(known[np.array(right)])
    spare = len(confident) - int(0.955 * len(found))
    recall = percent(list(strange < confident[spare])) if spare >= 0 else "not reached"
    yield f"| {name}: recall at in-scope accuracy 95.5 % | {recall} |"


def read(folder: str) -> tuple[list[str], list[str]]:
    """The texts and the labels of a part of a set."""
    texts, labels = ((SETS / folder / name).read_text(encoding="utf-8").splitlines() for name in ("seq.in", "label"))
    return texts, labels


def train(encoder: OnnxEncoder, words: Sequence[str], *folders: str) -> Trained:
    """On the examples of these parts, each once."""
    return _trained(encoder, words, [pair for folder in folders for pair in zip(*read(folder), strict=True)])


def _trained(encoder: OnnxEncoder, words: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Trained:
    examples = dict.fromkeys(pairs)
    texts, labels = [text for text, _ in examples], [label for _, label in examples]
    begun = time.process_time()
    classifier = train_classifier(texts, labels, vectors_of(texts, labels, encoder))
    speller = learn_speller(texts, words, classifier.ngram_space)
    return Trained(encoder, classifier, speller, time.process_time() - begun)


def percent(values: Sequence[Any]) -> str:
    return f"{100 * float(np.mean(values)):.1f} %"


def _with_noise(text: str, random_: random.Random) -> str:
    """One character in ten left out, replaced, followed by another, or swapped with the next."""
    letter = partial(random_.choice, string.ascii_lowercase)
    written: list[str] = []
    at = 0
    while at < len(text):
        character, following = text[at], text[at + 1 : at + 2]
        at += 1
        if random_.random() >= NOISE:
            written.append(character)
            continue
        match random_.randrange(4):
            case 0:
                pass
            case 1:
                written.append(letter())
            case 2:
                written.append(character + letter())
            case _:
                written.append(following + character)
                at += len(following)
    return "".join(written)
