"""Two ways of writing one number."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.phone_forms import dialled, forms_of, one_form

PAIRS = [
    ("+5215512345678", "+525512345678", "+525512345678"),
    ("+5491123456789", "+541123456789", None),
    ("+553188887777", "+5531988887777", "+5531988887777"),
]


@pytest.mark.parametrize(("before", "now", "on_the_network"), PAIRS)
def test_both_forms_of_a_number_lead_to_each_other(before: str, now: str, on_the_network: str | None) -> None:
    assert forms_of(before) == (before, now)
    assert forms_of(now) == (now, before)
    assert dialled(before) == (on_the_network or before)
    assert dialled(now) == now


@pytest.mark.parametrize(
    "address",
    [
        "+551133334444",  # a landline, beside which +5511933334444 is somebody's mobile
        "+5511933334444",
        "+558001234567",  # free of charge
        "+548001234567",
        "+447700900123",
        "+52155123456",
        "ana+525512345678@example.com",
        "BR.1349",
        "*",
        "",
    ],
)
def test_what_has_one_form_stays_alone(address: str) -> None:
    assert forms_of(address) == (address,)
    assert dialled(address) == address


@given(st.sampled_from(("+52", "+54", "+55")), st.integers(10**8, 10**11 - 1))
def test_a_number_has_at_most_two_forms_and_the_same_ones_from_either(country: str, rest: int) -> None:
    number = f"{country}{rest}"
    forms = forms_of(number)
    assert all(set(forms_of(one)) == set(forms) for one in forms)
    assert len({one_form(one) for one in forms}) == 1
    assert dialled(number) in forms


@pytest.mark.parametrize("country", ["MX", "AR", "BR"])
def test_what_is_dialled_is_a_number_of_the_numbering_plan(country: str) -> None:
    mobile = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    assert mobile is not None
    number = phonenumbers.format_number(mobile, phonenumbers.PhoneNumberFormat.E164)
    assert len(forms_of(number)) == 2
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(dialled(one))) for one in forms_of(number))
