"""Trains the tagger on annotated examples, so that it knows an entity by the words around it, too."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import pycrfsuite

from bot.domain.understanding import Entity
from bot.nlu.annotations import LAST_WITH_BLANKS
from bot.nlu.patterns import named
from bot.nlu.tagger import OUTSIDE, Affixes, Kind, Tagger, features, words_of
from bot.nlu.training_data import Example, TrainingData

SEED = 7
FEWEST_EXAMPLES = 2
"""Annotated examples of a kind from which on it is learnt."""

_MOST_WITHOUT = 3000
"""Examples without an entity that are learnt from."""

_FORGOTTEN = 0.2
"""The share of other words that an example is shown without, so that not each unknown word is taken for an entity."""

_SETTINGS = {"c1": 0.05, "c2": 0.1, "max_iterations": 100, "feature.possible_transitions": True}


def train_tagger(data: TrainingData, found_otherwise: Collection[str], path: Path) -> Tagger | None:
    """The tagger of the annotated entities, its model also written to `path`; None where there is nothing to learn.

    Entities of the names in `found_otherwise` have a finder of their own; of these only roles and groups are learnt.
    """
    examples = [(example, _learnable(example, found_otherwise)) for example in data.examples]
    counts: dict[Kind, int] = {}
    for _, entities in examples:
        for entity in entities:
            counts[_kind(entity)] = counts.get(_kind(entity), 0) + 1
    kinds = sorted((kind for kind, count in counts.items() if count >= FEWEST_EXAMPLES), key=str)
    if not kinds:
        return None
    patterns = named((name, written) for name, given in sorted(data.regexes.items()) for written in given)
    chance = random.Random(SEED)  # noqa: S311 - the same data must give the same model
    others = [example for example, entities in examples if not entities]
    chosen = [(example, entities) for example, entities in examples if entities]
    chosen += [(example, ()) for example in chance.sample(others, min(len(others), _MOST_WITHOUT))]
    known = frozenset(word[0].lower() for example, _ in chosen for word in words_of(example.text))
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=_SETTINGS, verbose=False)
    for example, entities in chosen:
        for text, forgotten in _ways_to_read(example.text, entities, chance):
            words = words_of(text)
            rows = features(text, words, patterns, known - forgotten)
            trainer.append(rows, _labels(words, entities, kinds))
    trainer.train(str(path))
    return Tagger(path.read_bytes(), kinds, known, patterns, _affixes(data.examples, kinds))


def _affixes(examples: Iterable[Example], kinds: Sequence[Kind]) -> dict[int, Affixes]:
    """What examples leave of a word outside the mark of each kind. What is cut off without an apostrophe, in a script
    with blanks, is a slip that authors are warned of (`read_annotated`)."""
    found: dict[int, tuple[set[str], set[str]]] = {}
    for example in examples:
        for entity in (one for one in example.entities if _kind(one) in kinds):
            before, behind = found.setdefault(kinds.index(_kind(entity)), (set(), set()))
            for word in words_of(example.text):
                if word.start() < entity.start < word.end():
                    before.add(example.text[word.start() : entity.start].lower())
                if word.start() < entity.end < word.end():
                    behind.add(example.text[entity.end : word.end()].lower())
    return {
        kind: (frozenset(filter(_is_affix, before)), frozenset(filter(_is_affix, behind)))
        for kind, (before, behind) in found.items()
    }


def _is_affix(part: str) -> bool:
    return any(mark in part for mark in "'’") or min(part) > LAST_WITH_BLANKS


def _learnable(example: Example, found_otherwise: Collection[str]) -> tuple[Entity, ...]:
    return tuple(
        entity
        for entity in example.entities
        if entity.name not in found_otherwise or entity.role is not None or entity.group is not None
    )


def _kind(entity: Entity) -> Kind:
    return entity.name, entity.role, entity.group


def _ways_to_read(text: str, entities: Sequence[Entity], chance: random.Random) -> Iterable[tuple[str, frozenset[str]]]:
    """The text as it is; in small letters; and with the entity's words, and some others, as if never seen before."""
    values = {word[0].lower() for entity in entities for word in words_of(entity.text)}
    others = sorted({word[0].lower() for word in words_of(text)} - values)
    yield text, frozenset()
    for way in (text, text.lower()):
        if len(way) == len(text):  # some letters have no small form of the same length
            yield way, frozenset(values) | {word for word in others if chance.random() < _FORGOTTEN}


def _labels(words: Sequence[re.Match[str]], entities: Sequence[Entity], kinds: Sequence[Kind]) -> list[str]:
    """The label of each word. Words after an entity of a group are labelled with it, too: a field looks back one label
    and no further, and else would not know at the second topping which pizza it is for.
    """
    labels = [OUTSIDE] * len(words)
    for entity in sorted(entities, key=lambda one: one.start):
        if _kind(entity) not in kinds:
            continue
        begun = False
        if entity.group is not None:
            for at, word in enumerate(words):
                if word.start() >= entity.end:
                    labels[at] = f"{OUTSIDE}-{entity.group}"
        for at, word in enumerate(words):
            if word.start() < entity.end and entity.start < word.end():
                labels[at] = f"{'I' if begun else 'B'}-{kinds.index(_kind(entity))}"
                begun = True
    return labels
