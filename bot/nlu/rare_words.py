"""Which passages share the words of a question, the rare ones above all: BM25 over a sparse index."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.folding import plain_letters
from bot.nlu.asking_words import ASKING_WORDS
from bot.nlu.features import Floats, Integers

_SATURATION, _LENGTH = 1.2, 0.75
"""BM25's k1 and b, at their usual values."""

_WORD = re.compile(r"[^\W_]+")
_ACCENTED = re.compile(r"[\u00c0-\u024f]")
_STEM = 5


def stems(text: str) -> list[str]:
    """The beginnings of the words that a text is about, in their order, and without accents, which who asks may leave
    out: "donde estan"."""
    return [word[:_STEM] for word in map(_plain, _WORD.findall(text.lower())) if word not in ASKING_WORDS]


def _plain(word: str) -> str:
    """Other scripts than Latin stay as they are: a mark may make another letter of one."""
    return plain_letters(word) if _ACCENTED.search(word) else word


@dataclass(frozen=True, slots=True)
class RareWords:
    """The passages by the words in them.

    `columns` numbers the known words. The word of column c stands in the passages `rows[starts[c]:starts[c + 1]]`, and
    `weights` is what it adds to the score of each. A word of the questions alone is known and stands in none.
    """

    columns: Mapping[str, int]
    starts: Integers
    rows: Integers
    weights: Floats
    passages: int

    def scores(self, asked: Sequence[str]) -> Floats:
        """For each passage the share, 0 to 1, of the most that a text with these stems could score."""
        found = np.zeros(self.passages, dtype=np.float32)
        most = 0.0
        for stem in dict.fromkeys(asked):
            column = self.columns.get(stem)
            start, end = (0, 0) if column is None else (int(self.starts[column]), int(self.starts[column + 1]))
            found[self.rows[start:end]] += self.weights[start:end]
            most += _rarity(self.passages, end - start) * (_SATURATION + 1)
        return found / np.float32(most) if most else found

    def unknown(self, asked: Sequence[str]) -> float:
        """The share of these stems that stand nowhere."""
        different = set(asked)
        return sum(stem not in self.columns for stem in different) / len(different) if different else 0.0

    def arrays(self) -> dict[str, Any]:
        return {"word_starts": self.starts, "word_rows": self.rows, "word_weights": self.weights}

    def facts(self) -> dict[str, Any]:
        return {"words": list(self.columns), "passages": self.passages}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], facts: Mapping[str, Any]) -> RareWords:
        columns = {word: column for column, word in enumerate(facts["words"])}
        return cls(columns, arrays["word_starts"], arrays["word_rows"], arrays["word_weights"], facts["passages"])


def index_words(passages: Sequence[str], questions: Sequence[str]) -> RareWords:
    counts = [Counter(stems(passage)) for passage in passages]
    lengths = [sum(count.values()) for count in counts]
    usual = max(1.0, sum(lengths) / len(lengths)) if lengths else 1.0
    postings: dict[str, list[tuple[int, int]]] = {}
    for row, count in enumerate(counts):
        for stem, times in count.items():
            postings.setdefault(stem, []).append((row, times))
    for question in questions:
        for stem in stems(question):
            postings.setdefault(stem, [])
    rows, weights, starts = list[int](), list[float](), [0]
    for found in postings.values():
        rarity = _rarity(len(passages), len(found))
        for row, times in found:
            held_back = _SATURATION * (1 - _LENGTH + _LENGTH * lengths[row] / usual)
            rows.append(row)
            weights.append(rarity * times * (_SATURATION + 1) / (times + held_back))
        starts.append(len(rows))
    columns = {stem: column for column, stem in enumerate(postings)}
    return RareWords(
        columns,
        np.array(starts, dtype=np.int64),
        np.array(rows, dtype=np.int64),
        np.array(weights, dtype=np.float32),
        len(passages),
    )


def _rarity(passages: int, having: int) -> float:
    return float(np.log(1 + (passages - having + 0.5) / (having + 0.5)))
