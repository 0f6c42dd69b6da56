"""What an intent classifier is learnt from, and what is held out of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.nlu.features import Floats, Integers
from bot.ports import Encoder


@dataclass(frozen=True, slots=True)
class Vectors:
    """An encoder's features of examples, in their order, of their intents' names, in the order of the alphabet, and of
    the background: messages about all sorts of things.

    Names mostly say what is meant (`book_meeting`): with ten examples each, intents are read rightly half a point more
    often where the name is one more of them.
    """

    examples: Floats
    names: Floats
    background: Floats | None = None

    def part(self, rows: Any) -> Vectors:
        """Those of some examples, among which every intent still has one."""
        return replace(self, examples=self.examples[rows])


def vectors_of(
    texts: Sequence[str], intents: Iterable[str], encoder: Encoder, background: Sequence[str] = ()
) -> Vectors:
    names = [re.sub(r"[\W_]+", " ", intent).strip() for intent in sorted(set(intents))]
    return Vectors(encoder.features(texts), encoder.features(names), encoder.features(background))


@dataclass(frozen=True, slots=True)
class Material:
    """Row i of `features` and of `ngrams` (sparse) is a text of intent `labels[i]`, which is below `intents`.

    The first `words` columns of `ngrams` are words and pairs of words. Row i of `names` is the name of intent i.
    `background` has a row for each text that stands for what the assistant does not know, where it has few intents.
    `outside` are the labels for what is out of scope.
    """

    features: Floats
    ngrams: Any
    labels: Integers
    intents: int
    words: int
    names: Floats
    background: Floats
    outside: tuple[int, ...] = ()

    def part(self, rows: Any) -> Material:
        return replace(self, features=self.features[rows], ngrams=self.ngrams[rows], labels=self.labels[rows])

    def before(self, rows: Any) -> Material:
        """With a part of the background only."""
        return replace(self, background=self.background[rows])
