"""Masks what says who somebody is before a text leaves the machine: e-mail addresses and phone numbers."""

from __future__ import annotations

import re
from typing import Final

EMAIL: Final = "[email]"
PHONE: Final = "[phone]"

EMAIL_PATTERN: Final = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@[^\s@<>()\[\],;:\"]{1,190}\.[^\W\d_]{2,}")
"""Bounded, for a message may be one word of a hundred thousand letters."""

PHONE_PATTERN: Final = re.compile(r"(?:\+|\b00)[\s().\-/]*\d(?:[\s().\-/]*\d){5,}|(?<![\d.,])\d(?:[\s().\-/]*\d){8,}")
"""A number with a country code, or any with nine digits or more: fewer may be how many, or how much.

What is longer than any number is masked as a whole, so that nothing of it is left over."""


def mask(text: str) -> str:
    """The text with a word in the place of each e-mail address and phone number."""
    return PHONE_PATTERN.sub(PHONE, EMAIL_PATTERN.sub(EMAIL, text))


def in_part(address: str) -> str:
    """Enough of an e-mail address or a phone number for its owner to know it again: a•••@example.com, +44•••••••123."""
    name, at, host = address.partition("@")
    if at:
        return f"{name[:1]}•••@{host}"
    return f"{address[:3]}{'•' * max(3, len(address) - 6)}{address[-3:]}"
