"""How much a lead is worth, and why: `fit` is who they are, `engagement` what they do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.ids import ProfileId

Dimension = Literal["fit", "engagement"]


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """One line of the change log; the log sums to the score. `key` makes the same change count once."""

    profile_id: ProfileId
    key: str
    dimension: Dimension
    points: int
    reason: str
    rule: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Score:
    fit: int = 0
    engagement: int = 0

    @property
    def total(self) -> int:
        return self.fit + self.engagement

    @property
    def grade(self) -> str:
        """A to C for fit, 1 to 3 for engagement, as reps read it: A1 is the best, C3 the least."""
        letter = "A" if self.fit >= 40 else "B" if self.fit >= 20 else "C"
        digit = "1" if self.engagement >= 30 else "2" if self.engagement >= 10 else "3"
        return letter + digit


def total_score(changes: Iterable[ScoreChange]) -> Score:
    fit = engagement = 0
    for change in changes:
        if change.dimension == "fit":
            fit += change.points
        else:
            engagement += change.points
    return Score(fit=fit, engagement=engagement)
