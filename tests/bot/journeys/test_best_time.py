"""When to write to somebody: by their own hours and everybody's, and never at an hour that is closed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.send_window import SendWindow
from bot.journeys.best_time import any_moment, best_moment, likelihoods
from bot.journeys.send_window import next_opening

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYTIME = SendWindow(time(9), time(20))
LONDON = ("Europe/London",)
EVENINGS = dict.fromkeys((18, 19), 200)
"""Everybody's."""

counts = st.dictionaries(st.integers(0, 23), st.integers(1, 300), max_size=24)
ZONES = st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Chatham"])


def hour_of(own: dict[int, int], everybody: dict[int, int], windows: tuple[SendWindow, ...] = (DAYTIME,)) -> int | None:
    found = best_moment(own, everybody, windows, LONDON, NOON, 0)
    return None if found is None else found.at.astimezone(ZoneInfo(LONDON[0])).hour


def test_of_whom_nothing_is_known_everybodys_hours_count() -> None:
    assert hour_of({}, EVENINGS) == 18


def test_the_more_is_known_of_somebody_the_more_their_own_hours_count() -> None:
    assert hour_of({10: 1}, EVENINGS) == 18
    assert hour_of({10: 30}, EVENINGS) == 10


def test_a_better_hour_that_is_closed_is_none() -> None:
    """They answer at two in the night; of the hours that are open, the best one is taken."""
    assert hour_of({2: 500, 11: 3}, EVENINGS) in (11, 18, 19)
    assert hour_of({2: 500}, EVENINGS) in (18, 19)


def test_where_nothing_is_known_at_all_no_hour_is_chosen() -> None:
    assert hour_of({}, {}) is None
    assert hour_of({}, {18: 49}) is None
    assert hour_of({10: 1}, {}) == 10


@given(counts, counts)
def test_chances_sum_to_one(own: dict[int, int], everybody: dict[int, int]) -> None:
    assert sum(likelihoods(own, everybody)) == pytest.approx(1)


@given(
    counts,
    counts,
    st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    st.lists(ZONES, min_size=1, max_size=3),
    st.integers(0, 9_999),
    st.integers(0, 23),
    st.integers(1, 23),
)
def test_never_outside_the_hours_in_any_zone_and_within_a_day(
    own: dict[int, int],
    everybody: dict[int, int],
    now: datetime,
    zones: list[str],
    drawn: int,
    opens: int,
    length: int,
) -> None:
    """Over clock changes, too."""
    windows = (SendWindow(time(opens), time((opens + length) % 24), frozenset({0, 1, 2, 3, 4, 5})), DAYTIME)
    for found in (
        best_moment(own, everybody, windows, zones, now, drawn),
        any_moment(windows, zones, now, drawn),
    ):
        if found is not None:
            assert now <= found.at < now + timedelta(days=1)
            assert next_opening(windows, zones, found.at) == found.at


def test_any_hour_is_as_likely_as_another() -> None:
    found = Counter(
        chosen.at.hour for drawn in range(0, 10_000, 10) if (chosen := any_moment((DAYTIME,), LONDON, NOON, drawn))
    )
    assert set(found) == set(range(9, 20))
    assert max(found.values()) < 2 * min(found.values())


def test_messages_of_an_hour_are_spread_over_it() -> None:
    minutes = {
        chosen.at.minute
        for drawn in range(0, 10_000, 100)
        if (chosen := best_moment({}, EVENINGS, (DAYTIME,), LONDON, NOON, drawn))
    }
    assert len(minutes) > 50
