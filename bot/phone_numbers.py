"""Telephone numbers that are written without what comes before them."""

from __future__ import annotations

import re

import phonenumbers

BETWEEN_DIGITS = re.compile(r"[\s().\-/]")
MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def readings_of(text: str, number: phonenumbers.PhoneNumber) -> tuple[phonenumbers.PhoneNumber, ...]:
    """What `text` may be, of which `number` is the reading by the rules of a region: that one, the one with a + before
    it, or both, the region's first.

    What begins with neither + nor 0 may have lost either. 4915112345678 in Germany has lost its + (nobody writes of a
    landline in 04915), 61412345678 in Britain, too (nobody has it there), and 33612345678 in Germany may be two
    people's.
    """
    digits = BETWEEN_DIGITS.sub("", text)
    if not digits.isdecimal() or digits.startswith("0"):
        return (number,)
    try:
        abroad = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return (number,)
    if abroad == number or not phonenumbers.is_valid_number(abroad):
        return (number,)
    if not phonenumbers.is_valid_number(number):
        return (abroad,)
    if _is_mobile(number) or not _is_mobile(abroad):
        return (number,)
    return (abroad,) if abroad.country_code == number.country_code else (number, abroad)


def _is_mobile(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.number_type(number) in MOBILE
