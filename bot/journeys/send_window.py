"""When somebody may be written to: hours of the day and days of the week, in every time zone they may be in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as phone_timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from bot.domain.phone_forms import dialled
from bot.domain.send_window import PERSON_ZONE, SendWindow
from bot.domain.time_zones import zone_names

LOOKS_AHEAD = timedelta(days=14)
"""A window that stays closed for this long is taken never to open."""

NORTH_AMERICA = 1
CONTIGUOUS_UNITED_STATES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")

SUMMER_UNKNOWN = {
    "EST": ("America/New_York", "EST"),
    "MST": ("America/Denver", "MST"),
    "GMT": ("GMT", "Europe/London"),
}
"""Zones without a summer whose names people also write for the region that has one."""

NO_PLACE = frozenset({"UTC", "GMT", "Etc/UTC", "Etc/GMT"})
"""Zones in which somebody may be said to be who is anywhere."""


def next_opening(windows: Sequence[SendWindow], zones: Sequence[str], now: datetime) -> datetime | None:
    """The first moment from `now` on that lies in every window, in every one of `zones`; `now` itself if it does.

    A window in the person's own zone must be open in all of `zones`, since each may be theirs. It counts by the clock
    on the wall: hours that a spring change skips are skipped, hours that an autumn change repeats count twice. None
    when no moment within 14 days will do, and when a window goes by the person's zone and none of `zones` is one:
    nobody knows when their night is, so nothing is sent unasked.
    """
    windows, zones = tuple(windows), tuple(zones)
    clocks = _clocks(windows, zones)
    if clocks is None:
        return None
    if _is_open(clocks, now):
        return now
    until = now + LOOKS_AHEAD
    for day in _days(now.astimezone(UTC).date(), until.astimezone(UTC).date()):
        for moment in _openings_on(day, windows, zones):
            if now < moment <= until:
                return moment
    return None


def zones_of(time_zone: object, phone: object = None, region: str | None = None) -> tuple[str, ...]:
    """Every IANA zone that a person may be in; none when nothing is known.

    Their own `time_zone` if it is one, with its region's where it is an abbreviation such as EST, and with those of
    their `phone` number (E.164) where it is UTC: browsers that tell nobody where they are say so. Else those of the
    number, else those of `region` (ISO 3166).
    A North American area code tells where a number was issued, not where its owner lives now (47 CFR 64.1200(c)(1)
    goes by the called party's location), so such a number may be anywhere in the contiguous United States as well.
    """
    if is_zone(time_zone):
        own = SUMMER_UNKNOWN.get(str(time_zone), (str(time_zone),))
        return (*own, *_zones_of_phone(phone)) if time_zone in NO_PLACE else own
    if (found := _zones_of_phone(phone)) or region is None:
        return found
    return _zones_of_calling_code(phonenumbers.country_code_for_region(region))


@lru_cache(maxsize=4096)
def country_of(phone: str | None, default: str) -> str:
    """The country (ISO 3166) of a number in E.164; `default` where there is none.

    A number that is in no list yet, for new ranges are opened, belongs to the main country of its country code.
    """
    if phone is None:
        return default
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return default
    country: str | None = phonenumbers.region_code_for_number(number)
    return country or phonenumbers.region_code_for_country_code(number.country_code or 0)


def is_zone(name: object) -> bool:
    """Whether this is the name of an IANA time zone."""
    return isinstance(name, str) and name in zone_names()


def _zones_of_phone(phone: object) -> tuple[str, ...]:
    return _zones_of_number(phone) if isinstance(phone, str) else ()


@lru_cache(maxsize=4096)
def _zones_of_number(phone: str) -> tuple[str, ...]:
    try:
        number = phonenumbers.parse(dialled(phone))
    except phonenumbers.NumberParseException:
        return ()
    issued = tuple(zone for zone in phone_timezone.time_zones_for_number(number) if is_zone(zone))
    if number.country_code == NORTH_AMERICA:
        return tuple(dict.fromkeys((*issued, *CONTIGUOUS_UNITED_STATES)))
    return issued or _zones_of_calling_code(number.country_code)


def _zones_of_calling_code(code: int | None) -> tuple[str, ...]:
    if code == NORTH_AMERICA:
        return CONTIGUOUS_UNITED_STATES
    return tuple(zone for zone in TIMEZONE_DATA.get(str(code), ()) if is_zone(zone))


# ---------------------------------------------------------------- windows on a wall clock

_Clock = tuple[SendWindow, ZoneInfo]
_DAY = timedelta(days=1)


@lru_cache(maxsize=1024)
def _clocks(windows: tuple[SendWindow, ...], zones: tuple[str, ...]) -> tuple[_Clock, ...] | None:
    """Each window with each zone that it is to be looked at in; None when one has no zone to be looked at in."""
    persons = [ZoneInfo(zone) for zone in dict.fromkeys(zones) if is_zone(zone)]
    clocks: list[_Clock] = []
    for window in windows:
        fixed = [ZoneInfo(window.zone)] if is_zone(window.zone) else []
        here = persons if window.zone == PERSON_ZONE else fixed
        if not here:
            return None
        clocks.extend((window, zone) for zone in here)
    return tuple(dict.fromkeys(clocks))


def _is_open(clocks: Iterable[_Clock], moment: datetime) -> bool:
    return all(is_inside(window, moment.astimezone(zone)) for window, zone in clocks)


def is_inside(window: SendWindow, local: datetime) -> bool:
    """Whether the window is open at this local time. Hours past midnight belong to the day they began on.

    The first moment is inside, the last is not. A window that closes when it opens is open all day.
    """
    clock, today = local.time(), local.weekday()
    if window.opens < window.closes:
        return today in window.days and window.opens <= clock < window.closes
    if clock >= window.opens:
        return today in window.days
    return clock < window.closes and (today - 1) % 7 in window.days


@lru_cache(maxsize=16_384)
def _openings_on(day: date, windows: tuple[SendWindow, ...], zones: tuple[str, ...]) -> tuple[datetime, ...]:
    """The moments of this day (in UTC) at which all windows are open and one may just have opened, in order.

    Thousands of people share the windows and zones of a morning, so what was found for one is kept for the others.
    """
    clocks = _clocks(windows, zones)
    assert clocks is not None  # noqa: S101  asked only where every window has a zone
    moments = {moment for _, zone in clocks for moment in clock_changes(zone.key, day)}
    for window, zone in clocks:
        for local in _days(day - _DAY, day + _DAY):
            if local.weekday() in window.days:
                opens = datetime.combine(local, window.opens, tzinfo=zone)
                moments.update((opens.astimezone(UTC), opens.replace(fold=1).astimezone(UTC)))
    return tuple(sorted(moment for moment in moments if moment.date() == day and _is_open(clocks, moment)))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * _DAY


@lru_cache(maxsize=4096)
def clock_changes(name: str, day: date) -> tuple[datetime, ...]:
    """The moments of this day (in UTC) at which the zone's clock is put forward or back, to the second."""
    zone, step = ZoneInfo(name), timedelta(hours=12)
    begin = datetime.combine(day, time(), tzinfo=UTC)
    pairs = ((begin, begin + step), (begin + step, begin + 2 * step))
    return tuple(
        _change_between(zone, before, after) for before, after in pairs if _offset(zone, before) != _offset(zone, after)
    )


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    old = _offset(zone, before)
    low, high = int(before.timestamp()), int(after.timestamp()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(middle, UTC)) == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
