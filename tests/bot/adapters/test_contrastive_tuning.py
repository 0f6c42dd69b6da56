from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.contrastive_tuning import TOGETHER, Recipe, batches_of, tune_encoder
from bot.adapters.encoder import FILES, OnnxEncoder

TEXTS = ["what does it cost", "how much is it", "tell me the price", "I want a demo", "show me a demo", "book a demo"]
INTENTS = ["price"] * 3 + ["demo"] * 3


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(2, 20))
def test_each_example_of_a_batch_has_another_of_its_intent_beside_it(others: list[int], size: int) -> None:
    labels = np.array([0, 0, *others])
    for batch in islice(batches_of(labels, size), 5):
        assert min(Counter(labels[batch].tolist()).values()) > 1
        assert len(batch) == len(set(batch)) < size + TOGETHER


def test_a_long_tuning_is_cut_short() -> None:
    recipe = Recipe(epochs=3, batch=10, most_steps=50)
    assert [recipe.steps(examples) for examples in (5, 101, 100_000)] == [3, 33, 50]


@pytest.mark.slow
def test_examples_of_an_intent_come_nearer_and_it_is_the_same_each_time(tiny_encoder: Path, tmp_path: Path) -> None:
    fingerprints, leads = [], []
    for number, epochs in enumerate((1, 30, 30)):
        folder = tmp_path / str(number)
        folder.mkdir()
        recipe = Recipe(epochs=epochs, learning_rate=3e-3)
        tune_encoder(str(tiny_encoder), TEXTS, INTENTS, folder, recipe=recipe)
        assert {path.name for path in folder.iterdir()} == set(FILES)
        assert json.loads((folder / "encoder.json").read_text())["name"] == str(tiny_encoder)
        vectors = OnnxEncoder(folder).encode(TEXTS)
        fingerprints.append(OnnxEncoder(folder).fingerprint)
        likeness = vectors @ vectors.T
        leads.append(likeness[:3, :3].mean() - likeness[:3, 3:].mean())
    assert fingerprints[0] != fingerprints[1] == fingerprints[2]
    assert leads[1] > leads[0] + 0.2
