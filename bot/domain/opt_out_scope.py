"""How far an opt-out goes by its own words: "stop the e-mails, but keep texting me"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from unicodedata import category

from bot.domain.word_forms import LONGEST_TEXT, spelled

_CLAUSE = re.compile(r"(.*?)([.!?;:,()\"\n\u2026\u2013\u2014]+|\s-+\s|$)", re.DOTALL)


class _Said(Enum):
    """What a word says of the channels beside it."""

    END = auto()
    KEEP = auto()
    BESIDE = auto()
    BUT = auto()
    ALSO = auto()


@dataclass(frozen=True, slots=True)
class ScopeForm:
    """The words of one language. `names` are those of channels; what the others are: see `scope_form`."""

    vocabulary: frozenset[str]
    names: Mapping[tuple[str, ...], str]
    others: Mapping[tuple[str, ...], _Said]
    longest: int

    def knows(self, words: Iterable[str]) -> bool:
        """Whether each of the words stands in some phrase of it, without which nothing is kept."""
        return self.vocabulary.issuperset(words)

    def kept_in(self, text: str) -> frozenset[str]:
        """The channels that it keeps while it ends others."""
        ended, kept = self._read(text)
        return kept if ended and not ended & kept else frozenset()

    def ended_in(self, text: str) -> frozenset[str]:
        """The channels that it ends, where it keeps none: "neither e-mails nor texts"."""
        ended, kept = self._read(text)
        return frozenset() if kept or "?" in text else ended

    def _read(self, text: str) -> tuple[frozenset[str], frozenset[str]]:
        """The channels that it ends, and those that it keeps.

        None where it says anything else, too, be it by an emoji, so that nothing is kept by a sentence that is not
        understood to its last word: each part of it says of channels that it names either that they end, or that they
        stay.
        """
        nothing = frozenset[str](), frozenset[str]()
        if len(text) > LONGEST_TEXT or any(category(one) == "So" for one in text):
            return nothing
        found: dict[_Said, set[str]] = {_Said.END: set(), _Said.KEEP: set()}
        before: _Said | None = None
        for part, asks in self._parts(text):
            channels = {one for one in part if isinstance(one, str)}
            said = {one for one in part if isinstance(one, _Said) and one in found}
            if not channels and not said and None not in part:
                continue  # "please", or "thank you"
            if before is not None and _goes_on(part):
                said.add(before)
            before = _only(said)
            if before is None or not channels or None in part or (asks and before is _Said.KEEP):
                return nothing
            found[before] |= channels
        return frozenset(found[_Said.END]), frozenset(found[_Said.KEEP])

    def named_in(self, text: str) -> frozenset[str]:
        """The channels that it names at all."""
        return frozenset(one for part, _ in self._parts(text) for one in part if isinstance(one, str))

    def _parts(self, text: str) -> Iterator[tuple[Sequence[_Said | str | None], bool]]:
        """What its words are, clause by clause, and whether that is a question; one that joins begins a part."""
        for clause, mark in _CLAUSE.findall(text):
            part: list[_Said | str | None] = []
            for word in self._words(spelled(clause)):
                if word in (_Said.BUT, _Said.ALSO) and part:
                    yield part, "?" in mark
                    part = []
                part.append(word)
            yield part, "?" in mark

    def _words(self, words: Sequence[str]) -> Iterator[_Said | str | None]:
        """Each as what it is, the longest phrase first; None for what is on no list."""
        at = 0
        while at < len(words):
            for size in range(self.longest, 0, -1):
                phrase = tuple(words[at : at + size])
                if phrase in self.names or phrase in self.others:
                    break
            yield self.names.get(phrase) or self.others.get(phrase)
            at += len(phrase)


def _goes_on(part: Sequence[_Said | str | None]) -> bool:
    """Whether a name comes next after "and", which what was said before may be meant of: "no e-mails and texts"."""
    first = next((one for one in part if one not in (_Said.BUT, _Said.ALSO, _Said.BESIDE)), None)
    return _Said.ALSO in part and isinstance(first, str)


def _only(said: Collection[_Said]) -> _Said | None:
    return next(iter(said)) if len(said) == 1 else None


def scope_form(
    channels: Mapping[str, Iterable[str]],
    *,
    end: Collection[str],
    keep: Collection[str],
    beside: Collection[str] = (),
    but: Collection[str] = (),
    also: Collection[str] = (),
) -> ScopeForm:
    """`channels` are what each is called; `end` and `keep` what is said of one that is to end, and to stay; `beside`
    what may stand there and changes nothing. `but` and `also` begin another part; after `also` a name alone goes with
    what was said before."""
    said = {_Said.BESIDE: beside, _Said.KEEP: keep, _Said.END: end, _Said.BUT: but, _Said.ALSO: also}
    names = {spelled(word): channel for channel, words in channels.items() for word in words}
    others = {spelled(word): kind for kind, words in said.items() for word in words}
    phrases = (*names, *others)
    return ScopeForm(frozenset(chain(*phrases)), names, others, max(map(len, phrases), default=1))
