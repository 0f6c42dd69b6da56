"""What is due to one person in virtual time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.domain.consent import Purpose
from bot.domain.ids import EnrolmentId
from bot.domain.journey import Enrolment
from bot.journeys.virtual_contact import VirtualMessage

Due = Enrolment | VirtualMessage


class VirtualAgenda:
    """Timers of runs and messages, in the order of their time; at one time the lower rank goes first."""

    def __init__(self) -> None:
        self._due: list[tuple[datetime, int, int, Due]] = []
        self._number = 0

    @property
    def next_due(self) -> datetime | None:
        return self._due[0][0] if self._due else None

    def put(self, at: datetime, rank: int, what: Due) -> None:
        self._number += 1
        heapq.heappush(self._due, (at, rank, self._number, what))

    def take_until(self, moment: datetime) -> Iterator[tuple[datetime, Due]]:
        """Each one that is due, also those that are put in meanwhile."""
        while self._due and self._due[0][0] <= moment:
            at, _, _, what = heapq.heappop(self._due)
            yield at, what

    def take_messages(
        self, *, purpose: Purpose | None = None, run: EnrolmentId | None = None
    ) -> Sequence[VirtualMessage]:
        """Those of this purpose, or of this run, that wait to leave; they leave no more."""
        taken, rest = [], []
        for one in self._due:
            if isinstance(one[3], VirtualMessage) and (one[3].purpose is purpose or one[3].run.id == run):
                taken.append(one[3])
            else:
                rest.append(one)
        heapq.heapify(rest)
        self._due = rest
        return taken
