"""Times for a meeting: in working hours, in time, and free."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.meeting import QUARTER
from bot.domain.routing import DaysOff, MeetingTerms, WorkingHours
from bot.domain.send_window import SendWindow
from bot.journeys.meeting_slots import free_slots, is_free
from bot.journeys.working_hours import is_at_work

BERLIN = SendWindow(time(9), time(12), frozenset(range(5)), zone="Europe/Berlin")
OFFICE = WorkingHours(BERLIN, (DaysOff(*[date(2026, 11, 25)] * 2),))
MONDAY = datetime(2026, 11, 23, 8, 20, tzinfo=UTC)
TERMS = MeetingTerms()


def slots(*taken: datetime, terms: MeetingTerms = TERMS, most: int = 4) -> list[str]:
    return [f"{one:%d %H:%M}" for one in free_slots(OFFICE, terms, taken, MONDAY, most=most)]


def test_times_are_some_of_each_working_day_after_the_notice() -> None:
    assert slots() == ["23 10:30", "24 08:00", "24 10:00", "26 08:00"], "the 25th is a holiday"
    assert slots(terms=MeetingTerms(notice=timedelta(days=1)))[0] == "24 08:30"
    assert slots(terms=MeetingTerms(ahead=timedelta(hours=3))) == ["23 10:30"]
    assert slots(terms=MeetingTerms(length=timedelta(hours=4))) == [], "it is longer than a day's work"


def test_what_is_booked_is_not_offered_nor_what_it_would_run_into() -> None:
    assert slots(datetime(2026, 11, 23, 10, 45, tzinfo=UTC))[0] == "24 08:00"
    assert slots(datetime(2026, 11, 24, 8, 15, tzinfo=UTC))[1] == "24 08:30"


def test_a_time_off_the_quarters_is_none() -> None:
    assert not is_free(OFFICE, TERMS, (), datetime(2026, 11, 24, 8, 10, tzinfo=UTC), MONDAY)
    assert is_free(OFFICE, TERMS, (), datetime(2026, 11, 24, 8, 15, tzinfo=UTC), MONDAY)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Pacific/Kiritimati", "Europe/Berlin"])
def test_of_each_of_the_reps_days_there_are_two_wherever_they_are(zone: str) -> None:
    hours = WorkingHours(SendWindow(time(9), time(17), frozenset(range(5)), zone=zone))
    found = free_slots(hours, TERMS, (), datetime(2026, 11, 23, 0, 20, tzinfo=UTC), most=6)
    days = Counter(at.astimezone(ZoneInfo(zone)).date() for at in found)
    assert max(days.values()) == 2
    assert set(list(days.values())[1:-1]) == {2}


@pytest.mark.parametrize(
    ("where", "begins"),
    [
        ("America/New_York", ["23 13:00", "23 15:00", "24 13:00", "24 15:00"]),  # from eight there
        ("Asia/Kolkata", ["23 10:30", "23 12:30", "24 09:00", "24 11:00"]),  # up to eight in the evening
        ("Pacific/Auckland", ["23 10:30", "23 12:30", "24 09:00", "24 11:00"]),  # it is night there anyway
    ],
)
def test_where_there_are_some_by_day_for_the_customer_none_of_the_night_are_offered(
    where: str, begins: list[str]
) -> None:
    london = WorkingHours(SendWindow(time(9), time(16), frozenset(range(5)), zone="Europe/London"))
    found = free_slots(london, TERMS, (), MONDAY, most=4, customer=ZoneInfo(where))
    assert [f"{one:%d %H:%M}" for one in found] == begins


quarters = st.integers(0, 96 * 14).map(lambda number: datetime(2026, 11, 23, tzinfo=UTC) + number * QUARTER)


@given(
    st.frozensets(quarters, max_size=200),
    st.integers(1, 8),
    st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"]),
    st.integers(0, 48),
)
def test_all_that_is_offered_is_at_work_and_free_and_overlaps_nothing(
    taken: frozenset[datetime], length: int, zone: str, notice: int
) -> None:
    hours = WorkingHours(SendWindow(time(9), time(17), frozenset(range(5)), zone=zone))
    terms = MeetingTerms(length=length * QUARTER, notice=timedelta(hours=notice) + QUARTER)
    found = free_slots(hours, terms, taken, MONDAY, most=6)
    assert list(found) == sorted(set(found))
    for at in found:
        assert MONDAY + terms.notice <= at <= MONDAY + terms.ahead
        covered = [at + number * QUARTER for number in range(length)]
        assert all(is_at_work(hours, one) and one not in taken for one in covered)
    for one, following in pairwise(found):
        assert following - one >= terms.length
