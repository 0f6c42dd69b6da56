"""What lets people into a journey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Once:
    """At this moment, and never again."""

    at: datetime
    kind: Literal["once"] = "once"


@dataclass(frozen=True, slots=True)
class Cron:
    """At the times of a cron expression (minute, hour, day, month, weekday), on the clocks of `zone`."""

    expression: str
    zone: str
    kind: Literal["cron"] = "cron"


@dataclass(frozen=True, slots=True)
class PersonalCron:
    """At the times of a cron expression, on each person's own clock."""

    expression: str
    kind: Literal["personal_cron"] = "personal_cron"


@dataclass(frozen=True, slots=True)
class OnDate:
    """For each person on the day that their attribute names, `days_before` it (below zero: after), at `at`.

    On the person's clock. `yearly`: on its anniversaries, too; `monthly`: on that day of each month. A day that a month
    has not is its last one: who was born on 29 February has a birthday on the 28th.
    """

    attribute: str
    days_before: int = 0
    at: time = time(9)
    yearly: bool = False
    monthly: bool = False
    kind: Literal["on_date"] = "on_date"


Schedule = Once | Cron | PersonalCron | OnDate

# Every entry may have a condition, and says when somebody who was in the journey may come again (None: never).


@dataclass(frozen=True, slots=True)
class EventEntry:
    """Something happened to the person; each part of its data that `where` names has one of those values."""

    event: str
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    condition: str | None = None
    again_after: timedelta | None = None
    kind: Literal["event"] = "event"


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """A time has come: all for whom the condition holds, and who are in the `segment`, where it names one."""

    schedule: Schedule
    condition: str | None = None
    again_after: timedelta | None = None
    segment: str | None = None
    kind: Literal["schedule"] = "schedule"


@dataclass(frozen=True, slots=True)
class ApiEntry:
    """Another system asks for it through our HTTP API."""

    condition: str | None = None
    again_after: timedelta | None = None
    kind: Literal["api"] = "api"


Entry = EventEntry | ScheduleEntry | ApiEntry
