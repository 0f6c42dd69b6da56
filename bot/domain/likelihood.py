"""How likely a lead is to be won, and a customer to leave: a scorecard that was learnt from people whose outcome is
known, and what it says of one person.

A scorecard is points for conditions and a table from their sum to a percentage: whole numbers, which Python and both
databases agree on, and which a person can read. Ten points double the odds.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from bot.domain.person import Profile
from bot.domain.score import ScoreChange
from bot.domain.timeline import PersonEvent

WHOLE = 10_000
"""The whole of which shares of people are parts."""

POINTS_TO_DOUBLE = 10
"""So many points more make the odds twice as high."""


Predicts = Literal["likelihood", "churn_risk"]
"""What is predicted, as conditions read it: `lead.likelihood`, `lead.churn_risk`."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a prediction is put into words: what became of those for whom it came true, and of the others."""

    title: str
    came: str
    otherwise: str
    who: str
    told: str


WORDINGS: Final[Mapping[Predicts, Wording]] = {
    "likelihood": Wording("How likely a lead is to be won", "won", "lost", "lead", "likely to be won"),
    "churn_risk": Wording("How likely a customer is to leave", "left", "stayed", "customer", "likely to leave"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What closes a lead: an event, of which a condition may have to be true."""

    event: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class DriftBounds:
    """Population stability indexes above which `some` has changed of people, and so `much` that it raises an alarm."""

    some: float = 0.1
    much: float = 0.25


@dataclass(frozen=True, slots=True)
class PredictionPlan:
    """What a marketer lets a prediction be made of. Of customers, `won` is who left, and `lost` who stayed.

    A lead is looked at as it was so long `ahead` of its close. `groups` are attributes by which the figures are told
    apart, and which are learnt from only where they stand among `attributes`, too.
    """

    won: Outcome
    lost: Outcome
    attributes: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    ahead: timedelta = timedelta(days=7)
    drift: DriftBounds = DriftBounds()
    predicts: Predicts = "likelihood"

    @property
    def wording(self) -> Wording:
        return WORDINGS[self.predicts]


@dataclass(frozen=True, slots=True)
class Bin:
    """Points for whoever the condition is true of. `share` of 10,000 people it was, when the scorecard was learnt."""

    condition: str
    points: int
    words: str
    share: int = 0


@dataclass(frozen=True, slots=True)
class Characteristic:
    """Of its bins the first counts whose condition is true; nobody's gives 0 points."""

    name: str
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """From so many points on it is so many per cent."""

    points: int
    percent: int


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What was learnt. Where it is not `is_on`, nobody's likelihood is known; `why` says why it is, or is not."""

    trained_on: date
    is_on: bool
    why: str
    ladder: tuple[Rung, ...]
    characteristics: tuple[Characteristic, ...]
    predicts: Predicts = "likelihood"

    def percent(self, points: int) -> int:
        """The chance in whole per cent; grows with the points."""
        place = bisect_right([rung.points for rung in self.ladder], points)
        return self.ladder[max(place - 1, 0)].percent

    @property
    def version(self) -> str:
        """The same for scorecards that make the same of everybody."""
        counting = [[(one.condition, one.points) for one in each.bins] for each in self.characteristics]
        rungs = [(rung.points, rung.percent) for rung in self.ladder]
        return hashlib.sha256(repr((rungs, counting)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Likelihood:
    """What a scorecard makes of one person; `reasons` are the bins that count, those that matter most first."""

    percent: int
    points: int
    reasons: Sequence[Bin]
    predicts: Predicts = "likelihood"

    def told(self) -> str:
        """As reps read it: `34% likely to be won: +12 team of 50 or more, -4 looked at the prices never`."""
        reasons = ", ".join(f"{one.points:+d} {one.words}" for one in self.reasons)
        return f"{self.percent}% {WORDINGS[self.predicts].told}" + (f": {reasons}" if reasons else "")


@dataclass(frozen=True, slots=True)
class ClosedLead:
    """Somebody who was won or lost, with what happened to them and what gave them points, the oldest first."""

    profile: Profile
    events: Sequence[PersonEvent]
    changes: Sequence[ScoreChange]
