from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chosen_time import chosen_time

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MONDAY, NINE, HALF_PAST, THURSDAY = (
    datetime(2026, 11, day, hour, minute, tzinfo=LONDON)
    for day, hour, minute in ((23, 14, 0), (25, 9, 0), (25, 10, 30), (26, 16, 0))
)
OFFERED = (MONDAY, NINE, HALF_PAST, THURSDAY)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("wednesday at 9", NINE),
        ("Wed 9am please", NINE),
        ("could we do 9am on Wednesday?", NINE),
        ("let's take thursday", THURSDAY),
        ("today works for me", MONDAY),
        ("10:30", HALF_PAST),
        ("9 please", NINE),
        ("26 November would be perfect", THURSDAY),
        ("wednesday", None),  # of two
        ("wednesday at 11", None),
        ("any day but thursday", None),
        ("I can't do thursday", None),
        ("thursday or today", None),
        ("after 9 on wednesday", None),
        ("9 people", None),
        ("", None),
    ],
)
def test_a_time_is_chosen_by_being_named(text: str, chosen: datetime | None) -> None:
    assert chosen_time(text, OFFERED, NOW) == chosen


@given(st.text())
def test_any_text_chooses_one_that_was_offered_or_none(text: str) -> None:
    assert chosen_time(text, OFFERED, NOW) in {None, *OFFERED}


@given(at=st.sampled_from(OFFERED), ahead=st.integers(0, 600))
def test_each_is_chosen_by_its_day_and_hour(at: datetime, ahead: int) -> None:
    now = NOW - timedelta(minutes=ahead)
    assert chosen_time(f"{at:%d %B at %H:%M}", OFFERED, now) == at
