"""Puts misspelt words right before a text is classified; what is found in it is found in the original."""

from __future__ import annotations

import heapq
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.nlu.features import LONGEST, NgramSpace
from bot.nlu.words import NEGATED

MOST_REPAIRED = 16
"""Words looked up in one text, so that the time it takes is bounded."""

_LONGEST = 30
_LONG_ENOUGH = {1: 3, 2: 5, 3: 10}
"""Letters of a word that may be so many edits away from what was meant; shorter ones are one away."""

_SHORT = 3
"""Letters of a word that may be what was not meant, though it exists: half of all such letters are some word."""

_SHORT_EDIT = 4.0
"""What it costs besides to take a short word for another, and once more where it exists or begins with another letter:
one edit makes many of them another word, so that it takes the neighbours to tell, and few mistype the first letter."""

_EDIT, _BLANK = 2.5, 3.0
"""What an edit costs, and a blank that is missing, too many or a letter off, beside how unlikely the words are."""

_UNSEEN, _APART = 2.0, 1.0
"""What a word of no example costs more than the rarest of theirs, and two that no example has side by side."""

_NO_SUCH_WORD = 2.0
"""What it costs besides to leave a word as it is that nobody knows."""

_CANDIDATES = 30
_PATHS = 6
_ALONE = frozenset("ai")
"""The words of one letter."""

_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
"""A letter that is held: "hellooo". No word has three in a row."""

_MOST_DRAWN_OUT = 3
"""Held letters of a word that are read as two or as one; any more are one."""

_CHUNK = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_NO_WORD = re.compile(r"[\d@/\\_#]|\w\.\w")
"""What makes a chunk an address, a number or a name of something: it is left as it is."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of a text as it was written, and where; `odd` where it is probably not what was meant."""

    start: int
    end: int
    word: str
    fixed: bool
    odd: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that one written word, or `written` of them, may have been meant as; and what the difference costs."""

    written: int
    words: tuple[str, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class Path:
    """A reading of the beginning of a text, as its last part and the path to it; what it costs altogether."""

    cost: float
    last: Reading | None = None
    before: Path | None = None

    def readings(self) -> list[Reading]:
        found: list[Reading] = []
        path: Path | None = self
        while path and path.last:
            found.append(path.last)
            path = path.before
        return found[::-1]


@dataclass(frozen=True)
class Speller:
    """`vocabulary` are the words of the training examples, `known` other words that exist; both in lower case.

    A noisy channel (Kernighan, Church and Gale 1990): of all readings of a text the one that costs least, by the edits
    and by how unlikely each word is after the one before it.
    """

    vocabulary: Sequence[str]
    known: frozenset[str]
    space: NgramSpace

    @cached_property
    def _of_examples(self) -> frozenset[str]:
        return frozenset(self.vocabulary)

    @cached_property
    def _with_apostrophe(self) -> Mapping[str, str]:
        """The words of the examples that have one, by what is left of them without it: "im", "cest"."""
        return {word.replace("'", ""): word for word in self.vocabulary if "'" in word}

    def repair(self, text: str, keep: Iterable[str] = ()) -> str:
        """The text with words that nobody knows replaced by those of the vocabulary that were most likely meant.

        Blanks are put right as well ("ho wmuch", "howmuch"). Left alone are the words of `keep`, names (capital letters
        in the middle of a sentence) and whatever has digits or is an address.
        """
        pieces = self._pieces(text[:LONGEST], {word.lower() for part in keep for word in _WORD.findall(part)})
        if not any(piece.odd for piece in pieces):
            return text
        at = len(pieces)
        for reading in reversed(self._cheapest(pieces, self._readings(text, pieces))):
            meant = pieces[at - reading.written : at]
            if reading.words != tuple(piece.word for piece in meant):
                text = text[: meant[0].start] + " ".join(reading.words) + text[meant[-1].end :]
            at -= reading.written
        return text

    def can_read(self, text: str) -> bool:
        """False where no word is one and some cannot be put right either: "blorp zing" means nothing though "sing" is
        a word. Only words in ASCII letters are judged: a list of words says nothing about languages without blanks.
        """
        words = [word.group().lower() for word in _words(text[:LONGEST])]
        if not words or any(self._is_word(word) or not word.isascii() for word in words):
            return True
        repaired = _words(self.repair(text[:LONGEST]))
        return all(self._is_word(word.group().lower()) for word in repaired)

    def _pieces(self, text: str, kept: Collection[str]) -> list[Piece]:
        pieces = []
        for match in _words(text):
            word = match.group().lower()
            fixed = word in kept or _is_name(text, match)
            pieces.append(Piece(match.start(), match.end(), word, fixed, not fixed and self._is_odd(word)))
        return pieces

    def _is_odd(self, word: str) -> bool:
        if self._is_of_examples(word) or not 1 < len(_DRAWN_OUT.sub(r"\1", word)) <= _LONGEST:
            return False
        return len(word) <= _SHORT or not self._is_word(word)

    def _is_word(self, word: str) -> bool:
        """Whether it exists; "what's" does where "what" does."""
        return self._is_of_examples(word) or all(part in self.known or len(part) == 1 for part in word.split("'"))

    def _is_of_examples(self, word: str) -> bool:
        return word in self._of_examples or self.space.rarity_of(word) is not None

    def _readings(self, text: str, pieces: Sequence[Piece]) -> list[list[Reading]]:
        """For each piece what it may mean, alone or with the next; what says no, nothing else."""
        readings: list[list[Reading]] = []
        looked_up = 0
        for at, piece in enumerate(pieces):
            if piece.odd and (negated := NEGATED.get(_DRAWN_OUT.sub(r"\1", piece.word))) is not None:
                readings.append([Reading(1, (negated,), 0.0)])
                continue
            nobodys = piece.odd and len(piece.word) > 2 and not self._is_word(piece.word)
            found = [Reading(1, (piece.word,), _NO_SUCH_WORD if nobodys else 0.0)]
            if piece.odd and looked_up < MOST_REPAIRED:
                looked_up += 1
                found += self._alone(piece.word)
            following = pieces[at + 1] if at + 1 < len(pieces) else None
            if (
                following
                and (piece.odd or following.odd)
                and not (piece.fixed or following.fixed)
                and text[piece.end : following.start] == " "
            ):
                found += self._together(piece.word, following.word)
            readings.append(found)
        return readings

    def _alone(self, word: str) -> Iterator[Reading]:
        """The words of the examples that one word is near to, and pairs of them that it is without their blank.

        A word with a letter that is held is first of all the word without.
        """
        if _DRAWN_OUT.search(word):
            yield from (Reading(1, (meant,), 0.0) for meant in _let_go(word) if self._is_word(meant))
            word = _DRAWN_OUT.sub(r"\1", word)
        if (meant := self._with_apostrophe.get(word)) is not None:  # few write it on a telephone
            yield Reading(1, (meant,), 0.0)
        edits = max(count for count, letters in _LONG_ENOUGH.items() if len(word) >= letters or count == 1)
        near = process.extract(word, self.vocabulary, scorer=OSA.distance, score_cutoff=edits, limit=_CANDIDATES)
        short, is_word = len(word) <= _SHORT, self._is_word(word)
        for meant, distance, _ in near:
            doubts = 1 + (is_word or word[1:] == meant[1:]) if short else 0
            yield Reading(1, (meant,), _EDIT * distance + _SHORT_EDIT * doubts)
        for at in range(1, len(word)):
            before, after = word[:at], word[at:]
            if self._may_stand(before) and self._may_stand(after):
                yield Reading(1, (before, after), _BLANK)
            if len(before) > 1 and len(after) > 2 and self._may_stand(before) and self._may_stand(after[1:]):
                yield Reading(1, (before, after[1:]), _BLANK + _EDIT / 2)

    def _together(self, first: str, second: str) -> Iterator[Reading]:
        """Two words as one, or with the blank between them one letter off."""
        if self._is_of_examples(first + second):
            yield Reading(2, (first + second,), _BLANK)
        for before, after in ((first[:-1], first[-1] + second), (first + second[0], second[1:])):
            if before and after and self._may_stand(before) and self._may_stand(after):
                yield Reading(2, (before, after), _BLANK)

    def _may_stand(self, word: str) -> bool:
        return (len(word) > 1 or word in _ALONE) and self._is_of_examples(word)

    def _cheapest(self, pieces: Sequence[Piece], readings: Sequence[Sequence[Reading]]) -> list[Reading]:
        """The readings of all pieces that cost least together, in order."""
        paths: list[dict[str, Path]] = [{} for _ in range(len(pieces) + 1)]
        paths[0][""] = Path(0.0)
        for at, of_piece in enumerate(readings):
            for before, path in heapq.nsmallest(_PATHS, paths[at].items(), key=lambda item: item[1].cost):
                for reading in of_piece:
                    cost, last = path.cost + reading.cost, before
                    for word in reading.words:
                        cost, last = cost + self._cost(last, word), word
                    reached = paths[at + reading.written]
                    if last not in reached or cost < reached[last].cost:
                        reached[last] = Path(cost, reading, path)
        return min(paths[-1].values(), key=lambda path: path.cost).readings()

    def _cost(self, before: str, word: str) -> float:
        """How unlikely the word is after another: the logarithm of the share of texts, as rarity is."""
        cost, before = 0.0, before.rpartition("'")[2]
        for part in word.split("'"):
            together = self.space.rarity_of(f"{before} {part}") if before else None
            if together is not None:
                cost += max(0.0, together - (self.space.rarity_of(before) or 0.0))
            else:
                alone = self.space.rarity_of(part)
                cost += (self.space.rarest + _UNSEEN if alone is None else alone) + (_APART if before else 0.0)
            before = part
        return cost

    def facts(self) -> dict[str, Any]:
        return {"vocabulary": list(self.vocabulary), "known": sorted(self.known)}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any], space: NgramSpace) -> Speller:
        return cls(tuple(facts["vocabulary"]), frozenset(facts["known"]), space)


def learn_speller(texts: Iterable[str], known: Collection[str], space: NgramSpace) -> Speller:
    """`texts` are the training examples that `space` was learnt from, `known` a list of words."""
    vocabulary = {word.lower() for text in texts for word in _WORD.findall(text) if 1 < len(word) <= _LONGEST}
    return Speller(tuple(sorted(vocabulary)), frozenset(known), space)


def _let_go(word: str) -> Iterator[str]:
    """The word with each letter that is held twice or once: "cooool" is "cool" or "col"."""
    parts = _DRAWN_OUT.split(word)
    held = parts[1::2]
    for times in product((2, 1), repeat=min(len(held), _MOST_DRAWN_OUT)):
        counts = [*times, *(1 for _ in held[len(times) :])]
        yield parts[0] + "".join(
            letter * count + rest for letter, count, rest in zip(held, counts, parts[2::2], strict=True)
        )


def _words(text: str) -> Iterator[re.Match[str]]:
    for chunk in _CHUNK.finditer(text):
        if _NO_WORD.search(chunk.group()) is None:
            yield from _WORD.finditer(text, chunk.start(), chunk.end())


def _is_name(text: str, word: re.Match[str]) -> bool:
    """Whether it is written as a name: with a capital, and neither shouted nor at the beginning of a sentence."""
    if not word.group()[0].isupper() or (text.isupper() and len(text) > len(word.group())):
        return False
    before = text[: word.start()].rstrip("\"'( \n")
    return bool(before) and before[-1] not in ".!?:;"
