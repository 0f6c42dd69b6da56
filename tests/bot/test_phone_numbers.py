"""What a number may be that begins with neither + nor 0."""

from __future__ import annotations

from collections.abc import Sequence

import phonenumbers
import pytest

from bot.phone_numbers import readings_of


def read(written: str, region: str) -> Sequence[str]:
    found = readings_of(written, phonenumbers.parse(written, region))
    return [phonenumbers.format_number(one, phonenumbers.PhoneNumberFormat.E164) for one in found]


@pytest.mark.parametrize(
    ("written", "region", "readings"),
    [
        ("4915112345678", "DE", ["+4915112345678"]),
        ("61412345678", "GB", ["+61412345678"]),
        ("15112345678", "DE", ["+4915112345678"]),
        ("33612345678", "DE", ["+4933612345678", "+33612345678"]),
        ("033612345678", "DE", ["+4933612345678"]),
        ("+33612345678", "DE", ["+33612345678"]),
        ("612345678", "FR", ["+33612345678"]),
        ("6123", "FR", ["+336123"]),
    ],
)
def test_a_number_is_what_it_may_be(written: str, region: str, readings: Sequence[str]) -> None:
    assert read(written, region) == readings
