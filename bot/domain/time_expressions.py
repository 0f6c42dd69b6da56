"""What a time expression means to somebody who says it now, where they live."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.domain.clock_grammar import TimeOfDay
from bot.domain.day_grammar import Ahead, Day, InPeriod, OnDate, OnWeekday, Slashed, WeekdayOfMonth
from bot.domain.time_grammar import TimeExpression

AN_INSTANT_LASTS = timedelta(minutes=30)
"""What "at 3" spans: the usual length of a first meeting."""

_WORKING_WEEK = 5
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
            found = _days(day, here.date(), month_first)
            if found is None:
                return None
            start, end = _span(found, expression.clock, zone, now)
            return (max(start, now.astimezone(UTC)), end) if end > now else None


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


def _days(day: Day, today: date, month_first: bool) -> tuple[date, date] | None:
    """The first and the last day that are meant; None where there is no such day."""
    try:
        match day:
            case Ahead(amount=amount, unit="month"):
                return _whole(_months_later(today, amount))
            case Ahead(amount=amount, unit="working day"):
                return _whole(_working_days_later(today, amount))
            case Ahead(amount=amount, unit=unit):
                return _whole(today + timedelta(days=amount * (7 if unit == "week" else 1)))
            case OnWeekday(weekday=weekday, next=in_next_week, weeks=weeks):
                monday = today - timedelta(days=today.weekday())
                days = (weekday - today.weekday() - 1) % 7 + 1
                found = monday + timedelta(days=7 + weekday) if in_next_week else today + timedelta(days=days)
                return _whole(found + timedelta(weeks=weeks))
            case WeekdayOfMonth():
                return _whole(_weekday_of_month(day, today))
            case InPeriod():
                return _period(day, today)
            case OnDate():
                return _date(day, today)
            case Slashed(first=first, second=second, year=year):
                leads = second > 12 or (first <= 12 and month_first)
                month, number = (first, second) if leads else (second, first)
                return _date(OnDate(number, month, year), today)
    except (ValueError, OverflowError):
        return None


def _whole(day: date) -> tuple[date, date]:
    return day, day


def _working_days_later(today: date, amount: int) -> date:
    """As many days that are none of a weekend; of a Saturday or Sunday itself, one later is Monday."""
    day = today
    for _ in range(amount):
        day += timedelta(days=7 - day.weekday() if day.weekday() >= _WORKING_WEEK - 1 else 1)
    return day


def _months_later(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _weekday_of_month(day: WeekdayOfMonth, today: date) -> date:
    for months in (0, 1) if day.months is None else (day.months,):
        first = _months_later(today.replace(day=1), months)
        begin = first if day.number > 0 else _months_later(first, 1) - timedelta(days=7)
        found = begin + timedelta(days=(day.weekday - begin.weekday()) % 7 + 7 * max(day.number - 1, 0))
        if found >= today:
            return found
    raise ValueError("it is over")


def _period(period: InPeriod, today: date) -> tuple[date, date]:
    if period.unit == "month":
        first = _months_later(today.replace(day=1), period.offset)
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    else:
        first = today - timedelta(days=today.weekday()) + timedelta(weeks=period.offset)
        if period.unit == "weekend":
            first += timedelta(days=5)
            return max(first, today), first + timedelta(days=1)
        last = first + timedelta(days=_WORKING_WEEK - 1)
    third = max(1, ((last - first).days + 1) // 3)
    match period.part:
        case "early":
            last = first + timedelta(days=third)
        case "mid":
            first, last = first + timedelta(days=third), last - timedelta(days=third)
        case "late":
            first = last - timedelta(days=third)
        case "last day":
            first = last
        case "":
            pass
    return max(first, today), max(last, today)


def _date(named: OnDate, today: date) -> tuple[date, date]:
    year = named.year if named.years is None else today.year + named.years
    if year is not None and named.month is not None:
        return _whole(date(year, named.month, named.day))
    if named.month is not None:
        # Leap days exist in one of eight years at worst.
        for year in range(today.year, today.year + 9):
            if named.day <= calendar.monthrange(year, named.month)[1]:
                found = date(year, named.month, named.day)
                if found >= today:
                    return _whole(found)
        raise ValueError("no such day")
    if named.months is not None:
        return _whole(_months_later(today.replace(day=1), named.months).replace(day=named.day))
    for months in range(13):
        first = _months_later(today.replace(day=1), months)
        if named.day <= calendar.monthrange(first.year, first.month)[1] and first.replace(day=named.day) >= today:
            return _whole(first.replace(day=named.day))
    raise ValueError("no such day")
