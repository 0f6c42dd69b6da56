"""When times come: on clocks that are put forward and back, at the ends of months, on 29 February."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.entries import Cron, Once, OnDate, PersonalCron
from bot.domain.steps import AttributeTime, ClockTime
from bot.journeys.schedule import (
    attribute_time,
    cron_fault,
    day_in,
    day_of_month,
    days_due,
    days_to_look_for,
    moment_in_all,
    moment_of,
    next_clock_time,
    next_personal_run,
    next_run,
    times_due,
    zones_due,
)

ZONES = ("Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati", "UTC")
zones = st.sampled_from(ZONES)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
days = st.dates(date(2000, 1, 1), date(2060, 1, 1))
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
DAY = timedelta(days=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


# ---------------------------------------------------------------- clocks


def test_a_time_that_the_spring_change_skips_comes_as_much_later_as_the_clock_is_put_forward() -> None:
    assert moment_of(date(2026, 3, 29), time(1, 30), "Europe/London") == utc(2026, 3, 29, 1, 30)
    assert utc(2026, 3, 29, 1, 30).astimezone(ZoneInfo("Europe/London")).time() == time(2, 30)


def test_of_a_time_that_the_autumn_change_repeats_the_first_counts() -> None:
    assert moment_of(date(2026, 10, 25), time(1, 30), "Europe/London") == utc(2026, 10, 25, 0, 30)


@given(day=days, at=clocks, zone=zones)
def test_a_moment_shows_its_time_or_one_that_is_skipped(day: date, at: time, zone: str) -> None:
    local = moment_of(day, at, zone).astimezone(ZoneInfo(zone))
    ahead = local.replace(tzinfo=None) - datetime.combine(day, at)
    assert timedelta() <= ahead <= DAY
    if ahead:
        before = (moment_of(day, at, zone) - ahead).astimezone(ZoneInfo(zone))
        assert before.utcoffset() != local.utcoffset()


@given(day=days, at=clocks, several=st.lists(zones, max_size=4))
def test_in_several_zones_a_time_has_come_when_it_has_come_in_all(day: date, at: time, several: list[str]) -> None:
    moment = moment_in_all(day, at, several)
    assert all(moment >= moment_of(day, at, zone) for zone in several)
    assert moment in [moment_of(day, at, zone) for zone in several or ["UTC"]]


def test_the_next_nine_o_clock_is_today_or_tomorrow() -> None:
    nine = ClockTime(time(9))
    assert next_clock_time(nine, ["Europe/London"], utc(2026, 11, 24, 8, 59)) == utc(2026, 11, 24, 9)
    assert next_clock_time(nine, ["Europe/London"], utc(2026, 11, 24, 9)) == utc(2026, 11, 25, 9)
    assert next_clock_time(nine, [], utc(2026, 11, 24, 8)) == utc(2026, 11, 24, 9)


def test_somebody_who_may_be_on_either_coast_is_waited_for_until_it_is_nine_on_both() -> None:
    coasts = ["America/New_York", "America/Los_Angeles"]
    half_past_nine_in_new_york = utc(2026, 11, 24, 14, 30)
    assert next_clock_time(ClockTime(time(9)), coasts, half_past_nine_in_new_york) == utc(2026, 11, 24, 17)


@given(now=moments, at=clocks, wanted=st.sets(st.integers(0, 6), min_size=1), zone=zones)
def test_the_next_time_is_later_on_a_wanted_day_and_none_is_left_out(
    now: datetime, at: time, wanted: set[int], zone: str
) -> None:
    until = ClockTime(at, frozenset(wanted))
    found = next_clock_time(until, [zone], now)
    assert now < found <= now + timedelta(days=8, hours=2)
    local = found.astimezone(ZoneInfo(zone))
    assert local.weekday() in wanted or local.time() < time(3)  # skipped by a change at midnight
    between = next_clock_time(until, [zone], found - timedelta(seconds=1))
    assert between == found


# ---------------------------------------------------------------- what attributes say


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-12-10", utc(2026, 12, 7, 9)),
        (date(2026, 12, 10), utc(2026, 12, 7, 9)),
        ("2026-12-10T18:00", utc(2026, 12, 7, 18)),
        ("2026-07-10 18:00:00", utc(2026, 7, 7, 17)),
        ("2026-12-10T18:00:00+02:00", utc(2026, 12, 7, 16)),
        (" 2026-12-10 ", utc(2026, 12, 7, 9)),
        ("2026-12-10 or so", utc(2026, 12, 7, 9)),
        ("soon", None),
        ("", None),
        (None, None),
        (5, None),
        (["2026-12-10"], None),
        ("0001-01-01", None),
    ],
)
def test_an_attribute_names_a_day_or_a_time(value: Any, moment: datetime | None) -> None:
    until = AttributeTime("renewal_date", timedelta(days=-3))
    assert attribute_time(until, value, ["Europe/London"]) == moment


def test_hours_before_an_appointment_count_from_its_time_and_days_go_by_the_calendar() -> None:
    an_hour_before = AttributeTime("demo_at", timedelta(hours=-1))
    assert attribute_time(an_hour_before, "2026-12-10T18:00", ["Europe/London"]) == utc(2026, 12, 10, 17)
    a_day_after = AttributeTime("since", timedelta(days=1), time(9))
    before_the_change = "2026-10-24"
    assert attribute_time(a_day_after, before_the_change, ["Europe/London"]) == utc(2026, 10, 25, 9)


@pytest.mark.parametrize("change", ["2026-03-29", "2026-10-25"])
@given(
    days_off=st.integers(-3, 3),
    hours=st.integers(-23, 23),
    at=st.sampled_from([time(9), time(18, 30)]),
    told=st.booleans(),
)
def test_near_a_change_of_clocks_days_keep_the_time_of_day_and_hours_are_hours(
    change: str, days_off: int, hours: int, at: time, told: bool
) -> None:
    """An hour before nine on the Sunday on which clocks change is eight, and three days before is at the same time."""
    hours = abs(hours) if days_off >= 0 else -abs(hours)
    value = f"{change}T{at.isoformat()}" if told else change
    until = AttributeTime("x", timedelta(days=days_off, hours=hours), at)
    same_time = moment_of(date.fromisoformat(change) + timedelta(days=days_off), at, "Europe/London")
    assert attribute_time(until, value, ["Europe/London"]) == same_time + timedelta(hours=hours)


def test_an_hour_before_a_day_on_which_clocks_change_is_an_hour_before() -> None:
    an_hour_before = AttributeTime("renewal_date", timedelta(hours=-1), time(9))
    assert attribute_time(an_hour_before, "2026-03-29", ["Europe/London"]) == utc(2026, 3, 29, 7)


@given(value=st.none() | st.integers() | st.floats() | st.text() | st.lists(st.text()) | st.dates() | days.map(str))
def test_no_value_breaks_a_date(value: Any) -> None:
    named = day_in(value)
    assert named is None or isinstance(named, date)
    attribute_time(AttributeTime("x", timedelta(days=-3660)), value, ZONES)
    list(days_due(OnDate("x", 14, yearly=True), value, ZONES, utc(2026, 1, 1), utc(2026, 1, 2)))


# ---------------------------------------------------------------- cron


def test_a_run_at_one_time_comes_once() -> None:
    once = Once(utc(2026, 12, 1, 9))
    assert next_run(once, utc(2026, 11, 24)) == utc(2026, 12, 1, 9)
    assert next_run(once, utc(2026, 12, 1, 9)) is None


@pytest.mark.parametrize(
    ("expression", "after", "found"),
    [
        ("0 9 * * mon", utc(2026, 11, 24), utc(2026, 11, 30, 9)),
        ("0 9 * * mon", utc(2026, 11, 30, 9), utc(2026, 12, 7, 9)),
        ("0 9 31 * *", utc(2026, 11, 1), utc(2026, 12, 31, 9)),
        ("0 9 L * *", utc(2026, 2, 1), utc(2026, 2, 28, 9)),
        ("0 9 29 2 *", utc(2026, 3, 1), utc(2028, 2, 29, 9)),
        ("30 1 * * *", utc(2026, 3, 29, 0, 30), utc(2026, 3, 29, 1)),  # there is no 1:30 on that day
        ("30 1 * * *", utc(2026, 10, 25, 0, 45), utc(2026, 10, 26, 1, 30)),  # nor is it run at the second one
    ],
)
def test_cron_goes_by_the_clocks_of_its_zone(expression: str, after: datetime, found: datetime) -> None:
    assert next_run(Cron(expression.upper(), "Europe/London"), after) == found


def test_from_within_the_hour_of_a_change_every_second_hour_comes_as_from_before_it() -> None:
    every_other = Cron("0 */2 * * *", "Pacific/Chatham")  # where 3:00 to 3:45 is not on that day
    assert next_run(every_other, utc(2026, 9, 26, 13)) == utc(2026, 9, 26, 13, 15)
    assert next_run(every_other, utc(2026, 9, 26, 13, 15)) == utc(2026, 9, 26, 14, 15)
    assert next_run(every_other, utc(2026, 9, 26, 14, 4)) == utc(2026, 9, 26, 14, 15)


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    weekday=st.sampled_from(["*", "MON", "SAT,SUN", "1-5"]),
    zone=zones,
    after=moments,
)
def test_runs_of_cron_come_later_and_later_and_none_is_left_out(
    minute: int, hour: int, weekday: str, zone: str, after: datetime
) -> None:
    schedule = Cron(f"{minute} {hour} * * {weekday}", zone)
    first = next_run(schedule, after)
    assert first is not None
    assert after < first <= after + timedelta(days=7, hours=2)
    assert next_run(schedule, first - timedelta(seconds=1)) == first
    second = next_run(schedule, first)
    assert second is not None
    assert second > first


@pytest.mark.parametrize(
    "expression", ["* * * *", "61 * * * *", "0 0 30 2 *", "x * * * *", "* * * * * *", "0 9 * * xyz"]
)
def test_a_faulty_expression_is_told(expression: str) -> None:
    assert cron_fault(expression.upper())


def test_a_good_expression_is_none() -> None:
    assert cron_fault("0 9 * * MON") == ""


# ---------------------------------------------------------------- cron on each person's clock


def shown(schedule: PersonalCron, since: datetime, until: datetime, *zones: str) -> list[datetime]:
    return [moment for _, moment in times_due(schedule, zones, since, until)]


def test_nine_o_clock_comes_to_each_zone_in_turn() -> None:
    mondays, sunday, tuesday = PersonalCron("0 9 * * MON"), utc(2026, 11, 29), utc(2026, 12, 1, 12)
    assert shown(mondays, sunday, tuesday, "Pacific/Kiritimati") == [utc(2026, 11, 29, 19)]
    assert shown(mondays, sunday, tuesday, "Europe/London") == [utc(2026, 11, 30, 9)]
    assert shown(mondays, sunday, tuesday, "Pacific/Pago_Pago") == [utc(2026, 11, 30, 20)]
    assert shown(mondays, sunday, tuesday, "America/New_York", "America/Los_Angeles") == [utc(2026, 11, 30, 17)]
    assert shown(mondays, sunday, tuesday) == [utc(2026, 11, 30, 9)]


def test_half_past_one_comes_once_on_the_nights_on_which_clocks_change() -> None:
    nightly = PersonalCron("30 1 * * *")
    assert shown(nightly, utc(2026, 3, 28, 12), utc(2026, 3, 29, 12), "Europe/London") == [utc(2026, 3, 29, 1, 30)]
    assert shown(nightly, utc(2026, 10, 24, 12), utc(2026, 10, 25, 12), "Europe/London") == [utc(2026, 10, 25, 0, 30)]


crons = st.builds(
    "{} {} {} * {}".format,
    st.integers(0, 59),
    st.sampled_from(["0", "1", "2", "3", "9", "23", "1,2", "*"]),
    st.sampled_from(["*", "29", "L"]),
    st.sampled_from(["*", "MON", "SAT,SUN"]),
).map(PersonalCron)
weeks = st.lists(
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 15), timezones=st.just(UTC))  # noqa: DTZ001
    | st.datetimes(datetime(2026, 10, 1), datetime(2026, 11, 15), timezones=st.just(UTC)),  # noqa: DTZ001
    min_size=1,
    max_size=5,
)


@given(schedule=crons, zone=zones, cuts=weeks)
def test_however_time_is_cut_each_time_of_a_persons_clock_comes_once(
    schedule: PersonalCron, zone: str, cuts: list[datetime]
) -> None:
    edges = [utc(2026, 2, 27), *sorted(cuts), utc(2026, 11, 16)]
    parts = [one for since, until in pairwise(edges) for one in times_due(schedule, [zone], since, until)]
    assert sorted(parts) == sorted(times_due(schedule, [zone], edges[0], edges[-1]))
    assert len({clock for clock, _ in parts}) == len(parts)
    for clock, moment in parts:
        local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert local == clock or moment_of(clock.date(), clock.time(), zone) == moment


@settings(max_examples=25)
@given(schedule=crons, after=weeks.map(min))
def test_between_two_runs_a_time_comes_nowhere_and_at_the_second_it_comes_somewhere(
    schedule: PersonalCron, after: datetime
) -> None:
    following = next_personal_run(schedule, after)
    assert following is not None
    assert following > after
    assert not zones_due(schedule, after, following - timedelta(microseconds=1))
    somewhere = zones_due(schedule, after, following)
    assert somewhere
    for zone in sorted(somewhere)[:3]:
        assert following in shown(schedule, after, following, zone)


# ---------------------------------------------------------------- days of one person


def due(schedule: OnDate, value: Any, since: datetime, until: datetime, *zones: str) -> list[date]:
    return list(days_due(schedule, value, zones or ("Europe/London",), since, until))


def test_a_renewal_is_due_a_fortnight_before_on_the_person_s_clock() -> None:
    schedule = OnDate("renewal_date", 14, time(9))
    day = date(2026, 12, 10)
    nine_in_new_york = utc(2026, 11, 26, 14)
    assert due(schedule, "2026-12-10", utc(2026, 11, 26, 8), utc(2026, 11, 26, 9)) == [day]
    assert due(schedule, "2026-12-10", utc(2026, 11, 26, 9), utc(2026, 11, 26, 10)) == []
    assert due(schedule, "2026-12-10", nine_in_new_york - DAY / 24, nine_in_new_york, "America/New_York") == [day]


def test_a_day_after_is_a_day_before_below_zero() -> None:
    assert due(OnDate("since", -7), "2026-11-01", utc(2026, 11, 8, 8), utc(2026, 11, 8, 10)) == [date(2026, 11, 1)]


def test_birthdays_come_every_year_from_the_day_itself_on() -> None:
    birthday = OnDate("birthday", yearly=True)
    assert due(birthday, "1990-11-26", utc(2026, 11, 26), utc(2026, 11, 27)) == [date(2026, 11, 26)]
    assert due(birthday, "2027-11-26", utc(2026, 11, 26), utc(2026, 11, 27)) == []
    assert due(OnDate("birthday"), "1990-11-26", utc(2026, 11, 26), utc(2026, 11, 27)) == []


def test_a_day_may_come_every_month_on_the_last_one_of_those_that_are_shorter() -> None:
    bill = OnDate("paid", monthly=True)
    assert due(bill, "2027-01-31", utc(2026, 11, 1), utc(2027, 5, 31)) == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
    ]
    before = OnDate("paid", 3, monthly=True)
    assert due(before, "2020-01-30", utc(2028, 2, 26), utc(2028, 2, 26, 10)) == [date(2028, 2, 29)]


@given(named=days, on=days, before=st.integers(-40, 40), monthly=st.booleans())
def test_whoever_has_a_day_is_looked_for(named: date, on: date, before: int, monthly: bool) -> None:
    schedule = OnDate("x", before, yearly=not monthly, monthly=monthly)
    since = datetime.combine(on, time(), tzinfo=UTC)
    if due(schedule, str(named), since, since + DAY):
        patterns = [one.replace("_", ".") for one in days_to_look_for(schedule, since, since + DAY)]
        assert any(re.fullmatch(one, str(named)) for one in patterns)


def test_who_was_born_on_29_february_has_a_birthday_every_year() -> None:
    assert [day_of_month(date(2000, 2, 29), year, 2) for year in (2026, 2028, 2100)] == [
        date(2026, 2, 28),
        date(2028, 2, 29),
        date(2100, 2, 28),
    ]


@given(
    named=days,
    before=st.integers(-400, 400),
    at=clocks,
    zone=zones,
    cuts=st.lists(moments, min_size=1, max_size=6),
    every=st.sampled_from(["", "year", "month"]),
)
def test_however_time_is_cut_each_day_is_due_once(
    named: date, before: int, at: time, zone: str, cuts: list[datetime], every: str
) -> None:
    schedule = OnDate("x", before, at, yearly=every == "year", monthly=every == "month")
    edges = [utc(1998, 1, 1), *sorted(cuts), utc(2062, 1, 1)]
    parts = [day for since, until in pairwise(edges) for day in due(schedule, str(named), since, until, zone)]
    assert parts == due(schedule, str(named), edges[0], edges[-1], zone)
    assert len(parts) == len(set(parts))
    assert parts[:1] in ([], [named])
