"""How other systems name a person in JSON."""

from __future__ import annotations

from typing import Any

from bot.domain.ids import ProfileId
from bot.domain.message import storable
from bot.domain.person import ANONYMOUS_ID, USER_ID, Identity
from bot.journeys.told.addresses import normal_email, normal_phone
from bot.services.know_person import Wanted

LONGEST_ID = 255
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
    raise NobodyNamed(f'"person" must say who it is, in one of these ways: {WAYS}')


def read_phone(number: Any) -> Identity:
    """With its country's code, however it is written: +44 7700 900123 is +447700900123."""
    if not isinstance(number, str) or not number.strip().startswith("+"):
        raise NobodyNamed("the phone number must begin with + and the country's code")
    try:
        return Identity("phone", normal_phone(number))
    except ValueError as error:
        raise NobodyNamed(str(error)) from error


def read_email(address: Any) -> Identity:
    try:
        return Identity("email", normal_email(address))
    except ValueError as error:
        raise NobodyNamed(str(error)) from error


def read_own_id(kind: str, name: Any) -> Identity:
    """An id that another system has given somebody."""
    text = str(name) if isinstance(name, int) and not isinstance(name, bool) else name
    if not isinstance(text, str) or not is_usable(text):
        raise NobodyNamed(f"an id of yours is a text of at least one and at most {LONGEST_ID} characters")
    return Identity(kind, text)


def is_usable(name: str) -> bool:
    """Whether a text can be an id: not empty, not endless, and nothing that no database takes."""
    return 0 < len(name) <= LONGEST_ID and storable(name) == name and bool(name.strip())
