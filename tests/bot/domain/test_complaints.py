from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.complaints import Complaints, enough_for


@pytest.mark.parametrize(
    ("complaints", "sent", "many", "too_many"),
    [
        (0, 0, False, False),
        (2, 10, False, False),  # two people are no rate
        (3, 10, True, True),
        (3, 1_000, True, True),
        (3, 1_001, True, False),
        (3, 3_001, False, False),
        (31, 10_000, True, True),
    ],
)
def test_complaints_are_many_above_one_in_a_thousand_and_too_many_from_three(
    complaints: int, sent: int, many: bool, too_many: bool
) -> None:
    found = Complaints(complaints, sent)
    assert (found.are_many, found.are_too_many) == (many, too_many)


@given(complaints=st.integers(0, 10_000), sent=st.integers(0, 100_000_000))
def test_it_is_enough_to_count_so_far(complaints: int, sent: int) -> None:
    counted = Complaints(complaints, min(sent, enough_for(complaints)))
    assert (counted.are_many, counted.are_too_many) == (
        Complaints(complaints, sent).are_many,
        Complaints(complaints, sent).are_too_many,
    )
