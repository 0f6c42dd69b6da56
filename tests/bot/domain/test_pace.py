"""A bucket of tokens: never more leaves than filled it, and those who wait are told to come one after another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import Pace, full

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def pace_of(per_second: float, burst: float) -> Pace:
    return Pace(per_second, burst, lambda _content: 1)


def test_a_burst_goes_at_once_and_the_others_wait_in_turn() -> None:
    pace = pace_of(1, 2)
    bucket, waits = full(pace, NOON), []
    for _ in range(5):
        bucket, wait = bucket.take(pace, 1, NOON)
        waits.append(wait.total_seconds())
    assert waits == [0, 0, 1, 2, 3]


def test_a_message_dearer_than_the_bucket_goes_when_that_is_full_and_leaves_a_debt() -> None:
    pace = pace_of(1, 2)
    bucket, wait = full(pace, NOON).take(pace, 5, NOON)
    assert wait == timedelta()
    assert bucket.take(pace, 1, NOON)[1] == timedelta(seconds=4)


def test_what_somebody_waits_for_never_waits_for_what_nobody_does() -> None:
    pace = pace_of(1, 2)
    bucket, waits = full(pace, NOON), []
    for _ in range(50):
        bucket, wait = bucket.take(pace, 1, NOON, yields=True)
        waits.append(wait.total_seconds())
    assert waits == [0, 0, *range(1, 49)]
    bucket, wait = bucket.take(pace, 1, NOON)
    assert wait == timedelta(seconds=1), "and not 49"
    bucket, wait = bucket.take(pace, 1, NOON + timedelta(seconds=1), yields=True)
    assert wait > timedelta(), "the other one's place is kept"
    bucket, wait = bucket.take(pace, 1, NOON + timedelta(seconds=1))
    assert wait == timedelta()


def test_a_clock_that_is_put_back_neither_holds_up_a_sender_nor_fills_its_bucket() -> None:
    pace = pace_of(1, 2)
    bucket = full(pace, NOON)
    for _ in range(3):
        bucket, wait = bucket.take(pace, 1, NOON)
    earlier = NOON - timedelta(hours=1)
    bucket, wait = bucket.take(pace, 1, earlier)
    assert wait == timedelta(seconds=2), "the third is still to come before it"
    bucket, wait = bucket.take(pace, 1, earlier + timedelta(seconds=1))
    assert wait == timedelta()


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6), st.booleans()), max_size=40),
    st.sampled_from([0.5, 1.0, 10.0]),
    st.integers(6, 20),
)
def test_what_leaves_never_exceeds_what_filled_the_bucket(
    calls: list[tuple[int, int, bool]], per_second: float, burst: int
) -> None:
    pace, now, spent = pace_of(per_second, burst), NOON, 0
    bucket = full(pace, now)
    for pause, price, yields in calls:
        now += timedelta(seconds=pause)
        bucket, wait = bucket.take(pace, price, now, yields=yields)
        assert wait >= timedelta()
        spent += 0 if wait else price
        assert spent <= burst + (now - NOON).total_seconds() * per_second + 1e-6
