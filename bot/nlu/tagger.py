"""Tags annotated entities in texts with values that nobody listed: a conditional random field over words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

import pycrfsuite

from bot.domain.understanding import Entity
from bot.nlu.patterns import NamedPatterns, named
from bot.nlu.words import FILLERS, LETTERS, NO_NAMES, UNSPACED

OUTSIDE = "O"
LEAST = 0.5
"""Probability from which a stretch of words is taken for an entity where nothing else has found it."""

MOST_WORDS = 300
"""Words of a message that are tagged."""

_APOSTROPHES = "'’"
_WORD = re.compile(rf"{LETTERS}+(?:['’-]{LETTERS}+)*|[{UNSPACED}]|[^\w\s]")

Kind = tuple[str, str | None, str | None]
"""The name, the role and the group of an entity."""

Affixes = tuple[frozenset[str], frozenset[str]]
"""What stands in front and what behind, in small letters."""


@dataclass(frozen=True, slots=True)
class Tagger:
    """`model` is what crfsuite trained. Its labels are O, and B- or I- with the place of a kind in `kinds`.

    `known` are the words of the training texts in lower case; another word is told by its shape and its neighbours.
    `patterns` are Rasa's regular expressions, which help to tell the words that they match. `affixes` is what examples
    have in front of each kind, and behind it, within a word: `'s`, a Turkish `'da`, a Korean particle.
    """

    model: bytes
    kinds: Sequence[Kind]
    known: frozenset[str]
    patterns: NamedPatterns = ()
    affixes: Mapping[int, Affixes] = field(default_factory=dict)
    _crf: Any = field(init=False, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        crf = pycrfsuite.Tagger()
        crf.open_inmemory(self.model)
        object.__setattr__(self, "_crf", crf)

    def find(self, text: str) -> Iterator[Entity]:
        """Entities with their words as value, from left to right, also unsure ones; they do not overlap."""
        words = words_of(text)[:MOST_WORDS]
        if not words:
            return
        rows = features(text, words, self.patterns, self.known)
        with self._lock:  # crfsuite keeps the text between the calls
            self._crf.set(rows)
            labels = self._crf.tag()
            spans = [
                (kind, first, after, min(self._crf.marginal(labels[at], at) for at in range(first, after)))
                for kind, first, after in _spans(labels)
            ]
        for kind, first, after, probability in spans:
            while first < after and self._says_nothing(words[first][0]):
                first += 1
            while first < after and self._says_nothing(words[after - 1][0]):
                after -= 1
            if all(word[0].lower() in FILLERS for word in words[first:after]):
                continue
            name, role, group = self.kinds[kind]
            start, end = words[first].start(), words[after - 1].end()
            before, behind = self.affixes.get(kind, (frozenset(), frozenset()))
            start += max((len(one) for one in before if words[first][0].lower().startswith(one)), default=0)
            end -= _length_behind(words[after - 1][0].lower(), behind)
            if start >= end:
                continue
            yield Entity(
                name, text[start:end], text[start:end], start, end, round(probability, 4), role, group, "tagger"
            )

    def _says_nothing(self, word: str) -> bool:
        """Whether it is a mark or an emoji that no example has: not even one half of a flag is a city."""
        return not word[0].isalnum() and word not in self.known

    def facts(self) -> dict[str, Any]:
        return {
            "kinds": [list(kind) for kind in self.kinds],
            "known": sorted(self.known),
            "patterns": [[name, pattern.written] for name, pattern in self.patterns],
            "affixes": [[kind, sorted(before), sorted(behind)] for kind, (before, behind) in self.affixes.items()],
        }

    @classmethod
    def from_facts(cls, model: bytes, facts: Mapping[str, Any]) -> Tagger:
        return cls(
            model,
            [(name, role, group) for name, role, group in facts["kinds"]],
            frozenset(facts["known"]),
            named(facts["patterns"]),
            {kind: (frozenset(before), frozenset(behind)) for kind, before, behind in facts["affixes"]},
        )


def _length_behind(word: str, behind: Collection[str]) -> int:
    """How much of the word's end is no part of the entity. Where examples have something behind an apostrophe, whatever
    stands behind one is none, unless it is the longer part: "Ankara'dan", but "O'Brien"."""
    known = max((len(one) for one in behind if word.endswith(one)), default=0)
    if known or not any(one[0] in _APOSTROPHES for one in behind):
        return known
    stem = max(map(word.rfind, _APOSTROPHES))
    return len(word) - stem if stem >= len(word) - stem - 1 else 0


def words_of(text: str) -> list[re.Match[str]]:
    return list(_WORD.finditer(text))


def features(
    text: str, words: Sequence[re.Match[str]], patterns: NamedPatterns, known: Collection[str]
) -> list[list[str]]:
    """What the field sees of each word: itself, its shape, and the two words on either side."""
    own = [_own_features(word[0], known) for word in words]
    matched = [(name, span) for name, pattern in patterns for span in pattern.find(text)]
    rows = []
    for at, word in enumerate(words):
        row = ["bias", *own[at]]
        row += [f"p:{name}" for name, (start, end) in matched if start < word.end() and word.start() < end]
        for step, name in ((-2, "-2"), (-1, "-1"), (1, "+1"), (2, "+2")):
            if 0 <= at + step < len(words):
                row += [f"{name}{one}" for one in own[at + step][:2]]
            elif abs(step) == 1:
                row.append(f"{name}edge")
        rows.append(row)
    return rows


def _own_features(word: str, known: Collection[str]) -> list[str]:
    lower = word.lower()
    kind = "digit" if word[0].isdigit() else "mark" if not word[0].isalnum() else "word"
    title = "title" if word[0].isupper() else "lower"
    if lower not in known and lower not in NO_NAMES:
        return ["unknown", f"kind:{kind}", f"case:{title}", f"s3:{lower[-3:]}"]
    return [f"low:{lower}", f"kind:{kind}", f"case:{title}", f"s3:{lower[-3:]}", f"p3:{lower[:3]}"]


def _spans(labels: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """The kind, the first word and the one after the last of each entity."""
    at = 0
    while at < len(labels):
        label = labels[at]
        if label.startswith(OUTSIDE):
            at += 1
            continue
        after = at + 1
        while after < len(labels) and labels[after] == f"I-{label[2:]}":
            after += 1
        yield int(label[2:]), at, after
        at = after


def over_whole_places(tags: Iterable[Entity], places: Iterable[Entity]) -> list[Entity]:
    """The tags, of which those that lie in the name of one place and are of one kind are one, over all of the name:
    where examples name places of one word, "San" and "Francisco" are tagged each."""
    found = list(tags)
    for place in places:
        touched = [tag for tag in found if _overlap(place, tag)]
        within = all(place.start <= tag.start and tag.end <= place.end for tag in touched)
        if touched and within and len({(tag.name, tag.role, tag.group) for tag in touched}) == 1:
            surest = max(touched, key=lambda tag: tag.confidence)
            whole = replace(surest, value=place.text, text=place.text, start=place.start, end=place.end)
            found = [whole if tag is touched[0] else tag for tag in found if tag not in touched[1:]]
    return found


def with_tags(
    tagged: Sequence[Entity], found: Sequence[Entity], alike_names: Collection[frozenset[str]] = ()
) -> list[Entity]:
    """What was found, with what the tagger says of it.

    Words that were found as the same entity keep their value and get the role and group of the tag. A tag that goes
    further than such words takes their place; one that shares words with another entity from a list is dropped, unless
    the two are `alike_names`: they have values in common, as where a journey begins and where it ends, so that a list
    says little. A tag that is unsure finds nothing by itself, but says the role and group of what was found, and which
    of several entities it is: that it is one is known then.
    """
    kept = list(found)
    for tag in tagged:
        alike = [one for one in kept if one.name == tag.name and _overlap(one, tag)]
        others = [one for one in kept if one.name != tag.name and one.extractor in _LISTED and _overlap(one, tag)]
        if any(one.start < tag.start or tag.end < one.end or _same_place(one, tag) for one in alike):
            kept = [_in_role(one, tag) if one in alike else one for one in kept]
            # One phrase may be listed for several entities; the words around it say which is meant.
            kept = [one for one in kept if not (one in others and _same_place(one, tag))]
        elif tag.confidence >= LEAST and all(
            {one.name, tag.name} in alike_names and _same_place(one, tag) for one in others
        ):
            kept = [one for one in kept if one not in others]
            # What the author annotated is no name of a person or an organisation either.
            guessed = [one for one in kept if one.extractor == "names" and _same_place(one, tag)]
            kept = [*(one for one in kept if one not in alike and one not in guessed), tag]
    return kept


_LISTED = frozenset({"gazetteer", "regex", "close_names"})


def _overlap(one: Entity, other: Entity) -> bool:
    return one.start < other.end and other.start < one.end


def _same_place(one: Entity, other: Entity) -> bool:
    return (one.start, one.end) == (other.start, other.end)


def _in_role(entity: Entity, tag: Entity) -> Entity:
    return replace(entity, role=tag.role or entity.role, group=tag.group or entity.group)
