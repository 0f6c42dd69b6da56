"""How well and how fast the classifier does on public sets. Run with -s to see the figures.

The bounds are far below what is measured: they catch a break, not a drift.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.adapters.embeddings import RememberingEncoder
from bot.adapters.encoder import OnnxEncoder
from bot.adapters.training import load
from bot.documents import Document
from bot.domain.understanding import Expecting
from bot.nlu.classifier import Classification
from bot.nlu.classifier_training import SEED, train_classifier
from bot.nlu.evaluate import accuracy, calibration, calibration_error, cross_validate
from bot.nlu.knowledge_pages import knowledge_examples, read_pages
from bot.nlu.material import vectors_of
from bot.nlu.training_data import read_training_data

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("understanding_figures")]

REPOSITORY = Path(__file__).parents[3]
SETS = REPOSITORY.parent / "shared" / "nlu"
MESSAGES = [
    "I'd like to see a demo, we are about fifty people",
    "please don't text me any more",
    "what does it cost for eighty people?",
    "hello there",
    "can we meet next Tuesday at half past 3",
    "I'm Ana from Acme, ana@example.com",
]


@pytest.fixture(scope="module")
def encoder(trained_model: Path, request: pytest.FixtureRequest) -> Iterator[RememberingEncoder]:
    """The sets do not change, so an encoder that did not change either embeds each text once, and not in each run."""
    assert request.config.cache is not None
    remembering = RememberingEncoder(OnnxEncoder(trained_model), request.config.cache.mkdir("embeddings"))
    yield remembering
    remembering.keep()


def read(folder: str) -> tuple[list[str], list[str]]:
    path = SETS / folder
    if not path.is_dir():
        pytest.skip(f"../shared is absent: nlu/{folder} holds the messages")
    texts, labels = (path / name for name in ("seq.in", "label"))
    return texts.read_text(encoding="utf-8").splitlines(), labels.read_text(encoding="utf-8").splitlines()


def show(line: str) -> None:
    sys.stdout.write(f"\n{line} (seed {SEED})\n")


def share(values: list[bool]) -> float:
    return 100 * float(np.mean(values))


def test_banking_with_ten_examples_an_intent(encoder: RememberingEncoder) -> None:
    texts, labels = read("BANKING77/train_10")
    started = time.process_time()
    classifier = train_classifier(texts, labels, vectors_of(texts, labels, encoder))
    trained = time.process_time() - started
    asked, expected = read("BANKING77/test")
    found = [classifier.classify(text, vector) for text, vector in zip(asked, encoder.features(asked), strict=True)]
    accuracy = share([one.intent == label for one, label in zip(found, expected, strict=True)])
    accepted = share([_right(one, label) for one, label in zip(found, expected, strict=True)])
    show(
        f"BANKING77 train_10: accuracy {accuracy:.1f} %, {accepted:.1f} % above threshold; training {trained:.0f} s CPU"
    )
    assert accuracy > 80


@pytest.mark.parametrize(("size", "step"), [("train_10", 1), ("train", 5)])
def test_clinc_with_what_is_out_of_scope(encoder: RememberingEncoder, size: str, step: int) -> None:
    """Ten examples an intent, and twenty; `make bench` takes all."""
    texts, labels = (lines[::step] for lines in read(f"CLINC150/{size}"))
    started = time.process_time()
    classifier = train_classifier(texts, labels, vectors_of(texts, labels, encoder))
    trained = time.process_time() - started
    asked, expected = read("CLINC150/test")
    strange, _ = read("CLINC150/oos/test")
    found = [classifier.classify(text, vector) for text, vector in zip(asked, encoder.features(asked), strict=True)]
    strangers = [
        classifier.classify(text, vector) for text, vector in zip(strange, encoder.features(strange), strict=True)
    ]
    accuracy = share([one.intent == label for one, label in zip(found, expected, strict=True)])
    accepted = share([_right(one, label) for one, label in zip(found, expected, strict=True)])
    refused = share([not one.understood for one in strangers])
    known = np.array([one.confidence for one in found])
    auroc = 100 * float(np.mean([(known > one.confidence).mean() for one in strangers]))
    show(
        f"CLINC150 {size}, {len(texts)} examples: in-scope accuracy {accuracy:.1f} %, {accepted:.1f} % above "
        f"threshold, out-of-scope recall {refused:.1f} %, AUROC {auroc:.1f} %; training {trained:.0f} s CPU"
    )
    assert accuracy > 85
    assert auroc > 90


def _right(one: Classification, label: str) -> bool:
    return one.understood and one.intent == label


def test_confidence_means_what_it_says_on_the_examples_of_the_sample(
    encoder: RememberingEncoder, sample_content: tuple[Sequence[Document], Mapping[str, str]]
) -> None:
    documents, pages = sample_content
    examples = read_training_data(documents, extra=knowledge_examples(read_pages(pages))).examples
    texts, intents = [one.text for one in examples], [one.intent for one in examples]
    verdicts = cross_validate(examples, vectors_of(texts, intents, encoder), folds=5)
    error = calibration_error(calibration(verdicts))
    show(
        f"the sample's {len(verdicts)} examples, each held out once in 5 folds: accuracy "
        f"{100 * accuracy(verdicts):.1f} %, expected calibration error {100 * error:.1f} %"
    )
    assert error < 0.08


def test_time_of_one_message(trained_model: Path) -> None:
    pipeline = load(trained_model)
    expecting = Expecting("demo_form", "team_size", ("number",))
    for text in MESSAGES:
        pipeline.parse(text, expecting=expecting, region="GB")
    started = time.process_time()
    for _ in range(50):
        for text in MESSAGES:
            pipeline.parse(text, expecting=expecting, region="GB")
    milliseconds = (time.process_time() - started) / (50 * len(MESSAGES)) * 1000
    show(f"one message through the whole pipeline: {milliseconds:.1f} ms CPU")
    assert milliseconds < 20


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is read from /proc")
def test_memory_and_load_time_of_a_fresh_process(trained_model: Path) -> None:
    program = f"""
import time
from pathlib import Path
from bot.adapters.training import load
from bot.documents import Document
started = time.perf_counter()
load(Path({str(trained_model)!r})).parse("hello")
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(time.perf_counter() - started, int(status["VmRSS"].split()[0]) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    seconds, megabytes = done.stdout.split()
    show(f"a fresh process: loaded and answered in {float(seconds):.2f} s, {megabytes} MB resident")
    assert float(seconds) < 2
    assert int(megabytes) < 400
