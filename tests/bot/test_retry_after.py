"""The header Retry-After."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retry_after import pause_asked_for

NOON = "Fri, 27 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("written", "answered_at", "pause"),
    [
        ("7", None, timedelta(seconds=7)),
        ("0.25", None, timedelta(seconds=0.25)),
        ("999999999", None, timedelta(days=1)),
        ("Fri, 27 Nov 2026 12:02:00 GMT", NOON, timedelta(minutes=2)),
        ("Fri, 27 Nov 2026 11:00:00 GMT", NOON, timedelta()),
        ("Fri, 27 Nov 2037 12:00:00 GMT", NOON, timedelta(days=1)),
        ("Fri, 27 Nov 2026 12:02:00 GMT", None, None),
        ("Fri, 27 Nov 2026 12:02:00", NOON, None),
        ("soon", NOON, None),
        ("-7", NOON, None),
        ("", NOON, None),
        ("9" * 12, NOON, None),
        (None, NOON, None),
    ],
)
def test_a_pause_is_seconds_or_a_time_by_the_servers_own_clock(
    written: str | None, answered_at: str | None, pause: timedelta | None
) -> None:
    assert pause_asked_for(written, answered_at) == pause


@given(st.text(max_size=50), st.none() | st.text(max_size=50))
def test_whatever_stands_in_retry_after_is_a_pause_of_a_day_at_most_or_none(
    written: str, answered_at: str | None
) -> None:
    pause = pause_asked_for(written, answered_at)
    assert pause is None or timedelta() <= pause <= timedelta(days=1)
