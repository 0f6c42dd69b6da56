"""What a time expression means to somebody who says it now, where they live."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.domain.clock_grammar import TimeOfDay
from bot.domain.days import Ahead
from bot.domain.days_meant import days_meant
from bot.domain.time_grammar import TimeExpression

AN_INSTANT_LASTS = timedelta(minutes=30)
"""What "at 3" spans: the usual length of a first meeting."""

_MONTH_FIRST = frozenset(f"Asia/{city}" for city in ("Tokyo", "Seoul", "Pyongyang", "Shanghai", "Taipei"))
"""Zones where 3/4 is the fourth of March, besides America's."""


def resolve_expression(
    expression: TimeExpression, now: datetime, zone: tzinfo, *, month_first: bool | None = None
) -> tuple[datetime, datetime] | None:
    """The span in UTC, or None where it is over. "next week" is its Monday to Friday, "at 3" half an hour.

    `now` is aware. `month_first` says whether 3/4 is in March; None lets the zone say it. A zone that was named goes
    before `zone`, that of whoever says it.
    """
    if month_first is None:
        month_first = _puts_the_month_first(zone)
    zone = expression.zone.meant(zone, now) if expression.zone else zone
    here = now.astimezone(zone)
    match expression.day:
        case Ahead(amount=amount, unit="minute" | "hour" as unit):
            start = now + (timedelta(minutes=amount) if unit == "minute" else timedelta(hours=amount))
            return start.astimezone(UTC), (start + AN_INSTANT_LASTS).astimezone(UTC)
        case None:
            days = (here.date(), here.date())
            span = _span(days, expression.clock, zone, now)
            if span[0] <= now:  # "at 3", said at 4, is tomorrow
                tomorrow = here.date() + timedelta(days=1)
                span = _span((tomorrow, tomorrow), expression.clock, zone, now)
            return span
        case day:
            found = days_meant(day, here.date(), month_first=month_first)
            if found is None:
                return None
            start, end = _span(found, expression.clock, zone, now)
            if end <= now or (start <= now and _is_an_instant(found, expression.clock)):
                return None
            return max(start, now.astimezone(UTC)), end


def _is_an_instant(days: tuple[date, date], clock: TimeOfDay | None) -> bool:
    """Whether it is over once it has begun: "today at 11", said at 11:04, is not the rest of that half hour."""
    return clock is not None and clock.start == clock.end and days[0] == days[1]


def _span(days: tuple[date, date], clock: TimeOfDay | None, zone: tzinfo, now: datetime) -> tuple[datetime, datetime]:
    """It never ends before it begins, also where the clocks skip the hour in which it would."""
    first, last = days
    if clock is None:
        return _at(first, 0, zone)[0], _at(last, 24 * 60, zone)[0]
    start = _still_to_come(_at(first, clock.start, zone), now)
    end = _still_to_come(_at(last, clock.end, zone), now)
    return start, end if end > start else start + AN_INSTANT_LASTS


def _at(day: date, minutes: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """The moment of this time, and the second one of a time that an autumn change repeats."""
    days, minutes = divmod(minutes, 24 * 60)
    local = datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60), tzinfo=zone)
    first, again = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    return first, max(first, again)


def _still_to_come(moments: tuple[datetime, datetime], now: datetime) -> datetime:
    first, again = moments
    return first if first > now else again


def _puts_the_month_first(zone: tzinfo) -> bool:
    return str(zone) in _MONTH_FIRST or str(zone).startswith(("America/", "US/"))
