from __future__ import annotations

import phonenumbers
import pytest
from phonenumbers import geocoder

from bot.journeys.us_states import _AREA_CODES, _NAMES, US_STATES, states_of


@pytest.mark.parametrize(
    ("phone", "state", "states"),
    [
        ("+13055550123", None, {"US-FL"}),
        ("+13055550123", "TX", {"US-FL", "US-TX"}),
        (None, "texas", {"US-TX"}),
        (None, "US-TX", {"US-TX"}),
        (None, " Fl ", {"US-FL"}),
        ("+447700900123", None, set()),
        ("+14165550123", "Ontario", set()),
        (None, 7, set()),
    ],
)
def test_a_state_is_what_the_number_or_the_attribute_says(phone: str | None, state: object, states: set[str]) -> None:
    assert states_of(phone, state) == states


def test_area_codes_are_those_that_libphonenumber_has() -> None:
    for state, codes in _AREA_CODES.items():
        for code in codes.split():
            told = geocoder.description_for_number(phonenumbers.parse(f"+1{code}5550100"), "en")
            name = told.removesuffix(" State").replace("Washington D.C.", "District of Columbia").lower()
            assert _NAMES.get(name) == state or told.endswith(f", {state}"), (code, told)


def test_each_state_has_an_area_code() -> None:
    assert {f"US-{state}" for state in _AREA_CODES} == US_STATES
