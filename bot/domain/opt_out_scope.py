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
    ONLY = auto()
    INSTEAD = auto()
    EXCEPT = auto()


_JOINING = frozenset({_Said.BUT, _Said.ALSO, _Said.INSTEAD, _Said.EXCEPT})
"""What begins another part."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a message says of channels: which end and which stay; `plainly` where it has a word of ending."""

    ended: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    plainly: bool = False
    alone: bool = False
    """Whether nothing but what stays is to go on: "only e-mail", "texts instead of calls"."""


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
        told = self._read(text)
        return told.kept if told.plainly else frozenset()

    def preferred_in(self, text: str) -> frozenset[str]:
        """The channels that it would have in the place of all others, also where it does not say that those end: "just
        e-mail me", "texts instead of calls"."""
        told = self._read(text)
        return told.kept if told.plainly or told.alone else frozenset()

    def ended_in(self, text: str) -> frozenset[str]:
        """The channels that it ends, where it keeps none: "neither e-mails nor texts"."""
        told = self._read(text)
        return frozenset() if told.kept or "?" in text else told.ended

    def _read(self, text: str) -> _Told:
        """Nothing where it says anything else, too, be it by an emoji, so that nothing is kept by a sentence that is
        not understood to its last word: each part of it says of channels that it names either that they end, or that
        they stay. "Everything but e-mails" names none before it.
        """
        if len(text) > LONGEST_TEXT or any(category(one) == "So" for one in text):
            return _Told()
        found: dict[_Said, set[str]] = {_Said.END: set(), _Said.KEEP: set()}
        before, plainly, alone = None, False, False
        parts = [(part, asks) for part, asks in self._parts(text) if not _adds_nothing(part)]
        for number, (part, asks) in enumerate(parts):
            follows = _first(parts[number + 1][0]) if number + 1 < len(parts) else None
            begins = _first(parts[0][0]) if number == 1 else None
            channels, said = _channels(part), _said_of_channels(part)
            if _Said.END not in said and _Said.INSTEAD in (follows, begins):
                said.add(_Said.KEEP)  # "texts instead of calls": what stands beside what ends
            if before is not None and _goes_on(part):
                said.add(before)
            before = _only(said)
            ends_all = follows is _Said.EXCEPT and before is _Said.END and not channels
            if before is None or (not channels and not ends_all) or None in part:
                return _Told()
            alone = alone or not _THE_REST_ENDS.isdisjoint(part)
            if asks and before is _Said.KEEP and not alone:
                return _Told()
            plainly = plainly or (before is _Said.END and _Said.INSTEAD not in part)
            found[before] |= channels
        ended, kept = frozenset(found[_Said.END]), frozenset(found[_Said.KEEP])
        return _Told() if ended & kept else _Told(ended, kept, plainly, alone)

    def named_in(self, text: str) -> frozenset[str]:
        """The channels that it names at all."""
        return frozenset(one for part, _ in self._parts(text) for one in part if isinstance(one, str))

    def _parts(self, text: str) -> Iterator[tuple[Sequence[_Said | str | None], bool]]:
        """What its words are, clause by clause, and whether that is a question; one that joins begins a part."""
        for clause, mark in _CLAUSE.findall(text):
            part: list[_Said | str | None] = []
            for word in self._words(spelled(clause)):
                if word in _JOINING and part:
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


_THE_REST_ENDS = frozenset({_Said.ONLY, _Said.INSTEAD})
_MEANS = {_Said.ONLY: _Said.KEEP, _Said.EXCEPT: _Said.KEEP, _Said.INSTEAD: _Said.END}


def _first(part: Sequence[_Said | str | None]) -> _Said | str | None:
    return part[0] if part else None


def _channels(part: Sequence[_Said | str | None]) -> set[str]:
    return {one for one in part if isinstance(one, str)}


def _said_of_channels(part: Sequence[_Said | str | None]) -> set[_Said]:
    """Whether they end or stay; both where it is not plain."""
    told = {_MEANS.get(one, one) for one in part if isinstance(one, _Said)}
    return told & {_Said.END, _Said.KEEP}


def _adds_nothing(part: Sequence[_Said | str | None]) -> bool:
    """ "Please", or "thank you"."""
    return not _channels(part) and not _said_of_channels(part) and None not in part


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
    only: Collection[str] = (),
    instead: Collection[str] = (),
    all_but: Collection[str] = (),
) -> ScopeForm:
    """`channels` are what each is called; `end` and `keep` what is said of one that is to end, and to stay; `only` says
    that nothing else stays; `beside` is what may stand there and changes nothing. `but`, `also`, `instead` and
    `all_but` begin another part: after `also` a name alone goes with what was said before, after `instead` it ends, and
    after `all_but` it stays."""
    said = {
        _Said.BESIDE: beside,
        _Said.KEEP: keep,
        _Said.END: end,
        _Said.BUT: but,
        _Said.ALSO: also,
        _Said.ONLY: only,
        _Said.INSTEAD: instead,
        _Said.EXCEPT: all_but,
    }
    names = {spelled(word): channel for channel, words in channels.items() for word in words}
    others = {spelled(word): kind for kind, words in said.items() for word in words}
    phrases = (*names, *others)
    return ScopeForm(frozenset(chain(*phrases)), names, others, max(map(len, phrases), default=1))
