"""What an operator asks of the queues: how much waits, for what, since when, and how quickly it leaves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.consent import Purpose
from bot.domain.delivery import Lane, Verdicts
from bot.domain.ids import ProfileId

MOST_COUNTED = 10_000
"""Of what waits in one queue; what is behind that is not counted, so that looking costs the same on the worst day."""

MOST_LOOKED_AT = 1_000_000
"""Decisions, likewise."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a lane for the same place and reason. `why` is what its last try or look said; "" before that."""

    lane: Lane
    to: str
    why: str
    entries: int
    due: int
    first_due: datetime


@dataclass(frozen=True, slots=True)
class DeadGroup:
    """What was given up on the way to one place for one reason."""

    to: str
    reason: str
    entries: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class HeldUp:
    """How many messages were put off or withheld by these rules, since then."""

    since: datetime
    verdicts: Sequence[Verdicts]


@dataclass(frozen=True, slots=True)
class Bound:
    """A message that waits, and for whom and where to it is bound."""

    profile_id: ProfileId
    channel: str
    address: str


class Queues(Protocol):
    async def waiting(self, now: datetime) -> Sequence[Waiting]:
        """Turns by channel, journeys by name, changes of segments by their name, and what is to leave by where it goes;
        the longest due first.

        At most MOST_COUNTED of each: the turns, the enrolments, the changes, and each lane of the outbox.
        """

    async def per_minute(self, now: datetime) -> Mapping[Lane, float]:
        """How many turns and messages a minute went through these minutes, by the newest thousand of each.

        Of the lanes in which that is written down: `replies` and `sends`.
        """

    async def dead(self, limit: int) -> Sequence[DeadGroup]:
        """What was given up, the largest group first."""

    async def untold(self) -> Sequence[DeadGroup]:
        """Changes of segments that journeys could not be told of, by their segment and error; the largest group first.

        At most MOST_COUNTED of the oldest changes are looked at.
        """

    async def held_up(self, since: datetime) -> HeldUp:
        """How many messages the rules named in their decision records have put off, or withheld, since then; each once
        for the same rules. `why` of a verdict is what names them.

        Of the newest MOST_LOOKED_AT decisions, so it may be from a later moment on.
        """

    async def bound(self, purpose: Purpose, channels: Collection[str], limit: int) -> Sequence[Bound]:
        """The messages of this purpose that wait for one of these channels, those that are due first first."""
