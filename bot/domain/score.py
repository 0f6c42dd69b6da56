"""How much a lead is worth, and why: `fit` is who they are, `engagement` what they do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.domain.ids import ProfileId

Dimension = Literal["fit", "engagement"]

MOST_HALVINGS = 20
"""Nothing is left after so many of a million points, which is as many as there may be."""


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """One line of the change log; the log sums to the score. `key` makes the same change count once.

    With a `half_life`, in days, it is worth less from day to day: half of its points after so many, a quarter after
    twice as many.
    """

    profile_id: ProfileId
    key: str
    dimension: Dimension
    points: int
    reason: str
    rule: str
    at: datetime
    half_life: int | None = None

    def worth(self, now: datetime) -> int:
        """Its points by now, in whole points.

        By the calendar in UTC, so that between two midnights only what happens changes a score; in a straight line
        between one halving and the next, so that whole numbers do, which databases agree on.
        """
        if self.half_life is None:
            return self.points
        days = max((now.astimezone(UTC).date() - self.at.astimezone(UTC).date()).days, 0)
        halvings, into = divmod(days, self.half_life)
        if halvings > MOST_HALVINGS:
            return 0
        left = abs(self.points) * (2 * self.half_life - into) // (2 * self.half_life << halvings)
        return left if self.points > 0 else -left

    def told(self, now: datetime) -> str:
        """As reps read it: `+10 asked for a demo`, `+8 looked at the prices, +4 by now`."""
        worth = self.worth(now)
        faded = "" if worth == self.points else f", {worth:+d} by now"
        return f"{self.points:+d} {self.reason}{faded}"


@dataclass(frozen=True, slots=True)
class ScoreCap:
    """A rule, or a group of them, gives a person no more `points` than these within so long."""

    points: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class GroupCap:
    """The cap of a group: what these rules, by their ids, give a person together."""

    cap: ScoreCap
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """What gives points: each time `event` happens and the condition is true of it; without an event, as long as the
    condition is true of the person."""

    id: str
    dimension: Dimension
    points: int
    reason: str
    event: str | None = None
    condition: str = ""
    cap: ScoreCap | None = None
    half_life: int | None = None
    group_cap: GroupCap | None = None

    @property
    def version(self) -> str:
        """The same where the same people are to have the same points by it."""
        told = f"{self.dimension}\n{self.points}\n{self.condition}"
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Score:
    fit: int = 0
    engagement: int = 0

    @property
    def total(self) -> int:
        return self.fit + self.engagement


@dataclass(frozen=True, slots=True)
class Grades:
    """From how many points on a lead has which grade: A and B by its fit, 1 and 2 by its engagement.

    Whoever has fewer points is a C, or a 3. The defaults are those of somebody who says nothing of grades.
    """

    a: int = 40
    b: int = 20
    one: int = 30
    two: int = 10

    def of(self, score: Score) -> str:
        """A to C for fit, 1 to 3 for engagement, as reps read it: A1 is the best, C3 the least."""
        letter = "A" if score.fit >= self.a else "B" if score.fit >= self.b else "C"
        digit = "1" if score.engagement >= self.one else "2" if score.engagement >= self.two else "3"
        return letter + digit


USUAL_GRADES = Grades()


def total_score(changes: Iterable[ScoreChange], now: datetime) -> Score:
    """What the change log sums to by now."""
    fit = engagement = 0
    for change in changes:
        if change.dimension == "fit":
            fit += change.worth(now)
        else:
            engagement += change.worth(now)
    return Score(fit=fit, engagement=engagement)
