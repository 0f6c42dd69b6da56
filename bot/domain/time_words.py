"""The words of which English times are made, and how each is read."""

from __future__ import annotations

import calendar
import re

FLAGS = re.IGNORECASE | re.ASCII  # without ASCII, letters such as ſ and K would pass for s and k

_DAY_NAMES = tuple(name.lower() for name in calendar.day_name)
_MONTH_NAMES = tuple(name.lower() for name in calendar.month_name)[1:]
HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
AMOUNTS = {word: value for value, word in enumerate(HOURS, start=1)} | {
    "a": 1, "an": 1, "a couple of": 2, "couple of": 2, "a few": 3, "few": 3, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty-five": 45, "sixty": 60, "ninety": 90,
}  # fmt: skip

WEEKDAY = r"(?:mon|tues?|wed|wednes|thu|thurs?|fri|sat|satur|sun)(?:day)?"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
AMOUNT = r"(?:\d{1,3}|" + "|".join(sorted(AMOUNTS, key=len, reverse=True)) + ")"
HOUR = r"(?:2[0-3]|[01]?\d|" + "|".join(HOURS) + ")"
DAY_NUMBER = r"(?:3[01]|[12]\d|0?[1-9])"
YEAR = r"(?:19|20)\d\d"

_TO_TENTH = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_TO_THIRTY_FIRST = (
    *_TO_TENTH, "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth", *(f"twenty-{word}" for word in _TO_TENTH[:9]), "thirtieth", "thirty-first",
)  # fmt: skip
DAY_IN_WORDS = "(?:" + "|".join(sorted(_TO_THIRTY_FIRST, key=len, reverse=True)).replace("-", "[ -]") + ")"
"""The number of a day as it is said: "the twenty-first"."""


def weekday_of(word: str) -> int:
    return next(at for at, name in enumerate(_DAY_NAMES) if name.startswith(word[:3].lower()))


def month_of(word: str) -> int:
    return next(at for at, name in enumerate(_MONTH_NAMES, start=1) if name.startswith(word[:3].lower()))


def amount_of(word: str) -> int:
    return int(word) if word.isdigit() else AMOUNTS[word.lower()]


def ordinal_of(word: str) -> int:
    """The number of "third", "3rd" and "twenty first"."""
    digits = "".join(filter(str.isdecimal, word))
    return int(digits) if digits else _TO_THIRTY_FIRST.index(word.lower().replace(" ", "-")) + 1


def rule(pattern: str) -> re.Pattern[str]:
    """The pattern, between whole words."""
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", FLAGS)
