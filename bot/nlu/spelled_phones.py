"""Finds phone numbers that are said: digit by digit, "oh seven seven double oh", or in pairs, "zéro six douze"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import phonenumbers

from bot.domain.understanding import Entity
from bot.nlu.contacts import POSSIBLE, SURE
from bot.nlu.number_words import COUNTED_IN, number_in_words

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
_IN_PAIRS: Final = range(10, 100)
"""As French has them: "zéro six douze trente-quatre"."""
_PLUS: Final = ("plus", "más", "mais", "più")

_ZEROS: Final = frozenset(word for word, digit in _DIGITS.items() if digit == "0")
_WORD: Final = re.compile(r"\w+|\+")
_BETWEEN: Final = re.compile(r"[ ,.-]{0,3}")
_LEAST_WORDS, _SHORTEST, _LONGEST = 4, 8, 15
_LONGEST_PAIR: Final = 5
"""Words of two digits that are said as one number: "quatre vingt dix neuf"."""


def find_spelled_phones(text: str, region: str | None) -> Iterator[Entity]:
    """Phone numbers in E.164. One has its country's number or its trunk prefix, or is valid where there is no trunk
    prefix: so many digits in a row are not an amount, but may be an order's number."""
    has_trunk = region is None or phonenumbers.ndd_prefix_for_region(region.upper(), True) is not None
    words = list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        written, after = _run_at(text, words, at) if _may_begin(text, words, at, has_trunk) else ("", at + 1)
        start, end = words[at].start(), words[after - 1].end()
        at = after
        if not _SHORTEST <= len(written.lstrip("+")) <= _LONGEST:
            continue
        known = written[0] in "+0"
        if not known and has_trunk:
            continue
        try:
            number = phonenumbers.parse(written, region.upper() if region else None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number) if known else phonenumbers.is_valid_number(number):
            value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            confidence = SURE if known else POSSIBLE
            yield Entity("phone", value, text[start:end], start, end, confidence, extractor="contacts")


def _may_begin(text: str, words: Sequence[re.Match[str]], at: int, has_trunk: bool) -> bool:
    """Whether a number may begin with this word, by its prefix where it has one: no digit is said right before it."""
    word = words[at][0].lower()
    has_prefix = (
        word in _ZEROS or word in _PLUS or word in _TIMES or word == "+" or (word[0] == "0" and word.isdecimal())
    )
    if not has_prefix and (has_trunk or _digits_at(text, words, at) is None):
        return False
    return at == 0 or not _go_on(text, words, at) or _digits_at(text, words, at - 1) is None


def _run_at(text: str, words: Sequence[re.Match[str]], at: int) -> tuple[str, int]:
    """The number in digits that is said from this word on, and the first word behind it; no number where it is written
    with digits for the most part."""
    written, times, said = "", 1, 0
    while (found := _digits_at(text, words, at)) is not None or words[at][0].lower() in _TIMES:
        if found is None:
            times, at = _TIMES[words[at][0].lower()], at + 1
        else:
            digits, in_words, after = found
            written, times, said, at = written + digits * times, 1, said + in_words, after
        if at == len(words) or not _go_on(text, words, at):
            break
    return (written, at) if said >= _LEAST_WORDS and times == 1 else ("", max(at, 1))


def _go_on(text: str, words: Sequence[re.Match[str]], at: int) -> bool:
    return _BETWEEN.fullmatch(text, words[at - 1].end(), words[at].start()) is not None


def _digits_at(text: str, words: Sequence[re.Match[str]], at: int) -> tuple[str, int, int] | None:
    """The digits that are said here, how many of the words say them, and the first word behind them."""
    word = words[at][0].lower()
    if word in _PLUS or word == "+":
        return "+", 0, at + 1
    if word == "hundred":
        return "00", 0, at + 1
    if word.isdecimal():
        return word, 0, at + 1
    number = None if word in _ZEROS else number_in_words(_phrase_at(text, words, at), COUNTED_IN)
    if number is not None and _IN_PAIRS.start <= number[0] < _IN_PAIRS.stop:
        return f"{number[0]:.0f}", number[1], at + number[1]
    return (_DIGITS[word], 1, at + 1) if word in _DIGITS else None


def _phrase_at(text: str, words: Sequence[re.Match[str]], at: int) -> Sequence[str]:
    """The words from here on that may be one pair: those that a blank or a hyphen parts."""
    phrase = [words[at][0].lower()]
    for before, word in pairwise(words[at : at + _LONGEST_PAIR]):
        if text[before.end() : word.start()] not in {" ", "-"}:
            break
        phrase.append(word[0].lower())
    return phrase
