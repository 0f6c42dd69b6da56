"""Ids: UUIDv7, sorted by the time they were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import new_id

TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(TIMES)
def test_an_id_is_a_uuid_of_version_7_with_its_time_in_front(now: datetime) -> None:
    made = UUID(new_id(now))
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(now.timestamp() * 1000)


@given(TIMES, st.timedeltas(timedelta(milliseconds=2), timedelta(days=365 * 100)))
def test_ids_sort_as_text_by_the_time_they_were_made(now: datetime, later: timedelta) -> None:
    then = min(now + later, datetime(9999, 12, 31, tzinfo=UTC)) if now.year < 9899 else now + timedelta(milliseconds=2)
    assert new_id(now) < new_id(then)


def test_ids_of_one_moment_differ() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert len({new_id(now) for _ in range(1000)}) == 1000
