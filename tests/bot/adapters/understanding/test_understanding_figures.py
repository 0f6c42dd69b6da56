"""How well the classifier does on parts of public sets, and what serving keeps in memory; -s shows the figures.

The bounds are far below what is measured: they catch a break, not a drift. `make bench` takes whole sets, and times.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.adapters.understanding.embeddings import RememberingEncoder
from bot.adapters.understanding.encoder import OnnxEncoder
from bot.documents import Document
from bot.nlu.classifier import Classification, IntentClassifier
from bot.nlu.classifier_training import SEED, train_classifier
from bot.nlu.evaluate import accuracy, calibration, calibration_error, cross_validate
from bot.nlu.knowledge_pages import knowledge_examples, read_pages
from bot.nlu.material import vectors_of
from bot.nlu.training_data import read_training_data

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

REPOSITORY = Path(__file__).parents[4]
SETS = REPOSITORY.parent / "shared" / "nlu"


@pytest.fixture(scope="module")
def encoder(trained_model: Path, request: pytest.FixtureRequest) -> Iterator[RememberingEncoder]:
    """The sets do not change, so an encoder that did not change either embeds each text once, and not in each run."""
    assert request.config.cache is not None
    remembering = RememberingEncoder(OnnxEncoder(trained_model), request.config.cache.mkdir("embeddings"))
    yield remembering
    remembering.keep()


EVERY = 3
"""Of so many texts to be judged one is: an encoder that is new embeds each of them."""


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
    classifier = train_classifier(texts, labels, vectors_of(texts, labels, encoder))
    asked, expected = (lines[::EVERY] for lines in read("BANKING77/test"))
    found = classify(classifier, encoder, asked)
    accuracy = share([one.intent == label for one, label in zip(found, expected, strict=True)])
    accepted = share([_right(one, label) for one, label in zip(found, expected, strict=True)])
    show(f"BANKING77 train_10: accuracy {accuracy:.1f} %, {accepted:.1f} % above threshold")
    assert accuracy > 80


def test_clinc_with_what_is_out_of_scope(encoder: RememberingEncoder) -> None:
    texts, labels = read("CLINC150/train_10")
    classifier = train_classifier(texts, labels, vectors_of(texts, labels, encoder))
    asked, expected = (lines[::EVERY] for lines in read("CLINC150/test"))
    found = classify(classifier, encoder, asked)
    strangers = classify(classifier, encoder, read("CLINC150/oos/test")[0][::EVERY])
    accuracy = share([one.intent == label for one, label in zip(found, expected, strict=True)])
    accepted = share([_right(one, label) for one, label in zip(found, expected, strict=True)])
    refused = share([not one.understood for one in strangers])
    known = np.array([one.confidence for one in found])
    auroc = 100 * float(np.mean([(known > one.confidence).mean() for one in strangers]))
    show(
        f"CLINC150 train_10: in-scope accuracy {accuracy:.1f} %, {accepted:.1f} % above threshold, out-of-scope recall "
        f"{refused:.1f} %, AUROC {auroc:.1f} %"
    )
    assert accuracy > 85
    assert auroc > 90


def classify(classifier: IntentClassifier, encoder: RememberingEncoder, texts: Sequence[str]) -> list[Classification]:
    return [classifier.classify(text, vector) for text, vector in zip(texts, encoder.features(texts), strict=True)]


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


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is read from /proc")
def test_memory_of_a_fresh_process(trained_model: Path) -> None:
    program = f"""
from pathlib import Path
from bot.adapters.understanding.training import load
load(Path({str(trained_model)!r})).parse("hello")
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(int(status["VmRSS"].split()[0]) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    megabytes = int(done.stdout)
    show(f"a fresh process that has answered: {megabytes} MB resident")
    assert megabytes < 400
