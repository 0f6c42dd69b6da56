"""Finds entities by the words that the training data gives for them: look-ups, annotations, regular expressions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from typing import Any

from bot.domain.understanding import Entity
from bot.nlu.close_names import NO_CLOSE_NAMES, CloseNames, build_close_names
from bot.nlu.numbers import NumberContexts
from bot.nlu.patterns import NamedPatterns, named
from bot.nlu.training_data import TrainingData
from bot.nlu.words import FILLERS, LETTERS, UNSPACED

TYPED = frozenset({"number", "email", "phone", "time", "timeline", "person"})
"""Entities with a finder of their own: what stands in an example is no list of them, unless it has a value given."""

_WORD = re.compile(rf"{LETTERS}+(?:['’-]{LETTERS}+)*|[{UNSPACED}]")
_CHARACTER = re.compile(rf"[{UNSPACED}]")
_INITIALS = 2
_AROUND = " \t\n.,;:!?"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase stands for."""

    entity: str
    value: Any
    group: str | None = None


@dataclass(frozen=True)
class Gazetteer:
    """`phrases` maps words in lower case, joined by blanks, to what they stand for.

    `roles` maps an entity to its roles by the word in front: `{"city": {"from": "departure"}}`.
    """

    phrases: Mapping[str, tuple[Meaning, ...]] = field(default_factory=dict)
    patterns: NamedPatterns = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    longest: int = 1
    close: CloseNames = NO_CLOSE_NAMES

    @cached_property
    def alike(self) -> frozenset[frozenset[str]]:
        """Pairs of entities that have a phrase in common, so that their words alone do not tell which is meant."""
        names = {tuple(meaning.entity for meaning in meanings) for meanings in self.phrases.values()}
        return frozenset(frozenset(pair) for several in names for pair in combinations(several, 2))

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """The first words of phrases: at all others, which are most, there is nothing to look up."""
        return frozenset(phrase.partition(" ")[0] for phrase in self.phrases)

    def find(self, text: str) -> Iterator[Entity]:
        """Entities of phrases, the longest first where several begin at a word, of patterns, and of names misspelt."""
        words = list(_WORD.finditer(text))
        lower = [word[0].lower() for word in words]
        exact: list[tuple[int, int]] = []
        phrased: set[tuple[str, int, int]] = set()
        at = 0
        while at < len(words):
            if lower[at] not in self._beginnings:
                at += 1
                continue
            longest = min(self.longest, len(words) - at)
            length = next((n for n in range(longest, 0, -1) if " ".join(lower[at : at + n]) in self.phrases), 0)
            for meaning in self.phrases[" ".join(lower[at : at + length])] if length else ():
                start, end = words[at].start(), words[at + length - 1].end()
                role = self.roles.get(meaning.entity, {}).get(lower[at - 1] if at else "")
                exact.append((start, end))
                phrased.add((meaning.entity, start, end))
                yield Entity(
                    meaning.entity, meaning.value, text[start:end], start, end, 1.0, role, meaning.group, "gazetteer"
                )
            at += max(1, length)
        for name, pattern in self.patterns:
            for start, end in pattern.find(text):
                if pattern.wants_capitals and _is_other_word(text, start, end):
                    continue
                if (words_found := text[start:end]).strip() and (name, start, end) not in phrased:
                    value = self.synonyms.get(words_found.lower(), words_found)
                    yield Entity(name, value, words_found, start, end, 1.0, extractor="regex")

        for close in self.close.find(lower):
            start, end = words[close.first].start(), words[close.after - 1].end()
            if not any(start < other_end and other_start < end for other_start, other_end in exact):
                for meaning in self.phrases[close.phrase]:
                    yield Entity(
                        meaning.entity,
                        meaning.value,
                        text[start:end],
                        start,
                        end,
                        close.likeness,
                        group=meaning.group,
                        extractor="close_names",
                    )

    def by_synonym(self, entity: Entity) -> Entity:
        """The entity with the value that its words are a synonym of."""
        return replace(entity, value=self.synonyms.get(entity.text.lower(), entity.value))

    def facts(self) -> dict[str, Any]:
        return {
            "phrases": {
                phrase: [[meaning.entity, meaning.value, meaning.group] for meaning in meanings]
                for phrase, meanings in self.phrases.items()
            },
            "patterns": [[name, pattern.written] for name, pattern in self.patterns],
            "synonyms": dict(self.synonyms),
            "roles": {entity: dict(roles) for entity, roles in self.roles.items()},
            "close": self.close.facts(),
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Gazetteer:
        phrases = {phrase: tuple(Meaning(*meaning) for meaning in given) for phrase, given in facts["phrases"].items()}
        return cls(
            phrases=phrases,
            patterns=named(facts["patterns"]),
            synonyms=facts["synonyms"],
            roles=facts["roles"],
            longest=_longest(phrases),
            close=CloseNames.from_facts(facts["close"]),
        )


def build_gazetteer(data: TrainingData, declared: Collection[str] = (), language: Iterable[str] = ()) -> Gazetteer:
    """As Rasa has it, a look-up table or regular expression finds entities where its name is an entity's: one that the
    domain declares, or that is annotated. Where no domain is known (`declared` is empty), all of them do.

    A phrase that examples have more often without its annotation than with it is no sign of the entity by itself: the
    tagger tells by its neighbours which it is. `language` are words that are no misspelt names of a look-up table.
    """
    annotated = {entity.name for example in data.examples for entity in example.entities}
    lookups = {n: v for n, v in data.lookups.items() if not declared or n in declared or n in annotated}
    regexes = {n: p for n, p in data.regexes.items() if not declared or n in declared or n in annotated}
    phrases: dict[str, dict[str, Meaning]] = {}

    def add(entity: str, text: str, value: Any, group: str | None = None) -> None:
        if key := _key(text):
            phrases.setdefault(key, {}).setdefault(entity, Meaning(entity, value, group))

    bare = _unannotated(data)
    often_else = _often_something_else(data, bare)
    for example in data.examples:
        for entity in example.entities:
            if _key(entity.text) in often_else:
                continue
            words = _WORD.findall(entity.text.lower())
            value = data.synonyms.get(entity.text.lower(), entity.value)
            if not _says_little(words) and (entity.name not in TYPED or value != entity.text):
                add(entity.name, entity.text, value, entity.group)
    for name, values in lookups.items():
        for value in values:
            add(name, value, data.synonyms.get(value.lower(), value))
    # A synonym of a value that some entity has is another way to say it.
    by_value = {str(meaning.value).lower(): meaning for found in phrases.values() for meaning in found.values()}
    for text, value in data.synonyms.items():
        if (meaning := by_value.get(value.lower())) is not None:
            add(meaning.entity, text, value, meaning.group)
    # So is the value itself, unless examples have its words and mean nothing by them.
    meant = [one for found in phrases.values() for one in found.values() if one.entity not in TYPED]
    for meaning in meant:
        if isinstance(meaning.value, str) and _is_said(key := _spoken(meaning.value)) and not bare[key]:
            add(meaning.entity, key, meaning.value, meaning.group)
    finished = {phrase: tuple(found.values()) for phrase, found in phrases.items()}
    return Gazetteer(
        phrases=finished,
        patterns=named((name, written) for name, given in regexes.items() for written in given),
        synonyms=data.synonyms,
        roles=_learn_roles(data),
        longest=_longest(finished),
        close=build_close_names((_key(value) for values in lookups.values() for value in values), language),
    )


def _is_other_word(text: str, start: int, end: int) -> bool:
    """Whether what a pattern of capitals found is only a word of its length, such as "you" for the airport `[A-Z]{3}`:
    it has small letters and no digit, and is not all that was said."""
    found = text[start:end]
    has_digit = any(map(str.isdigit, found))
    return found != found.upper() and not has_digit and found != text.strip(_AROUND)


def _often_something_else(data: TrainingData, bare: Mapping[str, int]) -> frozenset[str]:
    """The annotated phrases that stand in the examples more often without an annotation than with one."""
    annotated = Counter(_key(entity.text) for example in data.examples for entity in example.entities)
    return frozenset(phrase for phrase, count in annotated.items() if bare[phrase] > count)


def _unannotated(data: TrainingData) -> Counter[str]:
    """How often examples have each run of words where nothing is annotated, of as many as a phrase or value has."""
    entities = [entity for example in data.examples for entity in example.entities]
    values = [*data.synonyms.values(), *(str(one.value) for one in entities)]
    longest = _longest([*(_key(one.text) for one in entities), *map(_spoken, values)])
    bare: Counter[str] = Counter()
    for example in data.examples:
        end = 0
        for entity in sorted(example.entities, key=lambda one: one.start):
            bare.update(_stretches(example.text[end : entity.start], longest))
            end = max(end, entity.end)
        bare.update(_stretches(example.text[end:], longest))
    return bare


def _stretches(text: str, longest: int) -> Iterator[str]:
    """All runs of up to so many words, as keys of phrases."""
    words = _key(text).split(" ")
    for first in range(len(words)):
        for after in range(first + 1, min(first + longest, len(words)) + 1):
            yield " ".join(words[first:after])


def _says_little(words: Sequence[str]) -> bool:
    """Whether they are nothing but fillers and single letters; two Chinese characters say something."""
    letters = all(word in FILLERS or (len(word) == 1 and not _CHARACTER.match(word)) for word in words)
    return letters or (len(words) == 1 and len(words[0]) == 1)


def _is_said(key: str) -> bool:
    """Whether somebody would say it: `NL` stands for something, and so do other values of a letter or two."""
    return not _says_little(key.split(" ")) and (len(key) > _INITIALS or _CHARACTER.match(key) is not None)


def _spoken(value: str) -> str:
    return _key(value.replace("_", " "))


def _key(text: str) -> str:
    return " ".join(word.lower() for word in _WORD.findall(text))


def _longest(phrases: Iterable[str]) -> int:
    return max((phrase.count(" ") + 1 for phrase in phrases), default=1)


def _learn_roles(data: TrainingData) -> dict[str, dict[str, str]]:
    seen: dict[tuple[str, str], Counter[str]] = {}
    for example in data.examples:
        for entity in example.entities:
            if entity.role:
                before = _WORD.findall(example.text[: entity.start].lower())
                seen.setdefault((entity.name, before[-1] if before else ""), Counter())[entity.role] += 1
    roles: dict[str, dict[str, str]] = {}
    for (name, word), counts in seen.items():
        roles.setdefault(name, {})[word] = counts.most_common(1)[0][0]
    return roles


def learn_number_contexts(data: TrainingData) -> NumberContexts:
    """The words around the numbers that are annotated in the training data."""
    before: set[str] = set()
    after: set[str] = set()
    for example in data.examples:
        for entity in example.entities:
            if entity.name == "number":
                before.update(_WORD.findall(example.text[: entity.start].lower())[-1:])
                after.update(_WORD.findall(example.text[entity.end :].lower())[:1])
    return NumberContexts(frozenset(before), frozenset(after))
