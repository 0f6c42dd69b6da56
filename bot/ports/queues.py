"""What an operator asks of the queues: how much waits, for what, since when, and how quickly it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.delivery import Lane

MOST_COUNTED = 10_000
"""Of what waits in one queue; what is behind that is not counted, so that looking costs the same on the worst day."""


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
