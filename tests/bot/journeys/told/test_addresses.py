"""Telephone numbers as files have them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journeys.told.addresses import normal_phone


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("4915112345678", "DE", "+4915112345678"),
        ("49 1511 2345678", "DE", "+4915112345678"),
        ("4915112345678", "GB", "+4915112345678"),
        ("61412345678", "GB", "+61412345678"),
        ("447700900123", "GB", "+447700900123"),
        ("919876543210", "IN", "+919876543210"),
        (4915112345678, "DE", "+4915112345678"),
    ],
)
def test_a_number_whose_plus_a_spreadsheet_has_dropped_is_read_with_it(
    written: str | int, region: str, number: str
) -> None:
    assert normal_phone(written, region) == number


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("015112345678", "DE", "+4915112345678"),
        ("15112345678", "DE", "+4915112345678"),
        ("15551234567", "DE", "+4915551234567"),
        ("3069987654", "DE", "+493069987654"),
        ("7700900123", "GB", "+447700900123"),
        ("2025550123", "US", "+12025550123"),
        ("6641234567", "AT", "+436641234567"),
        ("04915 123456", "DE", "+494915123456"),
    ],
)
def test_what_may_only_be_a_number_of_the_region_is_one(written: str, region: str, number: str) -> None:
    assert normal_phone(written, region) == number


def test_a_number_that_may_be_two_peoples_is_refused_with_both() -> None:
    with pytest.raises(ValueError, match=r"may be \+4933612345678 or \+33612345678; write it with \+"):
        normal_phone("33612345678", "DE")


@given(st.integers(10**5, 10**13), st.sampled_from(["DE", "GB", "US", "FR", "IT", "AT", "IN", "BR"]))
def test_what_is_read_of_a_number_is_read_again_as_itself(digits: int, region: str) -> None:
    try:
        number = normal_phone(str(digits), region)
    except ValueError:
        return
    assert normal_phone(number, region) == normal_phone(number) == number
