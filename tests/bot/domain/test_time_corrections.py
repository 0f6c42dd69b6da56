from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.time_corrections import put_right


@pytest.mark.parametrize(
    ("earlier", "told", "meant"),
    [
        ("tuesday at 10", "wednesday", "wednesday at 10"),
        ("tuesday at 10", "at 11", "tuesday at 11"),
        ("Tuesday 1 December at 10:00", "wednesday", "wednesday at 10:00"),
        ("Tuesday 1 December at 10:00", "at 11", "tuesday 1 december at 11"),
        ("at 10 on tuesday", "thursday", "thursday at 10"),
        ("at 10 on tuesday", "at half past 3", "tuesday at half past 3"),
        ("friday morning", "monday", "monday morning"),
        ("friday morning", "in the afternoon", "friday in the afternoon"),
        ("tuesday 3pm PST", "wednesday", "wednesday 3pm PST"),
        ("next tuesday at 10", "the 14th", "the 14th at 10"),
        ("wednesday", "at 11", "wednesday at 11"),
        ("at 11", "wednesday", "wednesday at 11"),
        ("Tuesday 1 December at 09:00 or Tuesday 1 December at 10:00", "at 11", "tuesday 1 december at 11"),
        ("Tuesday 1 December at 09:00 or Wednesday 2 December at 10:00", "at 11", "at 11"),
    ],
)
def test_what_is_not_told_anew_stays(earlier: str, told: str, meant: str) -> None:
    assert put_right(earlier, told) == meant


@pytest.mark.parametrize(
    ("earlier", "told"),
    [
        ("tuesday at 10", "wednesday at 11"),
        ("tuesday at 10", "next week"),
        ("tuesday at 10", "in two hours"),
        ("tuesday", "wednesday"),
        ("next week", "at 11"),
        ("any time", "wednesday"),
        ("tuesday at 10", "purple"),
    ],
)
def test_what_is_told_as_a_whole_is_meant_as_it_is(earlier: str, told: str) -> None:
    assert put_right(earlier, told) == told


def test_the_same_told_twice_is_the_same() -> None:
    assert put_right("wednesday at 10", put_right("tuesday at 10", "wednesday")) == "wednesday at 10"


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_texts_can_be_put_together(earlier: str, told: str) -> None:
    put_right(earlier, told)
