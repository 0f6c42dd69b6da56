"""Which of two ways to read the same messages is better, and how often chance would say so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import comb

CHANCE = 0.05
"""A lead that chance would hardly give: in fewer cases than this."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many messages were read rightly by both ways, by only the old one, by only the new one, and by neither."""

    both: int = 0
    only_old: int = 0
    only_new: int = 0
    neither: int = 0

    @classmethod
    def of(cls, pairs: Iterable[tuple[bool, bool]]) -> Comparison:
        """From whether the old way was right about each message, and whether the new one was."""
        found = list(pairs)
        return cls(*(found.count(pair) for pair in ((True, True), (True, False), (False, True), (False, False))))

    def __add__(self, other: Comparison) -> Comparison:
        return Comparison(
            self.both + other.both,
            self.only_old + other.only_old,
            self.only_new + other.only_new,
            self.neither + other.neither,
        )

    @property
    def judged(self) -> int:
        return self.both + self.only_old + self.only_new + self.neither

    @property
    def old_accuracy(self) -> float:
        return (self.both + self.only_old) / self.judged

    @property
    def new_accuracy(self) -> float:
        return (self.both + self.only_new) / self.judged

    @property
    def lead(self) -> int:
        """How many more messages the new way was right about."""
        return self.only_new - self.only_old

    @property
    def chance(self) -> float:
        """How often a new way that is no better would have such a lead (McNemar's exact test, one-sided)."""
        return self._as_many(self.only_new)

    @property
    def is_lost(self) -> bool:
        """Whether the new way is behind by more than chance would give."""
        return self._as_many(self.only_old) < CHANCE

    def _as_many(self, right: int) -> float:
        """How often a coin would be right about so many, or more, of the messages that only one way was right about."""
        differing = self.only_old + self.only_new
        return sum(comb(differing, many) for many in range(right, differing + 1)) / (1 << differing)
