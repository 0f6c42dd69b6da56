"""The days that somebody means, as far as they named them: "next Tuesday", "the last Friday of May", "mid April"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["minute", "hour", "day", "working day", "week", "month"]
Part = Literal["", "early", "mid", "late", "last day"]


@dataclass(frozen=True, slots=True)
class Ahead:
    """So much later than now. Working days are Monday to Friday, holidays or not."""

    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class OnWeekday:
    """0 is Monday. `next`: the one in the week that begins next Monday; `weeks` are added."""

    weekday: int
    next: bool = False
    weeks: int = 0


@dataclass(frozen=True, slots=True)
class WhichMonth:
    """A month by its number, with the year where that was named, or else by how many `months` after the present one.

    `years`: so many years after the present one; `later`: the present month is not meant. Without any of them it is
    the first month that has what is meant still to come.
    """

    month: int | None = None
    year: int | None = None
    years: int | None = None
    months: int | None = None
    later: bool = False


@dataclass(frozen=True, slots=True)
class WeekdayOfMonth:
    """The first to fifth or the last (-1) such day of a month."""

    weekday: int
    number: int
    of: WhichMonth


@dataclass(frozen=True, slots=True)
class InPeriod:
    """The present one (offset 0), the next (1), or a part of it."""

    unit: Literal["week", "weekend", "month", "year"]
    offset: int = 0
    part: Part = ""


@dataclass(frozen=True, slots=True)
class InMonth:
    """A month that was named, or a part of it."""

    which: WhichMonth
    part: Part = ""


@dataclass(frozen=True, slots=True)
class InYear:
    """A year that was named by its number, or a part of it."""

    year: int
    part: Part = ""


@dataclass(frozen=True, slots=True)
class WeekOfMonth:
    """The first to fourth or the last (-1) week of a month, as most of its days fall."""

    number: int
    of: WhichMonth


@dataclass(frozen=True, slots=True)
class OnDate:
    """A date as far as it was named; without year or month, the next such one.

    `months`: so many months after the present one; `years`: so many years after the present one.
    """

    day: int
    month: int | None = None
    year: int | None = None
    months: int | None = None
    years: int | None = None


@dataclass(frozen=True, slots=True)
class WeekOf:
    """The week, or the weekend, in which that date is."""

    date: OnDate
    unit: Literal["week", "weekend"] = "week"


@dataclass(frozen=True, slots=True)
class Slashed:
    """3/4 or 3/4/2027: which number is the month depends on where the writer lives."""

    first: int
    second: int
    year: int | None = None


SeveralDays = InPeriod | InMonth | InYear | WeekOfMonth | WeekOf
"""More days than one: nothing is at an hour of them."""

Day = Ahead | OnWeekday | WeekdayOfMonth | OnDate | Slashed | SeveralDays
