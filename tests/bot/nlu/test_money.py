"""Amounts as they are written in other countries; what English writes is in `utterances.yml`."""

from __future__ import annotations

from typing import Any

import pytest

from bot.nlu.money import find_money
from bot.nlu.numerals import read_numerals


def amount(text: str, language: str, region: str) -> list[tuple[Any, Any, str]]:
    numerals = read_numerals(text, region=region, languages=(language,))
    found = find_money(numerals, region=region, asked=True)
    return [(one.value, (one.details or {})["unit"], one.text) for one in found]


@pytest.mark.parametrize(
    ("text", "language", "region", "value"),
    [
        ("2 Mio. €", "de", "DE", 2_000_000),
        ("2,5 Mio Euro", "de", "DE", 2_500_000),
        ("15 Tsd. Euro", "de", "DE", 15_000),
        ("1,2 Mrd. EUR", "de", "DE", 1_200_000_000),
        ("halbe Million Euro", "de", "DE", 500_000),
        ("zwischen 1 und 2 Mio. Euro", "de", "DE", 1_500_000),
        ("2 M€", "fr", "FR", 2_000_000),
        ("15 k€", "fr", "FR", 15_000),
        ("3 millions d'euros", "fr", "FR", 3_000_000),
        ("medio millón de euros", "es", "ES", 500_000),
        ("entre 5 y 10 mil euros", "es", "ES", 7_500),
        ("2 milioni di euro", "it", "IT", 2_000_000),
        ("half miljoen euro", "nl", "NL", 500_000),
    ],
)
def test_an_amount_is_as_large_as_its_country_writes_it(text: str, language: str, region: str, value: float) -> None:
    assert amount(text, language, region) == [(value, "EUR", text)]


def test_a_length_or_what_ends_a_sentence_makes_no_amount_larger() -> None:
    assert [value for value, _, _ in amount("5 m", "de", "DE")] == [5]
    assert amount("2 Mio.", "de", "DE") == [(2_000_000, None, "2 Mio")]
