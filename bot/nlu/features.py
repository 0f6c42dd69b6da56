"""Word and character n-grams of a text as a sparse, weighted vector; by a small path of our own, quick on one text."""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from bot.nlu.words import LETTERS, UNSPACED

Floats = np.ndarray[Any, np.dtype[np.float32]]
Integers = np.ndarray[Any, np.dtype[np.int64]]

LONGEST = 1000
"""Characters read of one text."""

_WORD = re.compile(rf"{LETTERS}+|[{UNSPACED}?!]|[\u2190-\u2bff\U0001f000-\U0001faff]")  # words, and emoji one by one
_SHORTEST_GRAM, _LONGEST_GRAM = 2, 5
_NONE: Integers = np.zeros(0, dtype=np.int64)
_TRUE = np.ones(1, dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class SparseRow:
    """One text: the columns that are not zero, and their weights; and how many words and pairs have no column."""

    columns: Integers
    weights: Floats
    unknown: int = 0


@dataclass(frozen=True)
class NgramSpace:
    """The n-grams seen in training: their column by the CRC-32 of their text, and their inverse document frequency.

    Columns from `first_character_column` on are character n-grams; both halves are scaled to unit length by themselves.
    """

    column_of: Mapping[int, int]
    rarity: Floats
    first_character_column: int

    @property
    def rarest(self) -> float:
        """The inverse document frequency of what only one text has."""
        return float(self.rarity.max(initial=1.0))

    def rarity_of(self, words: str) -> float | None:
        """The inverse document frequency of a word or a pair of words, in lower case; None where it is in no text."""
        column = self.column_of_word(words)
        return float(self.rarity[column]) if column is not None else None

    def column_of_word(self, words: str) -> int | None:
        """That of a word or a pair of words, in lower case; None where it is in no text."""
        column = self.column_of.get(_hash("w", words))
        return column if column is not None and column < self.first_character_column else None

    def row(self, text: str) -> SparseRow:
        found = tokens(text)
        grams = _word_grams(found)
        words, word_weights = self._weighted(self._columns(grams))
        pieces = np.concatenate([_NONE, *(self._characters_of(token) for token in found)])
        characters, character_weights = self._weighted(pieces)
        return SparseRow(
            np.concatenate([words, characters]),
            np.concatenate([word_weights, character_weights]),
            unknown=len(set(grams)) - len(words),
        )

    def _weighted(self, found: Integers) -> tuple[Integers, Floats]:
        """Each column once, with its weight; together they have unit length."""
        if not len(found):
            return _NONE, np.zeros(0, dtype=np.float32)
        ordered = np.sort(found)
        ends = np.flatnonzero(np.concatenate([_TRUE, ordered[1:] != ordered[:-1], _TRUE]))
        columns, counts = ordered[ends[:-1]], ends[1:] - ends[:-1]
        values = (1.0 + np.log(counts.astype(np.float32))) * self.rarity[columns]
        return columns, (values / max(math.sqrt(values @ values), 1e-6)).astype(np.float32)

    def _columns(self, grams: Iterable[int]) -> Integers:
        return np.array([column for gram in grams if (column := self.column_of.get(gram)) is not None], dtype=np.int64)

    @cached_property
    def _characters_of(self) -> Callable[[str], Integers]:
        """The columns of the pieces of a word. Kept for words seen before, which most are."""
        return lru_cache(maxsize=20_000)(lambda token: self._columns(_character_grams(token)))


def ngrams(text: str) -> tuple[list[int], list[int]]:
    """The hashes of the words and pairs of words in the text, and of the 2 to 5 characters within each word."""
    found = tokens(text)
    return _word_grams(found), [gram for token in found for gram in _character_grams(token)]


def tokens(text: str) -> list[str]:
    """The words and emoji of a text; of one without any, such as ":)", what stands between its blanks."""
    read = text[:LONGEST].lower()
    return _WORD.findall(read) or read.split()


def _word_grams(found: Sequence[str]) -> list[int]:
    pairs = [f"{first} {second}" for first, second in pairwise(found)]
    return [_hash("w", gram) for gram in (*found, *pairs)]


@lru_cache(maxsize=20_000)
def _character_grams(token: str) -> tuple[int, ...]:
    """Kept for words seen before, which most are: hashing took half of the time of a text."""
    padded = f" {token} "
    return tuple(
        _hash("c", padded[at : at + size])
        for size in range(_SHORTEST_GRAM, _LONGEST_GRAM + 1)
        for at in range(max(1, len(padded) - size + 1))
    )


def _hash(kind: str, gram: str) -> int:
    return zlib.crc32(f"{kind}{gram}".encode("utf-8", "surrogatepass"))


def learn_ngram_space(texts: Sequence[str], *, most: int = 60_000) -> NgramSpace:
    """The n-grams of these texts, the most frequent ones where there are more than `most` of a kind."""
    of_words: Counter[int] = Counter()
    of_characters: Counter[int] = Counter()
    for text in texts:
        words, characters = ngrams(text)
        of_words.update(set(words))
        of_characters.update(set(characters))
    kept_words, kept_characters = _most_frequent(of_words, most), _most_frequent(of_characters, most)
    kept = [*kept_words, *kept_characters]
    frequency = np.array(
        [of_words[gram] for gram in kept_words] + [of_characters[gram] for gram in kept_characters], dtype=np.float32
    )
    rarity = (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32)
    return NgramSpace({gram: column for column, gram in enumerate(kept)}, rarity, len(kept_words))


def _most_frequent(counts: Counter[int], most: int) -> list[int]:
    # Ties are broken by the hash, so that training twice gives the same model.
    ordered: Iterable[tuple[int, int]] = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [gram for gram, _ in list(ordered)[:most]]
