"""Finds e-mail addresses and phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from email_validator import validate_email

from bot.domain.understanding import Entity

SURE, POSSIBLE = 1.0, 0.5

_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_URL = re.compile(r"\b(?:https?://|www\.)\S{1,300}", re.IGNORECASE)
_PHONE_CUE = re.compile(
    r"\b(?:phone|mobile|cell|number|call|ring|text|sms|whats ?app|tel|reach|dial)\b[^.!?]{0,30}$", re.IGNORECASE
)
_SHORTEST_PHONE = 7
_SHORTEST_WITH_PREFIX = 9


def find_emails(text: str) -> Iterator[Entity]:
    """Addresses that could exist, in normal form; no name server is asked."""
    for match in _EMAIL.finditer(text):
        written = match[0].lstrip(".'!#$%&*/=?^`{|}~").rstrip("-_")
        start = match.start() + match[0].index(written)
        try:
            value = validate_email(written, check_deliverability=False).normalized
        except ValueError:  # what it raises is one; so is what it meets in exotic domain names
            continue
        yield Entity("email", value, written, start, start + len(written), SURE, extractor="contacts")


def find_urls(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses of pages are; nothing else is looked for there."""
    for match in _URL.finditer(text):
        yield match.span()


def find_phones(text: str, region: str | None) -> Iterator[Entity]:
    """Phone numbers in E.164; those without a country code are of `region` (ISO 3166), or none where that is None.

    Possible numbers count, not only valid ones: tables of what is assigned lag behind, and numbers set aside for
    examples are in none of them.
    """
    country = region.upper() if region else None
    for match in phonenumbers.PhoneNumberMatcher(text, country, leniency=phonenumbers.Leniency.POSSIBLE):
        digits = [character for character in match.raw_string if character.isdigit()]
        if len(digits) < _SHORTEST_PHONE or not phonenumbers.is_possible_number(match.number):
            continue
        if re.fullmatch(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", match.raw_string):
            continue  # a date
        # A number is written with its country's or its trunk prefix; an amount is not.
        prefixed = match.raw_string.startswith(("+", "0", "(")) and len(digits) >= _SHORTEST_WITH_PREFIX
        sure = prefixed or phonenumbers.is_valid_number(match.number) or _PHONE_CUE.search(text[: match.start])
        yield Entity(
            name="phone",
            value=phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164),
            text=match.raw_string,
            start=match.start,
            end=match.end,
            confidence=SURE if sure else POSSIBLE,
            extractor="contacts",
        )
