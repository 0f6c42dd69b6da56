"""Finds the names of look-up tables as people misspell them: "harbor pro" for Harbour Pro, "shiftbord"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 5
"""Letters of a name; shorter ones are a typing error away from too many words."""

MOST_WORDS = 200
"""Words of a message that are looked at."""


@dataclass(frozen=True, slots=True)
class Close:
    """The words `first` to `after` (exclusive) are nearly the phrase; `likeness` is 1 where they are but for blanks."""

    phrase: str
    first: int
    after: int
    likeness: float


@dataclass(frozen=True, slots=True)
class CloseNames:
    """`shelves` has the phrases by first letter and length, both counted without blanks.

    `words` are words of the language that are near a phrase and mean themselves: "started" is not the plan "Starter".
    """

    shelves: Mapping[tuple[str, int], Mapping[str, str]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    longest: int = 0

    def find(self, words: Sequence[str]) -> Iterator[Close]:
        """In the words of a message, in lower case; the closest phrase at each, longer stretches first."""
        at, end = 0, min(len(words), MOST_WORDS)
        while at < end and self.shelves:
            found = next(
                (
                    close
                    for length in range(min(self.longest + 1, end - at), 0, -1)
                    if (close := self._closest(words, at, length)) is not None
                ),
                None,
            )
            if found is not None:
                yield found
            at = at + 1 if found is None else found.after

    def is_near(self, word: str) -> bool:
        return self._closest([word], 0, 1) is not None

    def facts(self) -> dict[str, Any]:
        phrases = sorted(phrase for shelf in self.shelves.values() for phrase in shelf.values())
        return {"phrases": phrases, "words": sorted(self.words)}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> CloseNames:
        return replace(_shelved(facts["phrases"]), words=frozenset(facts["words"]))

    def _closest(self, words: Sequence[str], at: int, length: int) -> Close | None:
        written = "".join(words[at : at + length])
        if len(written) < SHORTEST or (length == 1 and written in self.words):
            return None
        allowed = _allowed(len(written))
        best: Close | None = None
        for size in range(len(written) - allowed, len(written) + allowed + 1):
            shelf = self.shelves.get((written[0], size))
            if not shelf:
                continue
            found = process.extractOne(written, shelf.keys(), scorer=OSA.distance, score_cutoff=allowed)
            if found is None:
                continue
            phrase, distance = shelf[found[0]], int(found[1])
            # A blank too many or too few is an error of its own; with another one it would be a guess.
            if phrase.count(" ") + 1 != length and distance > 0:
                continue
            likeness = round(1 - distance / max(len(written), size), 2)
            if best is None or likeness > best.likeness:
                best = Close(phrase, at, at + length, likeness)
        return best


NO_CLOSE_NAMES = CloseNames()


def build_close_names(phrases: Iterable[str], language: Iterable[str] = ()) -> CloseNames:
    """From phrases in lower case with single blanks between words, and the words of the language."""
    names = _shelved(phrases)
    keys = {key for shelf in names.shelves.values() for key in shelf}
    return replace(names, words=frozenset(word for word in language if word not in keys and names.is_near(word)))


def _shelved(phrases: Iterable[str]) -> CloseNames:
    shelves: dict[tuple[str, int], dict[str, str]] = {}
    longest = 0
    for phrase in sorted(phrases):
        key = phrase.replace(" ", "")
        if len(key) >= SHORTEST:
            shelves.setdefault((key[0], len(key)), {}).setdefault(key, phrase)
            longest = max(longest, phrase.count(" ") + 1)
    return CloseNames(shelves, longest=longest)


def _allowed(letters: int) -> int:
    """How many letters may be wrong, missing, too many or swapped."""
    return 1 if letters < 8 else 2 if letters < 12 else 3
