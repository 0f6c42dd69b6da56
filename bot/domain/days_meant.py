"""Which days are meant by what somebody says today."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

from bot.domain.days import (
    Ahead,
    Day,
    InMonth,
    InPeriod,
    InYear,
    OnDate,
    OnWeekday,
    Part,
    Slashed,
    WeekdayOfMonth,
    WeekOf,
    WeekOfMonth,
    WhichMonth,
)

_WORKING_WEEK = 5


def days_meant(day: Day, today: date, *, month_first: bool) -> tuple[date, date] | None:
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
            case InMonth(which=which, part=part):
                return _in_month(which, part, today)
            case InYear(year=year, part=part):
                return _to_come(_part_of_year(year, part), today)
            case WeekOf(date=named, unit=unit):
                return _week_of(_date(named, today)[0], unit, today)
            case WeekOfMonth(number=number, of=which):
                return _week_of_month(number, which, today)
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


def _months(which: WhichMonth, today: date) -> Iterator[date]:
    """The first day of each month that may be meant, the likeliest first."""
    this_month = today.replace(day=1)
    if which.month is None:
        for months in (0, 1) if which.months is None else (which.months,):
            yield _months_later(this_month, months)
        return
    year = which.year if which.years is None else today.year + which.years
    for one in (today.year, today.year + 1) if year is None else (year,):
        first = date(one, which.month, 1)
        if not (which.later and first == this_month):
            yield first


def _weekday_of_month(day: WeekdayOfMonth, today: date) -> date:
    for first in _months(day.of, today):
        begin = first if day.number > 0 else _months_later(first, 1) - timedelta(days=7)
        found = begin + timedelta(days=(day.weekday - begin.weekday()) % 7 + 7 * max(day.number - 1, 0))
        if found >= today and found.month == first.month:
            return found
    raise ValueError("it is over, or there is none")


def _week_of_month(number: int, which: WhichMonth, today: date) -> tuple[date, date]:
    """That in which the fourth day is, counted by weeks from the first; the last has the fourth last."""
    for first in _months(which, today):
        middle = _months_later(first, 1) - timedelta(days=4) if number < 0 else first + timedelta(days=7 * number - 4)
        found = _week_of(middle, "week", today)
        if found[1] >= today:
            return found
    raise ValueError("it is over")


def _week_of(day: date, unit: str, today: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    first, last = (5, 6) if unit == "weekend" else (0, _WORKING_WEEK - 1)
    return _to_come((monday + timedelta(days=first), monday + timedelta(days=last)), today)


def _to_come(days: tuple[date, date], today: date) -> tuple[date, date]:
    """Without those that are over; of a span that is over altogether nothing changes."""
    first, last = days
    return (max(first, today), last) if last >= today else days


def _in_month(which: WhichMonth, part: Part, today: date) -> tuple[date, date]:
    for first in _months(which, today):
        found = _part_of(first, _last_of_month(first), part)
        if found[1] >= today:
            return _to_come(found, today)
    raise ValueError("it is over")


def _last_of_month(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _period(period: InPeriod, today: date) -> tuple[date, date]:
    match period.unit:
        case "year":
            return _to_come(_part_of_year(today.year + period.offset, period.part), today)
        case "month":
            first = _months_later(today.replace(day=1), period.offset)
            last = _last_of_month(first)
        case "week" | "weekend":
            first = today - timedelta(days=today.weekday()) + timedelta(weeks=period.offset)
            if period.unit == "weekend":
                return _week_of(first, "weekend", today)
            last = first + timedelta(days=_WORKING_WEEK - 1)
    first, last = _part_of(first, last, period.part)
    return max(first, today), max(last, today)


def _part_of(first: date, last: date, part: Part) -> tuple[date, date]:
    third = timedelta(days=max(1, ((last - first).days + 1) // 3))
    match part:
        case "early":
            return first, first + third
        case "mid":
            return first + third, last - third
        case "late":
            return last - third, last
        case "last day":
            return last, last
        case "":
            return first, last


def _part_of_year(year: int, part: Part) -> tuple[date, date]:
    """Early is its first quarter, late its last, and mid are the four months about the end of June."""
    months = {"early": (1, 3), "mid": (5, 8), "late": (10, 12), "last day": (12, 12), "": (1, 12)}[part]
    return date(year, months[0], 1), _last_of_month(date(year, months[1], 1))


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
