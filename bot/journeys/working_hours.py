"""When somebody is at work: hours of the week in a time zone, without holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.routing import WorkingHours
from bot.domain.send_window import SendWindow
from bot.journeys.send_window import clock_changes, is_inside, next_opening

LOOKS_AHEAD = timedelta(days=400)
"""Somebody who is not at work within this time, longer than any holiday, counts as never there."""

STEP = timedelta(minutes=1)


def is_at_work(hours: WorkingHours, moment: datetime) -> bool:
    local = moment.astimezone(ZoneInfo(hours.window.zone))
    return is_inside(hours.window, local) and not _is_off(hours, _working_day(hours.window, local))


def next_at_work(hours: WorkingHours, now: datetime) -> datetime | None:
    """The first moment from `now` on at which they are at work; `now` itself if they are. None: not for months."""
    zone, moment = ZoneInfo(hours.window.zone), now
    while moment - now <= LOOKS_AHEAD:
        opening = next_opening([hours.window], (), moment)
        if opening is None:
            return None
        local = opening.astimezone(zone)
        day = _working_day(hours.window, local)
        if not _is_off(hours, day):
            return opening
        moment = max(_begin(hours.window, day + timedelta(days=1), zone), opening + STEP)
    return None


def after_working(hours: WorkingHours, start: datetime, length: timedelta) -> datetime | None:
    """When they will have worked for this long since `start`; None if that is months away."""
    moment, left = start, length
    while moment - start <= LOOKS_AHEAD:
        begins = next_at_work(hours, moment)
        if begins is None:
            return None
        ends = _end_of_work(hours, begins)
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
        moment = ends
    return None


def _end_of_work(hours: WorkingHours, begins: datetime) -> datetime:
    """When the shift that is on at this moment is over, or becomes the next one; or when clocks change, if that is
    earlier: they may be changed out of the shift."""
    window, zone = hours.window, ZoneInfo(hours.window.zone)
    day = _working_day(window, begins.astimezone(zone))
    over_midnight = window.closes <= window.opens
    closes = datetime.combine(day + timedelta(days=1 if over_midnight else 0), window.closes, tzinfo=zone)
    ends = {closes.astimezone(UTC), closes.replace(fold=1).astimezone(UTC)}
    dates = {moment.astimezone(UTC).date() for moment in (begins, *ends)}
    ends.update(moment for date in dates for moment in clock_changes(zone.key, date))
    return min((moment for moment in ends if moment > begins), default=begins + STEP)


def _begin(window: SendWindow, day: date, zone: ZoneInfo) -> datetime:
    opens = window.opens if window.opens != window.closes else time()
    return datetime.combine(day, opens, tzinfo=zone).astimezone(UTC)


def _working_day(window: SendWindow, local: datetime) -> date:
    """The day to which this local time belongs: hours past midnight are of the day before."""
    early = window.closes <= window.opens and local.time() < window.opens
    return local.date() - timedelta(days=1) if early else local.date()


def works_on(hours: WorkingHours, day: date) -> bool:
    """Whether work begins on this day."""
    return day.weekday() in hours.window.days and not _is_off(hours, day)


def _is_off(hours: WorkingHours, day: date) -> bool:
    return any(off.has(day) for off in hours.holidays)
