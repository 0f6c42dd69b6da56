"""What marketers report: where people came from, what that cost, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

USUAL = timedelta(days=30)
"""What is reported where nobody says of which days."""

SOON = timedelta(days=3)
"""So soon after a message was sent, a reply on its channel counts as one to it, and an opt-out as one that followed."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event, of which these fields of its data have to have these texts."""

    event: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Touch:
    """What counts as a touch of a source: `search`, `newsletter`."""

    source: str
    happening: Happening


@dataclass(frozen=True, slots=True)
class Cost:
    """What a source cost from the first of these days to the last."""

    source: str
    first: date
    last: date
    amount: Decimal

    def within(self, since: date, until: date) -> Decimal:
        """The part of it that falls on the days from `since` to before `until`, each day costing the same."""
        days = (self.last - self.first).days + 1
        shared = (min(self.last + timedelta(days=1), until) - max(self.first, since)).days
        return self.amount * max(shared, 0) / days


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """What is reported. A conversion is credited to touches of so long before it (`within`)."""

    conversion: Happening | None = None
    touches: tuple[Touch, ...] = ()
    within: timedelta = timedelta(days=30)
    costs: tuple[Cost, ...] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """From the first of its moments to before the last."""

    since: datetime
    until: datetime

    @classmethod
    def of_days(cls, first: date | None, last: date) -> Period:
        """Whole days in UTC, both inside; without a first one, thirty of them."""
        until = datetime.combine(last, time(), UTC) + timedelta(days=1)
        return cls(until - USUAL if first is None else datetime.combine(first, time(), UTC), until)


@dataclass(frozen=True, slots=True)
class JourneyFigures:
    """Of one journey: the people who entered, those of them who reached the goal, and the same of those held out."""

    journey: str
    entered: int = 0
    reached: int = 0
    held_out: int = 0
    reached_held_out: int = 0


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """Of one way of a split: the people who went it in the period, and those who reached the split's metric since."""

    journey: str
    step: str
    arm: str
    went: int = 0
    reached: int = 0


@dataclass(frozen=True, slots=True)
class MessageFigures:
    """The messages that a journey's steps made on one day (UTC), as they are by now.

    Each is `sent` (the channel's vendor took it), `withheld` (by the gate's reason), `given_up` or `waiting`. Of those
    that were sent: `delivered` and `refused` by what the vendor told since; with links that are `followed`, and with
    one that was `opened`; `answered`, or their person `opted_out`, within `SOON`.
    """

    journey: str
    day: date
    sent: int = 0
    given_up: int = 0
    waiting: int = 0
    delivered: int = 0
    refused: int = 0
    followed: int = 0
    opened: int = 0
    answered: int = 0
    opted_out: int = 0
    withheld: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Credit:
    """Conversions that a source has a touch in: at the first touch, at the last one, and `shares`: how many of its
    touches are each one of so many."""

    source: str
    first: int = 0
    last: int = 0
    shares: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Of the people who became known in the period: who wrote, was handed to sales, met, converted since."""

    people: int = 0
    wrote: int = 0
    handed_off: int = 0
    met: int = 0
    converted: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """Hand-offs of the period, those that somebody claimed, and after how long: the median and the ninth tenth."""

    handed_off: int = 0
    claimed: int = 0
    median: timedelta | None = None
    ninth_tenth: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Contained:
    """Conversations that customers began in the period, and those of them that no person had to take over."""

    conversations: int = 0
    contained: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """`new_people` are those whose first touch of all fell into the period, by its source."""

    period: Period
    plan: ReportPlan
    journeys: tuple[JourneyFigures, ...]
    conversions: int
    credits: tuple[Credit, ...]
    new_people: Mapping[str, int]
    funnel: Funnel
    answered: Answered
    contained: Contained
    arms: tuple[ArmFigures, ...] = ()
    messages: tuple[MessageFigures, ...] = ()
