"""Finds phone numbers that are said digit by digit: "oh seven seven double oh, nine hundred ..." on the phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers

from bot.domain.understanding import Entity
from bot.nlu.contacts import SURE

_DIGITS: Final = {
    word: str(digit)
    for digit, words in enumerate(
        (
            "zero oh o nought null cero nul zéro",
            "one eins uno una un um uma een één",
            "two zwei zwo dos deux due dois duas twee",
            "three drei tres trois tre três drie",
            "four vier cuatro quatre quattro quatro",
            "five fünf cinco cinq cinque vijf",
            "six sechs seis sei zes",
            "seven sieben siete sept sette sete zeven",
            "eight acht ocho huit otto oito",
            "nine neun nueve neuf nove negen",
        )
    )
    for word in words.split()
}
_TIMES: Final = {"double": 2, "triple": 3, "treble": 3}
_PLUS: Final = ("plus", "más", "mais", "più")

_SAID: Final = "|".join(sorted({*_DIGITS, *_TIMES, "hundred"}, key=len, reverse=True))
_RUN: Final = re.compile(
    rf"(?<!\w)(?:(?:{'|'.join(_PLUS)}) |\+ ?)?(?:{_SAID}|\d+)(?:[ ,.-]{{1,3}}(?:{_SAID}|\d+))*(?!\w)", re.IGNORECASE
)
_WORD: Final = re.compile(r"\w+|\+")
_LEAST_WORDS, _SHORTEST, _LONGEST = 4, 8, 15


def find_spelled_phones(text: str, region: str | None) -> Iterator[Entity]:
    """Phone numbers in E.164. One has its country's number or its trunk prefix: so many digits in a row are not an
    amount, but may be an order's number."""
    for match in _RUN.finditer(text):
        written = _written(match[0])
        if written is None or not _SHORTEST <= len(written.lstrip("+")) <= _LONGEST or written[0] not in "+0":
            continue
        try:
            number = phonenumbers.parse(written, region.upper() if region else None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            yield Entity("phone", value, match[0], match.start(), match.end(), SURE, extractor="contacts")


def _written(said: str) -> str | None:
    """The number in digits; None where it is written with digits for the most part, or a word makes no sense there."""
    digits, times, words = "", 1, 0
    for word in _WORD.findall(said.lower()):
        if word in _PLUS or word == "+":
            digits += "+"
        elif word in _TIMES:
            times = _TIMES[word]
        elif word == "hundred":
            digits += "00"
        elif word.isdigit() and times == 1:
            digits += word
        elif word in _DIGITS:
            digits, times, words = digits + _DIGITS[word] * times, 1, words + 1
        else:
            return None
    return digits if words >= _LEAST_WORDS and times == 1 else None
