"""Scripts: which languages a text can be in by its letters alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

WRITTEN_IN: Final = {
    "HANGUL": ("ko",),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "CJK": ("zh", "ja"),
    "CYRILLIC": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg"),
    "GREEK": ("el",),
    "HEBREW": ("he", "yi"),
    "ARABIC": ("ar", "fa", "ur", "ps", "ckb", "ug", "sd"),
    "DEVANAGARI": ("hi", "mr", "ne", "sa"),
    "THAI": ("th",),
}
"""Scripts as Unicode's names of characters begin, and the languages in them, the one that is taken where nothing else
tells first."""

_ALSO: Final = {"KATAKANA-HIRAGANA": "KATAKANA", "HALFWIDTH": "KATAKANA", "IDEOGRAPHIC": "CJK"}


def languages_of_script(words: Sequence[str]) -> tuple[str, ...]:
    """The languages that all letters of the words belong to, likeliest first; none where the script tells nothing."""
    names = {unicodedata.name(letter, "").split(" ", 1)[0] for word in words for letter in word if letter.isalpha()}
    scripts = {_ALSO.get(name, name) for name in names}
    if scripts & {"HIRAGANA", "KATAKANA"} and scripts <= {"HIRAGANA", "KATAKANA", "CJK"}:
        return WRITTEN_IN["HIRAGANA"]
    return WRITTEN_IN.get(scripts.pop(), ()) if len(scripts) == 1 else ()
