"""Puts misspelt words right before a text is classified; what is found in it is found in the original."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.nlu.features import LONGEST, NgramSpace

MOST_REPAIRED = 16
"""Words looked up in one text, so that the time it takes is bounded."""

_SHORTEST, _LONGEST = 3, 30
_LONG_ENOUGH_FOR_TWO = 6
"""Letters of a word that may be two edits away from what was meant."""

_EDIT = 4.0
"""What an edit costs beside the rarities of a word and of the pairs that it makes with its neighbours."""

_UNSEEN = 1.0
_CANDIDATES = 8
_CHUNK = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_NO_WORD = re.compile(r"[\d@/\\_#]|\w\.\w")
"""What makes a chunk an address, a number or a name of something: it is left as it is."""


@dataclass(frozen=True, slots=True)
class Speller:
    """`vocabulary` are the words of the training examples, `known` other words that exist; both in lower case."""

    vocabulary: Sequence[str]
    known: frozenset[str]
    space: NgramSpace

    def repair(self, text: str, keep: Iterable[str] = ()) -> str:
        """The text with words that nobody knows replaced by those of the vocabulary that were most likely meant.

        Left alone are the words of `keep`, names (capital letters in the middle of a sentence) and whatever has digits
        or is an address.
        """
        kept = {word.lower() for part in keep for word in _WORD.findall(part)}
        words = list(self._words(text[:LONGEST]))
        lowered = [word.group().lower() for word in words]
        repaired: list[tuple[int, int, str]] = []
        looked_up = 0
        for at, word in enumerate(words):
            if looked_up == MOST_REPAIRED or lowered[at] in kept or self._is_known(lowered[at]) or _is_name(text, word):
                continue
            looked_up += 1
            before, after = lowered[at - 1] if at else "", lowered[at + 1] if at + 1 < len(words) else ""
            if (meant := self._meant(lowered[at], before, after)) is not None:
                lowered[at] = meant
                repaired.append((word.start(), word.end(), meant))
        for start, end, meant in reversed(repaired):
            text = text[:start] + meant + text[end:]
        return text

    def can_read(self, text: str) -> bool:
        """False where no word is one and some cannot be put right either: "blorp zing" means nothing though "sing" is
        a word. Only words in ASCII letters are judged: a list of words says nothing about languages without blanks.
        """
        words = [word.group().lower() for word in self._words(text[:LONGEST])]
        if not words or any(self._is_word(word) or not word.isascii() for word in words):
            return True
        repaired = self._words(self.repair(text[:LONGEST]))
        return all(self._is_word(word.group().lower()) for word in repaired)

    def _is_word(self, word: str) -> bool:
        return word in self.known or self.space.rarity_of(word) is not None

    def _words(self, text: str) -> Iterable[re.Match[str]]:
        for chunk in _CHUNK.finditer(text):
            if _NO_WORD.search(chunk.group()) is None:
                yield from _WORD.finditer(text, chunk.start(), chunk.end())

    def _is_known(self, word: str) -> bool:
        return not _SHORTEST <= len(word) <= _LONGEST or self._is_word(word)

    def _meant(self, word: str, before: str, after: str) -> str | None:
        edits = 2 if len(word) >= _LONG_ENOUGH_FOR_TWO else 1
        near = process.extract(word, self.vocabulary, scorer=OSA.distance, score_cutoff=edits, limit=_CANDIDATES)
        if not near:
            return None
        return min((self._cost(meant, distance, before, after), meant) for meant, distance, _ in near)[1]

    def _cost(self, word: str, distance: float, before: str, after: str) -> float:
        rarest = self.space.rarest + _UNSEEN
        alone = self.space.rarity_of(word) or rarest
        pairs = [f"{before} {word}", f"{word} {after}"]
        together = sum(self.space.rarity_of(pair) or rarest for pair in pairs)
        return _EDIT * distance + 0.5 * alone + 0.5 * together

    def facts(self) -> dict[str, Any]:
        return {"vocabulary": list(self.vocabulary), "known": sorted(self.known)}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any], space: NgramSpace) -> Speller:
        return cls(tuple(facts["vocabulary"]), frozenset(facts["known"]), space)


def learn_speller(texts: Iterable[str], known: Collection[str], space: NgramSpace) -> Speller:
    """`texts` are the training examples that `space` was learnt from, `known` a list of words."""
    vocabulary = {
        word.lower() for text in texts for word in _WORD.findall(text) if _SHORTEST - 1 <= len(word) <= _LONGEST
    }
    return Speller(tuple(sorted(vocabulary)), frozenset(known), space)


def _is_name(text: str, word: re.Match[str]) -> bool:
    """Whether it is written as a name: with a capital, and neither shouted nor at the beginning of a sentence."""
    if not word.group()[0].isupper() or (text.isupper() and len(text) > len(word.group())):
        return False
    before = text[: word.start()].rstrip("\"'( \n")
    return bool(before) and before[-1] not in ".!?:;"
