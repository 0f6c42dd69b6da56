"""Recognising opt-outs by a table that was written beside the training examples, not from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.adapters.understanding.training import load
from bot.documents import Document, parse
from bot.domain.sending_rules import SendingRules
from bot.journeys.rules import read_rules
from bot.nlu.pipeline import Pipeline
from bot.nlu.training_data import plain_key, read_training_data
from tests.opt_outs import PARTS, measured, phrases

RULES = Path(__file__).parents[3] / "journeys" / "rules"


@pytest.fixture(scope="module")
def pipeline(trained_model: Path) -> Pipeline:
    return load(trained_model)


@pytest.fixture(scope="module")
def sending_rules() -> SendingRules:
    return read_rules([parse(path.name, path.read_text(encoding="utf-8")) for path in sorted(RULES.glob("*.yml"))])


@pytest.mark.parametrize(
    ("part", "least_recall", "least_precision"),
    [
        ("first", 98, 97),
        ("second", 98, 97),
        ("third", 95, 94),
        ("fourth", 97, 96),
        ("fifth", 95, 95),
        ("sixth", 96, 97),
        ("seventh", 95, 97),
        ("eighth", 95, 95),
    ],
)
def test_opt_outs_are_told_from_what_only_sounds_like_one(
    pipeline: Pipeline, sending_rules: SendingRules, part: str, least_recall: float, least_precision: float
) -> None:
    recall, precision, wrong = measured(pipeline, sending_rules, part)
    assert recall >= least_recall, wrong
    assert precision >= least_precision, wrong


def test_no_phrase_of_the_table_is_a_training_example(
    sample_content: tuple[Sequence[Document], Mapping[str, str]],
) -> None:
    documents, _ = sample_content
    examples = {plain_key(example.text) for example in read_training_data(documents).examples}
    tried = {plain_key(text) for part in PARTS for texts in phrases(part).values() for text in texts}
    assert not tried & examples


def test_no_phrase_stands_twice_in_the_table() -> None:
    texts = [plain_key(text) for part in PARTS for group in phrases(part).values() for text in group]
    assert len(texts) == len(set(texts))
