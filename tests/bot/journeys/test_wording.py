from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journeys import wording
from bot.journeys.wording import Unreadable


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("12h", timedelta(hours=12)),
        ("2d", timedelta(days=2)),
        ("1w", timedelta(weeks=1)),
        ("1d12h", timedelta(hours=36)),
        ("1d 12h", timedelta(hours=36)),
        ("2 days", timedelta(days=2)),
        ("1 Day 12 hours", timedelta(hours=36)),
        ("30 min", timedelta(minutes=30)),
        ("90 secs", timedelta(seconds=90)),
        ("1 hr", timedelta(hours=1)),
        ("2 weeks", timedelta(weeks=2)),
    ],
)
def test_a_length_of_time(text: str, length: timedelta) -> None:
    assert wording.duration(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "d",
        "2",
        "2 dayz",
        "2 months",
        "2 mon",
        "two days",
        "2 days after",
        "-2d",
        "0d",
        "1.5d",
        "2d!",
        "99999d",
        "999999999w",
        "½d",
        "٢d",
    ],
)
def test_no_length_of_time(text: str) -> None:
    with pytest.raises(Unreadable):
        wording.duration(text)


@pytest.mark.parametrize(
    ("text", "opens", "closes"),
    [
        ("09:00-20:00", time(9), time(20)),
        ("9:00 - 20:30", time(9), time(20, 30)),
        ("09:00–20:00", time(9), time(20)),
        ("22:00-06:00", time(22), time(6)),
        ("18:00-24:00", time(18), time(0)),
        ("00:00-24:00", time(0), time(0)),
    ],
)
def test_hours_of_the_day(text: str, opens: time, closes: time) -> None:
    assert wording.hours(text) == (opens, closes)


@pytest.mark.parametrize(
    "text", ["", "9-20", "09:00", "24:00-09:00", "09:00-24:30", "09:61-10:00", "09:00-09:00", "9am-8pm"]
)
def test_no_hours(text: str) -> None:
    with pytest.raises(Unreadable):
        wording.hours(text)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("mon-sat", {0, 1, 2, 3, 4, 5}),
        ("fri-mon", {4, 5, 6, 0}),
        ("sun", {6}),
        ("Monday, wed", {0, 2}),
        ("mon-tue, sun", {0, 1, 6}),
        ("mon-sun", {0, 1, 2, 3, 4, 5, 6}),
    ],
)
def test_weekdays(text: str, numbers: set[int]) -> None:
    assert wording.days(text) == numbers


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (wording.days, "daily"),
        (wording.days, "mon-"),
        (wording.days, "monkey"),
        (wording.days, "-mon"),
        (wording.days, ""),
        (wording.zone, "London"),
        (wording.event, "meeting"),
        (wording.event, "event meeting"),
        (wording.event, "Meeting.Booked"),
        (wording.identifier, "a:b"),
        (wording.identifier, "steps.0"),
        (wording.attribute, "time_zone"),
        (wording.tag, ""),
    ],
)
def test_what_is_not_worded_right_is_refused(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


@pytest.mark.parametrize(
    ("text", "zone"), [("W. Europe Standard Time", "Europe/Berlin"), ("europe/london", "Europe/London")]
)
def test_a_zone_is_written_as_iana_has_it_and_the_author_is_told_how(text: str, zone: str) -> None:
    with pytest.raises(Unreadable) as raised:
        wording.zone(text)
    assert raised.value.advice == f"Write {zone}."


def test_an_event_may_be_called_one() -> None:
    assert wording.event("event meeting.booked") == wording.event("meeting.booked") == "meeting.booked"


@given(text=st.text(max_size=20) | st.text(alphabet="0123456789smhdw:- ,montuesat.", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (wording.duration, wording.hours, wording.days, wording.zone, wording.event, wording.tag):
        try:
            value = read(text)
        except Unreadable:
            continue
        assert value
