"""The times at which a rep could meet somebody: their working hours without what is booked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import groupby, islice
from zoneinfo import ZoneInfo

from bot.domain.meeting import QUARTER
from bot.domain.routing import MeetingTerms, WorkingHours
from bot.journeys.working_hours import is_at_work, next_at_work

MOST_A_DAY = 2
"""Of one day, so that somebody who cannot come on that one has a choice."""


class Hindrance(StrEnum):
    """Why a meeting cannot begin at a time."""

    OUTSIDE_HOURS = "outside hours"
    NOT_THEN = "not then"
    """Too soon, too far ahead, or at no quarter of an hour."""
    TAKEN = "taken"


DAYTIME = range(8, 20)
"""The hours by a customer's clock at which a meeting may begin that nobody has to get up or stay up for."""


def free_slots(
    hours: WorkingHours,
    terms: MeetingTerms,
    taken: Collection[datetime],
    now: datetime,
    *,
    most: int,
    customer: tzinfo | None = None,
) -> Sequence[datetime]:
    """The first times that are free, some of each day of the rep's; of a day that has any in the daytime of the
    `customer`, these. `taken` are the quarters of an hour that are booked."""
    zone = ZoneInfo(hours.window.zone)
    days = groupby(_free(hours, terms, frozenset(taken), now), key=lambda at: at.astimezone(zone).date())
    return list(islice((at for _, times in days for at in _some_of(list(times), customer)), most))


def is_free(hours: WorkingHours, terms: MeetingTerms, taken: Collection[datetime], at: datetime, now: datetime) -> bool:
    """Whether a meeting may begin at this time: all of it in one stretch of work, in time, and not booked."""
    return hindrance(hours, terms, taken, at, now) is None


def hindrance(
    hours: WorkingHours, terms: MeetingTerms, taken: Collection[datetime], at: datetime, now: datetime
) -> Hindrance | None:
    """What is in the way of a meeting at this time; of several, what will not change by itself."""
    quarters = [at + number * QUARTER for number in range(terms.length // QUARTER)]
    if not all(is_at_work(hours, one) for one in quarters):
        return Hindrance.OUTSIDE_HOURS
    if at != _up_to_quarter(at) or not now + terms.notice <= at <= now + terms.ahead:
        return Hindrance.NOT_THEN
    return Hindrance.TAKEN if any(one in taken for one in quarters) else None


def _free(hours: WorkingHours, terms: MeetingTerms, taken: frozenset[datetime], now: datetime) -> Iterator[datetime]:
    moment: datetime | None = now + terms.notice
    while moment is not None and moment <= now + terms.ahead:
        opens = next_at_work(hours, moment)
        if opens is None:
            return
        at = _up_to_quarter(opens)
        if is_free(hours, terms, taken, at, now):
            yield at
            moment = at + terms.length
        else:
            moment = at + QUARTER


def _some_of(times: Sequence[datetime], customer: tzinfo | None) -> Sequence[datetime]:
    """So many of one day, the first of the morning and of the afternoon where there are both."""
    by_day = [at for at in times if customer is None or at.astimezone(customer).hour in DAYTIME]
    found: list[datetime] = []
    for at in by_day or times:
        if len(found) < MOST_A_DAY and (not found or at - found[-1] >= timedelta(hours=2)):
            found.append(at)
    return found


def _up_to_quarter(moment: datetime) -> datetime:
    whole = moment.astimezone(UTC)
    begin = whole.replace(minute=whole.minute // 15 * 15, second=0, microsecond=0)
    return begin if begin == whole else begin + QUARTER
