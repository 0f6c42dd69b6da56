"""When a time comes: of clocks in a zone, of cron expressions, and of days that a person's attributes name.

A local time that the spring change skips comes as much later as the clock is put forward; of one that the autumn change
repeats, the first counts. Where a person may be in several zones it has come when it has come in all of them.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from bot.domain.entries import Cron, Once, OnDate, PersonalCron
from bot.domain.steps import AttributeTime, ClockTime
from bot.domain.time_zones import zone_names
from bot.journeys.send_window import is_zone

A_LEAP_YEAR = 2000
_DAY = timedelta(days=1)
_EASTMOST = timedelta(hours=15)
"""No clock is so far ahead of UTC."""

_LONGEST_SKIP = timedelta(hours=3)
"""No clocks are put forward by so much."""


def moment_of(day: date, at: time, zone: str) -> datetime:
    """The moment, in UTC, at which the clocks of `zone` show this day and time."""
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def moment_in_all(day: date, at: time, zones: Iterable[str]) -> datetime:
    """The moment from which it is past this day and time in every one of the zones; in UTC where none is known."""
    known = [zone for zone in zones if is_zone(zone)]
    return max(moment_of(day, at, zone) for zone in known or ["UTC"])


# ---------------------------------------------------------------- what a wait ends with


def next_clock_time(until: ClockTime, zones: Iterable[str], now: datetime) -> datetime:
    """The first moment after `now` at which it is that time on one of those days, on the person's clock."""
    zones = tuple(zones)
    for number in range(-2, 10):
        day = now.date() + number * _DAY
        if day.weekday() in until.days and (moment := moment_in_all(day, until.at, zones)) > now:
            return moment
    raise AssertionError(f"no weekday of {sorted(until.days)} comes within a week")


def attribute_time(until: AttributeTime, value: Any, zones: Iterable[str]) -> datetime | None:
    """The moment that the attribute's value speaks of, moved by the step's offset; None where it names no time.

    Whole days of the offset go by the calendar, so that it is the same time of day when clocks change between; what is
    less than a day counts from there by the hour. Texts in ISO 8601 count: a day, which has the step's hour, a local
    time, or a time with its offset from UTC.
    """
    try:
        return _moment_in(value, until, zones)
    except OverflowError:
        return None


def _moment_in(value: Any, until: AttributeTime, zones: Iterable[str]) -> datetime | None:
    if (day := day_in(value)) is None:
        return None
    said = _time_in(value)
    if said is not None and said.tzinfo is not None:
        return said.astimezone(UTC) + until.offset
    whole_days = int(until.offset / _DAY) * _DAY
    at = said.time() if said is not None else until.at
    return moment_in_all(day + whole_days, at, zones) + (until.offset - whole_days)


def day_in(value: Any) -> date | None:
    """The day that a profile's value names, such as 2026-12-24 or 2026-12-24T18:00; None where it names none."""
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value.strip()[:10])
    except ValueError:
        return None


def _time_in(value: Any) -> datetime | None:
    """The time of day that comes with the day; None where there is only a day."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or len(value.strip()) <= len("2026-12-24"):
        return None
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        return None


# ---------------------------------------------------------------- when a schedule runs


def next_run(schedule: Once | Cron, after: datetime) -> datetime | None:
    """The first time after `after`; None where there is none."""
    if isinstance(schedule, Once):
        return schedule.at if schedule.at > after else None
    # Asked from within an hour of which clocks skip a part, it would leave out what comes next.
    local = (after - _LONGEST_SKIP).astimezone(ZoneInfo(schedule.zone))
    for found in CronSim(schedule.expression, local.replace(microsecond=0)):
        if (moment := found.astimezone(UTC)) > after:
            return moment
    return None


def cron_fault(expression: str) -> str:
    """What is wrong with a cron expression; empty where nothing is."""
    if len(expression.split()) != 5:
        return "it must have five parts: minute, hour, day, month, weekday"
    try:
        upcoming = CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC))
        next(upcoming)
    except CronSimError as error:
        return f"{str(error)[:1].lower()}{str(error)[1:]}"
    except StopIteration:
        return "no such day ever comes"
    return ""


# ---------------------------------------------------------------- a cron schedule on each person's clock


def times_due(
    schedule: PersonalCron, zones: Iterable[str], since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The times that came after `since` and until `until` for a person of these zones: what the clock showed, and when.

    What the clock showed has no zone: whoever moves meanwhile has had that nine o'clock or has it still to come.
    """
    zones = tuple(zones)
    for shown in _times_shown(schedule.expression, since, until):
        moment = moment_in_all(shown.date(), shown.time(), zones)
        if since < moment <= until:
            yield shown, moment


def zones_due(schedule: PersonalCron, since: datetime, until: datetime) -> frozenset[str]:
    """The zones in which a time came after `since` and until `until`."""
    return frozenset(
        zone
        for shown in _times_shown(schedule.expression, since, until)
        for zone, moment in _moments_of(shown).items()
        if since < moment <= until
    )


def next_personal_run(schedule: PersonalCron, after: datetime) -> datetime | None:
    """The first moment after `after` at which a time comes in some zone; None where there is none."""
    found: datetime | None = None
    for shown in CronSim(schedule.expression, _shown_in_utc(after) - 2 * _DAY):
        if found is not None and shown - _EASTMOST > _shown_in_utc(found):
            break  # this one and those behind it come later
        upcoming = [moment for moment in _moments_of(shown).values() if moment > after]
        found = min([*upcoming, *([found] if found else [])], default=None)
    return found


@lru_cache(maxsize=16)
def _times_shown(expression: str, since: datetime, until: datetime) -> tuple[datetime, ...]:
    """What clocks may show between the two somewhere, with a day to spare: a zone may skip a whole one."""
    last = _shown_in_utc(until) + _DAY
    found = []
    for shown in CronSim(expression, _shown_in_utc(since) - 2 * _DAY):
        if shown > last:
            break
        found.append(shown)
    return tuple(found)


@lru_cache(maxsize=256)
def _moments_of(shown: datetime) -> Mapping[str, datetime]:
    """When the clocks of each zone show it: as `moment_of` has it, for some hundreds of zones."""
    offsets = {zone: shown.replace(tzinfo=ZoneInfo(zone)).utcoffset() for zone in zone_names()}
    moments = {offset: shown.replace(tzinfo=UTC) - offset for offset in set(offsets.values()) if offset is not None}
    return {zone: moments[offset] for zone, offset in offsets.items() if offset is not None}


def _shown_in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


# ---------------------------------------------------------------- days of one person


def days_due(schedule: OnDate, value: Any, zones: Iterable[str], since: datetime, until: datetime) -> Iterator[date]:
    """The days whose time came after `since` and until `until`, for a person of whom the attribute says `value`.

    Each is the day itself (the anniversary), not the one `days_before` it.
    """
    named = day_in(value)
    if named is None:
        return
    zones = tuple(zones)
    shift = schedule.days_before * _DAY
    for day in _occurrences(schedule, named, since.date() + shift - 2 * _DAY, until.date() + shift + 2 * _DAY):
        try:
            moment = moment_in_all(day - shift, schedule.at, zones)
        except OverflowError:
            continue
        if since < moment <= until:
            yield day


def _occurrences(schedule: OnDate, named: date, first: date, last: date) -> Iterator[date]:
    if not (schedule.yearly or schedule.monthly):
        if first <= named <= last:
            yield named
        return
    first = max(first, named)
    for year in range(first.year, last.year + 1):
        for month in range(1, 13) if schedule.monthly else (named.month,):
            if first <= (day := day_of_month(named, year, month)) <= last:
                yield day


def day_of_month(named: date, year: int, month: int) -> date:
    """The day of that month by its number; the last one where the month has none of that number."""
    return date(year, month, min(named.day, monthrange(year, month)[1]))


def days_to_look_for(schedule: OnDate, since: datetime, until: datetime) -> tuple[str, ...]:
    """The days that people's attributes may name whose time comes between the two, as they are written.

    `2026-12-24`, `____-12-24` for that day of any year, or `____-__-24` of any month. A few too many, for nobody's zone
    is known yet.
    """
    shift = schedule.days_before * _DAY
    first, last = since.date() + shift - 2 * _DAY, until.date() + shift + 2 * _DAY
    days = [first + number * _DAY for number in range((last - first).days + 1)]
    if not (schedule.yearly or schedule.monthly):
        return tuple(day.isoformat() for day in days)
    month = "__" if schedule.monthly else "%m"
    named = {f"{day:____-{month}}-{number:02}" for day in days for number in _numbers_on(day, schedule)}
    return tuple(sorted(named))


def _numbers_on(day: date, schedule: OnDate) -> range:
    """The numbers of days that come on this one: on the last of its month, those that it has not this time, too."""
    is_last = day.day == monthrange(day.year, day.month)[1]
    highest = 31 if schedule.monthly else monthrange(A_LEAP_YEAR, day.month)[1]
    return range(day.day, (highest if is_last else day.day) + 1)
