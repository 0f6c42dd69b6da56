from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.adapters.understanding.embeddings import RememberingEncoder


class CountingEncoder:
    """Embeds a text as its length, with its spaces as one more feature, and keeps the texts."""

    dimensions = 2

    def __init__(self, fingerprint: str = "counting") -> None:
        self.fingerprint = fingerprint
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Any:
        return self.features(texts)[:, : self.dimensions]

    def features(self, texts: Sequence[str]) -> Any:
        self.seen.extend(texts)
        rows = [[len(text), 1.0, text.count(" ")] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(-1, 3)


def test_only_new_texts_are_embedded_the_next_time(tmp_path: Path) -> None:
    first = RememberingEncoder(CountingEncoder(), tmp_path)
    before = first.encode(["a", "bb", "a"])
    first.keep()
    counting = CountingEncoder()
    second = RememberingEncoder(counting, tmp_path)
    after = second.encode(["bb", "a", "ccc"])
    assert (counting.seen, second.embedded) == (["ccc"], 1)
    assert np.array_equal(after[[1, 0]], before[:2])


def test_the_features_beyond_the_embedding_are_remembered_too(tmp_path: Path) -> None:
    first = RememberingEncoder(CountingEncoder(), tmp_path)
    first.encode(["a b c"])
    first.keep()
    counting = CountingEncoder()
    second = RememberingEncoder(counting, tmp_path)
    assert second.features(["a b c"]).tolist() == [[5.0, 1.0, 2.0]]
    assert second.encode(["a b c"]).tolist() == [[5.0, 1.0]]
    assert counting.seen == []


def test_what_was_not_asked_for_is_forgotten(tmp_path: Path) -> None:
    for texts in (["a", "bb"], ["bb"]):
        remembering = RememberingEncoder(CountingEncoder(), tmp_path)
        remembering.encode(texts)
        remembering.keep()
    counting = CountingEncoder()
    RememberingEncoder(counting, tmp_path).encode(["a", "bb"])
    assert counting.seen == ["a"]


def test_another_encoder_has_a_memory_of_its_own(tmp_path: Path) -> None:
    first = RememberingEncoder(CountingEncoder("one"), tmp_path)
    first.encode(["a"])
    first.keep()
    other = CountingEncoder("two")
    RememberingEncoder(other, tmp_path).encode(["a"])
    assert other.seen == ["a"]


def test_a_broken_memory_is_no_memory(tmp_path: Path) -> None:
    first = RememberingEncoder(CountingEncoder(), tmp_path)
    first.encode(["a"])
    first.keep()
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:40])
    counting = CountingEncoder()
    assert RememberingEncoder(counting, tmp_path).encode(["a"]).shape == (1, 2)
    assert counting.seen == ["a"]


def test_nothing_is_embedded_and_kept_of_nothing(tmp_path: Path) -> None:
    remembering = RememberingEncoder(CountingEncoder(), tmp_path)
    assert remembering.encode([]).shape == (0, 2)
    remembering.keep()
    assert list(tmp_path.iterdir()) == []
