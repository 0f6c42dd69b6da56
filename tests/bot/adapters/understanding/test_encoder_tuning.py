from __future__ import annotations

import json
import shutil
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.understanding.encoder import FILES, OnnxEncoder, source_folder
from bot.adapters.understanding.encoder_tuning import Recipe, batches_of, tune_encoder

TEXTS = ["what does it cost", "how much is it", "tell me the price", "I want a demo", "show me a demo", "book a demo"]
INTENTS = ["price"] * 3 + ["demo"] * 3


@given(st.lists(st.integers(1, 40), min_size=1, max_size=150), st.integers(1, 20))
def test_each_example_is_seen_once_in_each_round(lengths: list[int], size: int) -> None:
    of_a_round = -(-len(lengths) // size)
    batches = list(islice(batches_of(lengths, size), 2 * of_a_round))
    for seen in (batches[:of_a_round], batches[of_a_round:]):
        assert sorted(row for batch in seen for row in batch) == list(range(len(lengths)))
        assert max(len(batch) for batch in seen) <= size


def test_few_examples_are_seen_more_often_and_a_long_tuning_is_cut_short() -> None:
    recipe = Recipe(batch=10, fewest_rounds=3, most_rounds=10, enough_steps=100, most_steps=600)
    assert [recipe.steps(examples) for examples in (5, 50, 101, 250, 1_000, 100_000)] == [
        10,
        50,
        100 + 10,
        100,
        300,
        600,
    ]


@pytest.mark.slow
def test_examples_of_an_intent_come_nearer_and_it_is_the_same_each_time(tiny_encoder: Path, tmp_path: Path) -> None:
    fingerprints, leads = [], []
    for number, rounds in enumerate((1, 60, 60)):
        folder = tmp_path / str(number)
        folder.mkdir()
        recipe = Recipe(learning_rate=3e-3, fewest_rounds=rounds, most_rounds=rounds)
        tune_encoder(str(tiny_encoder), TEXTS, INTENTS, folder, recipe=recipe)
        assert {path.name for path in folder.iterdir()} == set(FILES)
        assert json.loads((folder / "encoder.json").read_text())["name"] == str(tiny_encoder)
        vectors = OnnxEncoder(folder).encode(TEXTS)
        fingerprints.append(OnnxEncoder(folder).fingerprint)
        likeness = vectors @ vectors.T
        leads.append(likeness[:3, :3].mean() - likeness[:3, 3:].mean())
    assert fingerprints[0] != fingerprints[1] == fingerprints[2]
    assert leads[1] > leads[0] + 0.2


@pytest.mark.slow
def test_the_packaged_model_can_be_tuned_by_its_path(tmp_path: Path) -> None:
    packaged = source_folder("")
    assert packaged is not None
    copy = shutil.copytree(packaged, tmp_path / "a path of its own")
    tune_encoder(str(copy), TEXTS, INTENTS, tmp_path, recipe=Recipe(most_steps=1))
    vectors = OnnxEncoder(tmp_path).encode(TEXTS)
    likeness = vectors @ vectors.T
    assert likeness[:3, :3].mean() > likeness[:3, 3:].mean()
