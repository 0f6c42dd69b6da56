from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.send_window import SendWindow
from bot.journeys.send_window import LOOKS_AHEAD, country_of, is_inside, next_opening, zones_of

DAY = SendWindow(time(9), time(20))
MON_SAT = SendWindow(time(9), time(20), frozenset(range(6)))
TCPA = SendWindow(time(8), time(21))
LONDON, NEW_YORK, LOS_ANGELES, BERLIN = "Europe/London", "America/New_York", "America/Los_Angeles", "Europe/Berlin"


def at(text: str, zone: str = "UTC") -> datetime:
    """A local time in a zone, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local(moment: datetime | None, zone: str) -> str:
    assert moment is not None
    return moment.astimezone(ZoneInfo(zone)).isoformat()


def test_inside_the_window_the_time_is_now() -> None:
    now = at("2026-11-24T12:00", LONDON)
    assert next_opening([DAY], [LONDON], now) is now


def test_without_a_window_the_time_is_now() -> None:
    now = at("2026-11-24T03:00")
    assert next_opening([], [], now) == now


def test_before_the_window_it_is_the_same_morning() -> None:
    assert local(next_opening([DAY], [LONDON], at("2026-11-24T03:00", LONDON)), LONDON) == "2026-11-24T09:00:00+00:00"


def test_after_the_window_it_is_the_next_morning() -> None:
    assert local(next_opening([DAY], [LONDON], at("2026-11-24T20:00", LONDON)), LONDON) == "2026-11-25T09:00:00+00:00"


def test_the_window_goes_by_the_persons_clock_and_not_by_ours() -> None:
    opening = next_opening([DAY], [LOS_ANGELES], at("2026-11-24T12:00", LONDON))
    assert local(opening, LOS_ANGELES) == "2026-11-24T09:00:00-08:00"


@pytest.mark.parametrize(
    ("clock", "is_open"),
    [("07:59:59.999999", False), ("08:00:00", True), ("20:59:59.999999", True), ("21:00:00", False)],
)
def test_us_quiet_hours_end_at_eight_and_begin_at_nine_to_the_second(clock: str, is_open: bool) -> None:
    now = at(f"2026-11-24T{clock}", NEW_YORK)
    assert (next_opening([TCPA], [NEW_YORK], now) == now) is is_open


def test_a_closed_sunday_waits_for_monday() -> None:
    assert local(next_opening([MON_SAT], [LONDON], at("2026-11-28T21:00", LONDON)), LONDON) == (
        "2026-11-30T09:00:00+00:00"
    )


def test_of_two_windows_both_must_be_open() -> None:
    early = SendWindow(time(7), time(10), frozenset({2}))
    assert local(next_opening([early, DAY], [LONDON], at("2026-11-24T12:00", LONDON)), LONDON) == (
        "2026-11-25T09:00:00+00:00"
    )


def test_an_unknown_zone_means_open_in_each_candidate() -> None:
    opening = next_opening([TCPA], [NEW_YORK, LOS_ANGELES], at("2026-11-24T08:30", NEW_YORK))
    assert local(opening, NEW_YORK) == "2026-11-24T11:00:00-05:00"
    closed_in_the_east = at("2026-11-24T19:00", LOS_ANGELES)
    assert local(next_opening([TCPA], [NEW_YORK, LOS_ANGELES], closed_in_the_east), NEW_YORK) == (
        "2026-11-25T11:00:00-05:00"
    )


def test_no_candidate_at_all_is_never() -> None:
    assert next_opening([DAY], [], at("2026-11-24T12:00")) is None


def test_zones_that_are_none_count_for_nothing() -> None:
    now = at("2026-11-24T12:00", LONDON)
    assert next_opening([DAY], ["Mars/Phobos", LONDON], now) == now
    assert next_opening([DAY], ["../../etc/passwd"], now) is None


def test_a_window_with_its_own_zone_does_not_ask_for_the_persons() -> None:
    berlin = SendWindow(time(9), time(20), zone=BERLIN)
    assert local(next_opening([berlin], [], at("2026-11-24T05:00")), BERLIN) == "2026-11-24T09:00:00+01:00"


def test_windows_that_never_meet_are_never() -> None:
    morning, evening = SendWindow(time(8), time(9)), SendWindow(time(20), time(21))
    assert next_opening([morning, evening], [LONDON], at("2026-11-24T12:00")) is None
    assert next_opening([DAY], ["Pacific/Auckland", LONDON], at("2026-11-24T12:00")) is None


def test_hours_over_midnight_belong_to_the_day_they_began_on() -> None:
    friday_night = SendWindow(time(22), time(2), frozenset({4}))
    saturday_one = at("2026-11-28T01:00", LONDON)
    assert next_opening([friday_night], [LONDON], saturday_one) == saturday_one
    assert local(next_opening([friday_night], [LONDON], at("2026-11-27T01:00", LONDON)), LONDON) == (
        "2026-11-27T22:00:00+00:00"
    )


def test_a_window_that_closes_when_it_opens_is_open_all_day() -> None:
    mondays = SendWindow(time(0), time(0), frozenset({0}))
    midnight = at("2026-11-23T00:00", LONDON)
    assert next_opening([mondays], [LONDON], midnight) == midnight
    assert local(next_opening([mondays], [LONDON], at("2026-11-24T00:00", LONDON)), LONDON) == (
        "2026-11-30T00:00:00+00:00"
    )


# ---------------------------------------------------------------- clocks that are put forward and back


def test_a_window_that_opens_in_the_hour_that_spring_skips_opens_when_the_clock_has_jumped() -> None:
    half_past_two = SendWindow(time(2, 30), time(6))
    opening = next_opening([half_past_two], [NEW_YORK], at("2026-03-08T00:30", NEW_YORK))
    assert local(opening, NEW_YORK) == "2026-03-08T03:00:00-04:00"


def test_a_window_that_lies_in_the_hour_that_spring_skips_waits_for_the_next_day() -> None:
    skipped = SendWindow(time(2, 15), time(2, 45))
    opening = next_opening([skipped], [NEW_YORK], at("2026-03-08T00:30", NEW_YORK))
    assert local(opening, NEW_YORK) == "2026-03-09T02:15:00-04:00"


def test_a_window_in_the_hour_that_autumn_repeats_is_open_twice() -> None:
    repeated = SendWindow(time(1, 15), time(1, 45))
    first = next_opening([repeated], [NEW_YORK], at("2026-11-01T00:30", NEW_YORK))
    assert local(first, NEW_YORK) == "2026-11-01T01:15:00-04:00"
    assert first is not None
    second = next_opening([repeated], [NEW_YORK], first + timedelta(minutes=31))
    assert local(second, NEW_YORK) == "2026-11-01T01:15:00-05:00"


def test_when_autumn_puts_the_clock_back_into_the_window_it_opens_again_with_that() -> None:
    until_half_past_one = SendWindow(time(0), time(1, 30))
    now = at("2026-11-01T01:45", NEW_YORK)
    assert local(next_opening([until_half_past_one], [NEW_YORK], now), NEW_YORK) == "2026-11-01T01:00:00-05:00"


def test_nine_in_the_morning_is_nine_on_both_sides_of_a_change() -> None:
    before = next_opening([DAY], [LONDON], at("2026-10-24T21:00", LONDON))
    assert local(before, LONDON) == "2026-10-25T09:00:00+00:00"
    after = next_opening([DAY], [LONDON], at("2026-03-28T21:00", LONDON))
    assert local(after, LONDON) == "2026-03-29T09:00:00+01:00"


ZONES = st.sampled_from(
    [
        LONDON,
        NEW_YORK,
        LOS_ANGELES,
        BERLIN,
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",  # changes by half an hour
        "America/St_Johns",
        "Africa/Casablanca",  # changes around Ramadan
        "Pacific/Apia",
        "Pacific/Honolulu",
        "Antarctica/Troll",  # changes by two hours
        "UTC",
    ]
)
QUARTERS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
WINDOWS = st.builds(SendWindow, QUARTERS, QUARTERS, st.frozensets(st.integers(0, 6), min_size=1))
# Moments around the changes of 2026, when most zones change, and any others.
MOMENTS = st.one_of(
    st.tuples(
        st.sampled_from(
            [at("2026-03-08T07:00"), at("2026-03-29T01:00"), at("2026-10-25T01:00"), at("2026-11-01T06:00")]
        ),
        st.integers(-3000, 3000),
    ).map(lambda pair: pair[0] + timedelta(minutes=pair[1])),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)


def open_everywhere(windows: Sequence[SendWindow], zones: Sequence[str], moment: datetime) -> bool:
    return all(is_inside(window, moment.astimezone(ZoneInfo(zone))) for window in windows for zone in zones)


@given(windows=st.lists(WINDOWS, min_size=1, max_size=2), zones=st.lists(ZONES, min_size=1, max_size=3), now=MOMENTS)
@settings(max_examples=150)
def test_the_opening_is_inside_every_window_in_every_zone_and_no_earlier_quarter_of_an_hour_is(
    windows: list[SendWindow], zones: list[str], now: datetime
) -> None:
    opening = next_opening(windows, zones, now)
    until = opening if opening is not None else now + LOOKS_AHEAD
    if opening is not None:
        assert now <= opening <= now + LOOKS_AHEAD
        assert opening.tzinfo is UTC or opening == now
        assert open_everywhere(windows, zones, opening)
    # All windows and all offsets of these zones are whole quarters of an hour, so nothing opens between the samples.
    sample = now
    while sample < until:
        assert not open_everywhere(windows, zones, sample)
        sample = sample.replace(minute=sample.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)


@given(window=WINDOWS, zone=ZONES, now=MOMENTS)
@settings(max_examples=150)
def test_one_window_in_one_zone_opens_within_nine_days(window: SendWindow, zone: str, now: datetime) -> None:
    skipped_by_spring = window.opens < window.closes and (
        timedelta(hours=window.closes.hour, minutes=window.closes.minute)
        - timedelta(hours=window.opens.hour, minutes=window.opens.minute)
    ) <= timedelta(hours=2)
    opening = next_opening([window], [zone], now)
    assert opening is not None
    assert opening - now <= timedelta(days=15 if skipped_by_spring else 9)


@given(now=MOMENTS, zones=st.lists(ZONES, min_size=1, max_size=3))
@settings(max_examples=100)
def test_looking_again_at_the_opening_finds_it_open(now: datetime, zones: list[str]) -> None:
    opening = next_opening([TCPA], zones, now)
    if opening is not None:
        assert next_opening([TCPA], zones, opening) == opening


# ---------------------------------------------------------------- where somebody may be


def test_a_known_zone_is_the_only_candidate() -> None:
    assert zones_of("Asia/Tokyo", "+447911123456") == ("Asia/Tokyo",)


def test_an_abbreviation_may_be_its_regions_summer_time_as_well() -> None:
    assert set(zones_of("EST")) == {"EST", NEW_YORK}
    summer_evening = datetime(2026, 7, 1, 1, 30, tzinfo=UTC)  # half past eight by EST, half past nine in New York
    assert next_opening([SendWindow(time(8), time(21))], zones_of("EST"), summer_evening) != summer_evening
    assert zones_of("MST")[0] == "America/Denver"
    assert zones_of("GMT")[0] == "GMT"


@pytest.mark.parametrize("zone", ["UTC", "GMT", "Etc/UTC"])
def test_whose_browser_tells_no_place_is_also_where_their_number_is(zone: str) -> None:
    assert {zone, NEW_YORK, LOS_ANGELES} <= set(zones_of(zone, "+12125550100"))
    assert zones_of("UTC") == ("UTC",)
    nine_in_utc = at("2026-11-24 09:00")
    assert next_opening([TCPA], zones_of(zone, "+12125550100"), nine_in_utc) == at("2026-11-24 08:00", LOS_ANGELES)


@pytest.mark.parametrize("odd", [None, "", "localtime", "Mars/Phobos", "../../etc/passwd", 5, ["Europe/London"]])
def test_a_zone_that_is_none_leaves_it_to_the_phone_number(odd: object) -> None:
    assert zones_of(odd, "+491701234567") == (BERLIN,)


def test_a_number_in_a_country_with_several_zones_has_them_all() -> None:
    assert {"Australia/Perth", "Australia/Sydney"} <= set(zones_of(None, "+61412345678"))


def test_a_number_from_a_reserved_range_has_the_zones_of_its_country() -> None:
    assert LONDON in zones_of(None, "+447700900123")


def test_a_north_american_area_code_is_never_trusted_alone() -> None:
    assert {NEW_YORK, "America/Chicago", "America/Denver", LOS_ANGELES} <= set(zones_of(None, "+12025550123"))


def test_a_hawaiian_number_may_still_be_in_hawaii() -> None:
    assert "Pacific/Honolulu" in zones_of(None, "+18085550123")


@pytest.mark.parametrize("odd", [None, "", "skipped", "07700 900123", 447700900123, "+999999999999999999"])
def test_no_number_means_no_candidate_but_those_of_the_region(odd: object) -> None:
    assert zones_of(None, odd) == ()
    assert LONDON in zones_of(None, odd, "GB")
    assert zones_of(None, odd, "XX") == ()


@pytest.mark.parametrize(
    ("phone", "country"),
    [
        ("+447400123456", "GB"),
        ("+447700900123", "GB"),
        ("+12125550123", "US"),
        ("+49301234567", "DE"),
        ("+441534456789", "JE"),
        ("visitor", "FR"),
        (None, "FR"),
    ],
)
def test_a_numbers_country_decides_which_law_holds(phone: str | None, country: str) -> None:
    assert country_of(phone, "FR") == country
