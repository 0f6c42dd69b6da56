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
    """`shelves` has the phrases without blanks by first letter and number of words, then by length.

    `joined` leads from them to the phrases as they are.

    `words` are words of the language that are near a phrase and mean themselves: "started" is not the plan "Starter".
    """

    shelves: Mapping[tuple[str, int], Mapping[int, Sequence[str]]] = field(default_factory=dict)
    joined: Mapping[str, str] = field(default_factory=dict)
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
        return {"phrases": sorted(self.joined.values()), "words": sorted(self.words)}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> CloseNames:
        return replace(_shelved(facts["phrases"]), words=frozenset(facts["words"]))

    def _closest(self, words: Sequence[str], at: int, length: int) -> Close | None:
        written = "".join(words[at : at + length])
        if len(written) < SHORTEST or (length == 1 and written in self.words):
            return None
        if written in self.joined:
            return Close(self.joined[written], at, at + length, 1.0)
        # A blank too many or too few is an error of its own; with another one it would be a guess.
        shelf = self.shelves.get((written[0], length))
        if shelf is None:
            return None
        allowed = _allowed(len(written))
        best: Close | None = None
        for size in range(len(written) - allowed, len(written) + allowed + 1):
            names = shelf.get(size)
            found = process.extractOne(written, names, scorer=OSA.distance, score_cutoff=allowed) if names else None
            if found is not None:
                likeness = round(1 - int(found[1]) / max(len(written), size), 2)
                if best is None or likeness > best.likeness:
                    best = Close(self.joined[found[0]], at, at + length, likeness)
        return best


NO_CLOSE_NAMES = CloseNames()


def build_close_names(phrases: Iterable[str], language: Iterable[str] = ()) -> CloseNames:
    """From phrases in lower case with single blanks between words, and the words of the language."""
    names = _shelved(phrases)
    near = (word for word in language if word not in names.joined and names.is_near(word))
    return replace(names, words=frozenset(near))


def _shelved(phrases: Iterable[str]) -> CloseNames:
    shelves: dict[tuple[str, int], dict[int, list[str]]] = {}
    joined: dict[str, str] = {}
    for phrase in sorted(phrases):
        key = phrase.replace(" ", "")
        if len(key) >= SHORTEST and key not in joined:
            joined[key] = phrase
            shelf = shelves.setdefault((key[0], phrase.count(" ") + 1), {})
            shelf.setdefault(len(key), []).append(key)
    longest = max((phrase.count(" ") + 1 for phrase in joined.values()), default=0)
    return CloseNames(shelves, joined, longest=longest)


def _allowed(letters: int) -> int:
    """How many letters may be wrong, missing, too many or swapped."""
    return 1 if letters < 8 else 2 if letters < 12 else 3
