"""Working hours: shifts, holidays, and what a stretch of work takes by the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.routing import DaysOff, WorkingHours
from bot.domain.send_window import SendWindow
from bot.journeys.working_hours import after_working, is_at_work, next_at_work

BERLIN = SendWindow(time(9), time(17), frozenset(range(5)), zone="Europe/Berlin")
CHRISTMAS = (DaysOff(date(2026, 12, 24), date(2027, 1, 1)),)
OFFICE = WorkingHours(BERLIN, CHRISTMAS)
NIGHTS = WorkingHours(SendWindow(time(22), time(6), zone="Europe/Berlin"), (DaysOff(*[date(2026, 12, 24)] * 2),))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "working"),
    [
        ("2026-12-23 08:00", True),
        ("2026-12-23 07:59", False),
        ("2026-12-23 16:00", False),
        ("2026-12-24 10:00", False),
        ("2027-01-01 10:00", False),
        ("2027-01-02 10:00", False),  # a Saturday
        ("2027-01-04 10:00", True),
    ],
)
def test_who_works_by_the_week_works_on_no_holiday(moment: str, working: bool) -> None:
    assert is_at_work(OFFICE, at(moment)) == working


@pytest.mark.parametrize(
    ("moment", "working"),
    [
        ("2026-12-24 02:00", True),  # the night that began on the 23rd
        ("2026-12-24 22:00", False),
        ("2026-12-25 02:00", False),  # the night of the holiday
        ("2026-12-25 22:00", True),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_began(moment: str, working: bool) -> None:
    assert is_at_work(NIGHTS, at(moment)) == working


def test_work_begins_again_after_the_holidays() -> None:
    off_for_a_year = WorkingHours(BERLIN, (DaysOff(date(2026, 12, 24), date(2027, 12, 24)),))
    assert next_at_work(off_for_a_year, at("2026-12-24 10:00")) == at("2027-12-27 08:00")
    assert next_at_work(OFFICE, at("2026-12-23 17:00")) == at("2027-01-04 08:00")
    assert next_at_work(OFFICE, at("2026-12-23 10:00")) == at("2026-12-23 10:00")
    assert (
        next_at_work(WorkingHours(BERLIN, (DaysOff(date(2026, 1, 1), date(2029, 1, 1)),)), at("2026-12-23 17:00"))
        is None
    )


def test_a_stretch_of_work_goes_on_after_closing_and_holidays() -> None:
    assert after_working(OFFICE, at("2026-12-22 15:30"), timedelta(hours=1)) == at("2026-12-23 08:30")
    assert after_working(OFFICE, at("2026-12-23 15:30"), timedelta(hours=1)) == at("2027-01-04 08:30")
    assert after_working(OFFICE, at("2026-12-22 08:00"), timedelta(hours=8)) == at("2026-12-22 16:00")
    around = WorkingHours(SendWindow(time(0), time(0), zone="Europe/Berlin"))
    assert after_working(around, at("2026-10-24 20:00"), timedelta(days=2)) == at("2026-10-26 20:00")


moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: at("2026-01-01 00:00") + timedelta(minutes=minutes))
clocks = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"])
holidays = st.lists(
    st.dates(date(2026, 1, 1), date(2027, 12, 1)).flatmap(
        lambda day: st.integers(0, 9).map(lambda length: DaysOff(day, day + timedelta(days=length)))
    ),
    max_size=3,
).map(tuple)
weeks = st.frozensets(st.integers(0, 6), min_size=1)
hours = st.builds(
    WorkingHours, st.builds(SendWindow, opens=clocks, closes=clocks, days=weeks, zone=zones), holidays
).filter(lambda one: one.window.opens != one.window.closes)


@given(hours, moments)
def test_the_next_moment_at_work_is_at_work_and_none_is_before_it(one: WorkingHours, now: datetime) -> None:
    begins = next_at_work(one, now)
    assert begins is not None
    assert begins >= now
    assert is_at_work(one, begins)
    step = max((begins - now) / 50, timedelta(minutes=1))
    assert not any(is_at_work(one, now + number * step) for number in range(50) if now + number * step < begins)


@given(hours, moments, st.integers(1, 120))  # a quarter of an hour a week comes to more within the time looked ahead
def test_work_ends_while_at_work_and_takes_at_least_as_long(one: WorkingHours, now: datetime, minutes: int) -> None:
    length = timedelta(minutes=minutes)
    ends = after_working(one, now, length)
    assert ends is not None
    assert ends - now >= length
    assert is_at_work(one, ends - timedelta(seconds=30))


CHANGES = [
    ("Europe/Berlin", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-10-25T01:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00"),  # by half an hour
    ("Australia/Lord_Howe", "2026-10-03T15:30"),
    ("Africa/Cairo", "2026-04-23T22:00"),  # at midnight
    ("Africa/Cairo", "2026-10-29T21:00"),
    ("America/Havana", "2026-11-01T05:00"),  # it has two midnights
]
"""When the clocks of a zone are put forward or back, in UTC."""

QUARTER = timedelta(minutes=15)
nights = (st.integers(0, 4 * 4 - 1) | st.integers(22 * 4, 24 * 4 - 1)).map(
    lambda number: time(number // 4, number % 4 * 15)
)


@given(
    change=st.sampled_from(CHANGES),
    opens=nights,
    closes=nights,
    before=st.integers(-8, 2 * 24),
    length=st.integers(1, 20),
)
@example(change=CHANGES[1], opens=time(2, 30), closes=time(23, 30), before=6, length=4)
@example(change=CHANGES[4], opens=time(22, 45), closes=time(0, 15), before=5, length=8)
def test_whatever_clocks_do_an_hour_of_work_takes_an_hour_at_work(
    change: tuple[str, str], opens: time, closes: time, before: int, length: int
) -> None:
    zone, moment = change
    hours = WorkingHours(SendWindow(opens, closes, zone=zone))
    start = datetime.fromisoformat(moment).replace(tzinfo=UTC) - before * QUARTER
    done, left = start, length
    while left:
        left -= is_at_work(hours, done)
        done += QUARTER
    assert after_working(hours, start, length * QUARTER) == done
