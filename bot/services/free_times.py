"""Free times: when a rep can be met, by the desk's file and by what is booked with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.domain.handoff import Handoff
from bot.domain.meeting import Meeting
from bot.domain.routing import MeetingTerms, Rep, WorkingHours
from bot.journeys.meeting_slots import Hindrance, free_slots, hindrance
from bot.ports import UnitOfWork
from bot.services.offer import plan_of
from bot.services.runtime import Runtime

MOST_LOOKED_AT = 400
"""Times of one rep: two a day for as long as anybody plans ahead."""


@dataclass(frozen=True, slots=True)
class Diary:
    """A rep whose times we know: when they can be met, and on which terms."""

    rep: Rep
    terms: MeetingTerms
    hours: WorkingHours

    @property
    def zone(self) -> str:
        return self.hours.window.zone

    async def free(
        self,
        uow: UnitOfWork,
        now: datetime,
        *,
        most: int,
        after: datetime | None = None,
        customer: tzinfo | None = None,
    ) -> Sequence[datetime]:
        """The first times at which they are free, some of each day, by day where the `customer` is if there are such;
        those of the days `after` that of a time."""
        taken = await uow.meetings.taken(self.rep.name, now, now + self.terms.ahead + timedelta(days=1))
        if after is None:
            return free_slots(self.hours, self.terms, taken, now, most=most, customer=customer)
        zone = ZoneInfo(self.zone)
        every = free_slots(self.hours, self.terms, taken, now, most=MOST_LOOKED_AT, customer=customer)
        return [at for at in every if at.astimezone(zone).date() > after.astimezone(zone).date()][:most]

    async def hindrance(
        self, uow: UnitOfWork, at: datetime, now: datetime, *, instead: Meeting | None
    ) -> Hindrance | None:
        """Why they cannot be met then; None where they are free, but for the meeting whose place it takes."""
        booked = await uow.meetings.taken(self.rep.name, at, at + self.terms.length)
        theirs = instead.quarters if instead is not None and instead.rep == self.rep.name else ()
        taken = frozenset(booked).difference(theirs)
        return hindrance(self.hours, self.terms, taken, at, now)


def diary_of(runtime: Runtime, handoff: Handoff, rep_name: str) -> Diary | None:
    """None where the desk's file has no times of this rep: they have a page of their own for it, or no meetings."""
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    rep = plan.rep_called(rep_name) if plan is not None else None
    if plan is None or rep is None or rep.meetings is None or rep.meetings.link:
        return None
    hours = plan.meeting_hours(rep)
    return Diary(rep, rep.meetings, hours) if hours is not None else None
