"""Addresses are masked before a text leaves the machine; what may be an amount stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.masking import EMAIL, PHONE, in_part, mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to ana@example.com, please", "write to [email], please"),
        ("me: ana.b+c@mail.example.co.uk.", "me: [email]."),
        ("call +44 7700 900123 now", "call [phone] now"),
        ("07700 900 123", "[phone]"),
        ("(020) 7946-0958 or 00447700900123", "([phone] or [phone]"),
        ("we are 1,250,000 people", "we are 1,250,000 people"),
        ("12000000 a year, 50 of us", "12000000 a year, 50 of us"),
        ("on 24.11.2026 at 10:30", "on 24.11.2026 at 10:30"),
    ],
)
def test_addresses_are_masked_and_numbers_are_not(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_a_word_without_end_is_masked_in_no_more_time_than_it_is_long() -> None:
    assert mask("a" * 200_000) == "a" * 200_000
    assert mask("+" * 100_000) == "+" * 100_000


def test_an_address_in_part_is_known_by_its_owner_only() -> None:
    assert in_part("ana@example.com") == "a•••@example.com"
    assert in_part("+447700900123") == "+44•••••••123"


@given(st.text())
def test_what_is_masked_stays_masked(text: str) -> None:
    assert mask(f"{text} ana@example.com +447700900123").count(EMAIL) >= 1
    assert PHONE in mask(f"{text} ana@example.com +447700900123")
    assert mask(mask(text)) == mask(text)
