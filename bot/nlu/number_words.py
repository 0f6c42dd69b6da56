"""Reads numbers in words of other languages than English: "fünfundzwanzig", "quatre-vingt-dix", "treinta y cinco"."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from text_to_num import text2num

COUNTED_IN = frozenset({"de", "es", "fr", "it", "nl", "pt"})
"""Languages (ISO 639-1) whose numbers are read in words."""

MULTIPLIERS = {
    "k": 1_000, "thousand": 1_000, "grand": 1_000, "m": 1_000_000, "mn": 1_000_000, "mio": 1_000_000,
    "million": 1_000_000, "millions": 1_000_000, "bn": 1_000_000_000, "billion": 1_000_000_000, "hundred": 100,
    "tausend": 1_000, "mille": 1_000, "millionen": 1_000_000, "millones": 1_000_000, "millón": 1_000_000,
    "milioni": 1_000_000, "milione": 1_000_000, "milhões": 1_000_000, "milhão": 1_000_000, "miljoen": 1_000_000,
    "miljoner": 1_000_000, "miljon": 1_000_000, "milions": 1_000_000, "duizend": 1_000, "tusen": 1_000, "mila": 1_000,
    "milliarden": 1_000_000_000, "milliarde": 1_000_000_000, "milliards": 1_000_000_000, "miljard": 1_000_000_000,
    "tsd": 1_000, "mln": 1_000_000, "mrd": 1_000_000_000, "mld": 1_000_000_000,
}  # fmt: skip
SHORTENED = frozenset({"mio", "tsd", "mln", "mrd", "mld", "mn", "bn"})
"""Multipliers that may stand after a blank and before a full stop: "2 Mio. €"."""


_PLAIN = {
    "de": (("fuenf", "fünf"), ("funf", "fünf"), ("zwoelf", "zwölf"), ("zwolf", "zwölf"), ("dreissig", "dreißig")),
    "fr": (("zero", "zéro"),),
}
"""How numbers are written where the letters are not on the keyboard, and as they are spelled."""


def number_in_words(words: Sequence[str], languages: Collection[str]) -> tuple[float, int] | None:
    """The number that the first of these words (in lower case) are, and how many of them are; None where they are none.

    In several languages at once, the longest is what is meant.
    """
    found = [one for language in sorted(languages) if (one := _in_language(words, language)) is not None]
    return max(found, key=lambda one: one[1], default=None)


def _in_language(words: Sequence[str], language: str) -> tuple[float, int] | None:
    if language not in COUNTED_IN or not words or _value(words[0], language) is None:
        return None
    for count in range(len(words), 0, -1):
        phrase = " ".join(word for word in words[:count] if word != "-")
        value = _value(phrase, language) if words[count - 1] != "-" else None
        if value is not None:
            return value, count
    return None


@lru_cache(maxsize=4096)
def _value(phrase: str, language: str) -> float | None:
    if not phrase.replace(" ", "").isalpha():
        return None
    for plain, letter in _PLAIN.get(language, ()):
        phrase = phrase.replace(plain, letter)
    try:
        return float(text2num(phrase, language))
    except ValueError:
        return None
