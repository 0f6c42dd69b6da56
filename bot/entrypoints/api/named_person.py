"""How other systems name a person in JSON."""

from __future__ import annotations

import re
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.domain.ids import ProfileId
from bot.domain.message import storable
from bot.domain.person import ANONYMOUS_ID, USER_ID, Identity
from bot.domain.phone_forms import dialled
from bot.services.know_person import Wanted

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_ID = 255
SHORTEST_UNLISTED = 7
"""Digits behind the country's code; a shorter number is taken where `phonenumbers` knows it, as of small islands."""

WAYS = '{"id": ...}, {"user_id": "your own id"}, {"phone": "+447700900123"} or {"email": "ana@example.com"}'


class NobodyNamed(ValueError):
    """What is said names nobody; the words say how to name somebody."""


def read_person(told: Any) -> Wanted:
    """Whom the caller names, in one of the ways; raises NobodyNamed."""
    match told:
        case {"id": str(name), **more} if not more and is_usable(name):
            return Wanted(profile_id=ProfileId(name))
        case {"phone": number, **more} if not more:
            return Wanted(identity=read_phone(number))
        case {"email": address, **more} if not more:
            return Wanted(identity=read_email(address))
        case {"user_id": str() | int() as name, **more} if not more:
            return Wanted(identity=read_own_id(USER_ID, name))
        case {"anonymous_id": str() | int() as name, **more} if not more:
            return Wanted(identity=read_own_id(ANONYMOUS_ID, name))
    raise NobodyNamed(f'"person" must say who it is: {WAYS}')


def read_phone(number: Any) -> Identity:
    """With its country's code, however it is written: +44 7700 900123 is +447700900123."""
    if isinstance(number, str) and E164.fullmatch(number):
        return Identity("phone", number)
    if not isinstance(number, str) or not number.strip().startswith("+"):
        raise NobodyNamed("the phone number must begin with + and the country's code")
    try:
        return Identity("phone", normal_phone(number))
    except ValueError as error:
        raise NobodyNamed(str(error)) from error


def normal_phone(value: Any, region: str | None = None) -> str:
    """The number in E.164. One that may exist is taken: numbering plans grow faster than any table of them.

    What is dialled only inside of a town, and an extension or a short code, is none that reaches one person.
    """
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or len(text) > 100:
        raise ValueError("the phone number is not valid")
    try:
        number = phonenumbers.parse(text, region)
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


def _in_e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def read_email(address: Any) -> Identity:
    if not isinstance(address, str):
        raise NobodyNamed("the e-mail address is not valid: it must be a text")
    try:
        known = validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise NobodyNamed(f"the e-mail address is not valid: {error}") from error
    return Identity("email", known.lower())


def read_own_id(kind: str, name: Any) -> Identity:
    """An id that another system has given somebody."""
    text = str(name) if isinstance(name, int) and not isinstance(name, bool) else name
    if not isinstance(text, str) or not is_usable(text):
        raise NobodyNamed(f"an id of yours is a text of at least one and at most {LONGEST_ID} characters")
    return Identity(kind, text)


def is_usable(name: str) -> bool:
    """Whether a text can be an id: not empty, not endless, and nothing that no database takes."""
    return 0 < len(name) <= LONGEST_ID and storable(name) == name and bool(name.strip())
