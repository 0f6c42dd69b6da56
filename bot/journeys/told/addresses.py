"""Reads telephone numbers and e-mail addresses as people write them: each is kept in one form only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.domain.person import Identity
from bot.domain.phone_forms import dialled
from bot.phone_numbers import readings_of

SHORTEST_UNLISTED = 7
"""Digits behind the country's code; a shorter number is taken where `phonenumbers` knows it, as of small islands."""


class TwoNumbers(ValueError):
    """What is written may be either of two people's number."""


def phone_in(value: Any, regions: Sequence[str]) -> str:
    """As `normal_phone`, in the first of these countries where it is a number that is known there; where it is in none,
    in the first of all."""
    for region in regions:
        try:
            number = normal_phone(value, region)
        except TwoNumbers:
            raise
        except ValueError:
            continue
        if phonenumbers.is_valid_number(phonenumbers.parse(number)):
            return number
    return normal_phone(value, regions[0])


def normal_phone(value: Any, region: str | None = None) -> str:
    """The number in E.164. One that may exist is taken: numbering plans grow faster than any table of them.

    What is dialled only inside of a town, and an extension or a short code, is none that reaches one person.
    """
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or len(text) > 100:
        raise ValueError("the phone number is not valid")
    try:
        number = _parsed(text, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError("the phone number is not valid; write it with + and the country's code") from error
    country = phonenumbers.region_code_for_country_code(number.country_code or 0)
    if number.extension:
        raise ValueError("the phone number has an extension, which no message reaches")
    written = _in_e164(number)
    if written != dialled(written):
        number = phonenumbers.parse(dialled(written))
    reason = phonenumbers.is_possible_number_with_reason(number)
    is_short = len(phonenumbers.national_significant_number(number)) < SHORTEST_UNLISTED
    if reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY or (
        is_short and not phonenumbers.is_valid_number(number)
    ):
        raise ValueError(
            f"the phone number is too short to be somebody's in {country}; write it with its area code, or with + and "
            "the country's code"
        )
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError(
            f"no number of {country} has so many digits; one of another country begins with + and its code"
        )
    return _in_e164(number)


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber:
    """Where it may be two people's it is refused: one of them is a stranger."""
    number, *others = readings_of(text, phonenumbers.parse(text, region))
    if others:
        both = " or ".join(_in_e164(one) for one in (number, *others))
        raise TwoNumbers(f"the phone number may be {both}; write it with + and the country's code")
    return number


def _in_e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def in_one_form(identity: Identity) -> Identity:
    """The address as it is looked for; what we cannot read stays as it is."""
    read = {"phone": normal_phone, "email": normal_email}.get(identity.kind)
    try:
        return identity if read is None else replace(identity, value=read(identity.value))
    except ValueError:
        return identity


def normal_email(value: Any) -> str:
    """The address in small letters, as it is looked for; raises ValueError where it is none."""
    if not isinstance(value, str):
        raise ValueError("the e-mail address is not valid: it must be a text")
    try:
        return str(validate_email(value.strip(), check_deliverability=False).normalized).lower()
    except EmailNotValidError as error:
        raise ValueError(f"the e-mail address is not valid: {error}") from error
