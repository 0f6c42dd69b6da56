"""One form for words and names that people write in several: without case, accents, and what stands between."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ACCENTED: Final = re.compile(r"[^\W\d_]{4,}")
"""Words that are long enough to be told without their accents: "à" is not."""

_TWO_LETTERS: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ß": "ss"}


def fold(text: str) -> str:
    """Without case, accents and what stands between words: `Vor- und Nachname` is `vor_und_nachname`, `firstName`
    `first_name`. A sign alone stays what it is."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text.strip())
    return re.sub(r"[\W_]+", "_", plain_letters(apart)).strip("_") or text.strip()


def plain_letters(text: str) -> str:
    """Without case and accents."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", "".join(one for one in letters if not unicodedata.combining(one)))


def also_in_plain_letters(pattern: str) -> str:
    """A regular expression that also finds what a keyboard without these letters writes: "uebermorgen", "manana", and
    "dreissig", as it is written in Switzerland."""
    return _ACCENTED.sub(lambda word: "".join(map(_spellings, word[0])), pattern)


def in_plain_letters(word: str) -> frozenset[str]:
    """The ways in which it is written with plain letters: "früh" as "frueh" and "fruh"."""
    return frozenset("".join(map(form, word)) for form in (_without_its_mark, _in_two_letters))


def _without_its_mark(letter: str) -> str:
    """ "ä" as "a"."""
    return unicodedata.normalize("NFD", letter)[0]


def _in_two_letters(letter: str) -> str:
    """ "ä" as "ae", where that is usual, else without its mark."""
    return _TWO_LETTERS.get(letter) or _without_its_mark(letter)


def _spellings(letter: str) -> str:
    forms = dict.fromkeys((letter, _in_two_letters(letter), _without_its_mark(letter)))
    return letter if len(forms) == 1 else f"(?:{'|'.join(forms)})"


def close_up(name: str) -> str:
    """Folded, without what stands between words, which programs leave out: `HASOPTEDOUTOFEMAIL`, `Time Zone`."""
    return fold(name).replace("_", "")
