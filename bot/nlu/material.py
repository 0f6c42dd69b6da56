"""What an intent classifier is learnt from, and what is held out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.nlu.features import Floats, Integers


@dataclass(frozen=True, slots=True)
class Material:
    """Row i of `features` and of `ngrams` (sparse) is a text of intent `labels[i]`, which is below `intents`.

    The first `words` columns of `ngrams` are words and pairs of words.
    """

    features: Floats
    ngrams: Any
    labels: Integers
    intents: int
    words: int

    def part(self, rows: Any) -> Material:
        return Material(self.features[rows], self.ngrams[rows], self.labels[rows], self.intents, self.words)
