from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.times_meant import as_meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("monday 9 or 10", "monday at 9 or at 10"),
        ("can we do 9 or 10 on wednesday", "can we do at 9 or at 10 on wednesday"),
        ("tomorrow at 2 or 3ish", "tomorrow at 2 or at 3ish"),
        ("Tuesday 9, 10 or 11", "Tuesday at 9, at 10 or at 11"),
        ("weds 10", "weds at 10"),
        ("monday 9-11", "monday between 9 and 11"),
        ("monday 10 people", "monday 10 people"),
        ("the 3rd at 9", "the 3rd at 9"),
        ("next week, 9 people", "next week, 9 people"),
        ("9 or 10", "9 or 10"),
    ],
)
def test_an_hour_beside_a_day_or_another_hour_is_one(said: str, meant: str) -> None:
    assert as_meant(said) == meant


def test_hours_alone_are_some_where_the_day_is_known() -> None:
    assert as_meant("9 or 10", of_a_day=True) == "at 9 or at 10"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("tuesday rather than monday", "tuesday"),
        ("tuesday at 3 is no problem", "tuesday at 3 is no problem"),
        ("tuesday isn't bad", "tuesday isn't bad"),
        ("why not tuesday at 3", "why not tuesday at 3"),
        ("tuesday isn't possible, thursday at 3", "isn't possible, thursday at 3"),
        ("not monday, tuesday", "tuesday"),
        ("wednesday not thursday", "wednesday"),
        ("tomorrow, not 9, 10", "tomorrow at 10"),
        ("tomorrow 10 rather than 9", "tomorrow at 10"),
        ("monday doesn't work, tuesday is fine", "doesn't work, tuesday is fine"),
        ("not monday", ""),
        ("not monday or tuesday", ""),
        ("I can’t do monday or tuesday", ""),
        ("monday, or if not tuesday", "monday or tuesday"),
        ("any day but friday", "any day but friday"),
        ("I can't do any day but Friday", "I can't do any day but Friday"),
        ("not until monday", "not until monday"),
        ("tomorrow, not before 3", "tomorrow, after 3"),
    ],
)
def test_what_is_declined_is_not_meant(said: str, meant: str) -> None:
    assert as_meant(said) == meant


@given(text=st.text(max_size=60), of_a_day=st.booleans())
def test_any_text_at_all_can_be_read(text: str, of_a_day: bool) -> None:
    as_meant(text, of_a_day=of_a_day)
