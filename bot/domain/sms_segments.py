"""How a text travels as SMS: in which alphabet, and in how many segments, each of which is paid for.

GSM-7 has 160 units in a message by itself and 153 in each segment of a longer one, for a header says how they belong
together; UCS-2 has 70 and 67 (3GPP TS 23.038 and 23.040). One character that GSM-7 lacks puts the whole text in UCS-2.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters of GSM-7 that travel behind an escape, as two units."""

ALONE = 160
"""Units of GSM-7 in a message by itself."""

SUBSTITUTES = {
    **dict.fromkeys("‘’‚‛′‵´`ʹʼ", "'"),
    **dict.fromkeys("“”„‟″‶«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("•‣∙·", "*"),
    **dict.fromkeys("\t\u00a0\u202f\u205f\u3000", " "),
    **dict.fromkeys(map(chr, range(0x2000, 0x200B)), " "),
    **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
    **dict.fromkeys("\u2028\u2029", "\n"),
    "…": "...",
    "‹": "<",
    "›": ">",
    "⁄": "/",
    "ﬁ": "fi",
    "ﬂ": "fl",
}
"""What GSM-7 has in place of typographic characters; invisible ones are left out. Letters are not replaced."""


class Encoding(StrEnum):
    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class Segments:
    """A text as it travels: its segments in order, and how many units they are in sum.

    `beyond_gsm_7` are the characters, each once and in order, for whose sake the text is in UCS-2.
    """

    encoding: Encoding
    units: int
    parts: tuple[str, ...]
    beyond_gsm_7: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.parts)


def segments_of(text: str) -> Segments:
    """The text in segments; none of an empty text. No character is divided between two of them."""
    if len(text) <= ALONE and BASIC.issuperset(text):
        return Segments(Encoding.GSM_7, len(text), (text,) if text else ())
    beyond = tuple(dict.fromkeys(character for character in text if _units_in_gsm_7(character) == 0))
    if beyond:
        encoding, units_of, alone, joined = Encoding.UCS_2, _units_in_ucs_2, 70, 67
    else:
        encoding, units_of, alone, joined = Encoding.GSM_7, _units_in_gsm_7, ALONE, 153
    units = sum(map(units_of, text))
    if units <= alone:
        return Segments(encoding, units, (text,) if text else (), beyond)
    return Segments(encoding, units, tuple(_divided(text, units_of, joined)), beyond)


def in_gsm_7(text: str) -> str | None:
    """The text with `SUBSTITUTES` in place of what GSM-7 lacks; None where a character has none."""
    if BASIC.issuperset(text):
        return text
    composed = unicodedata.normalize("NFC", text)
    replaced = "".join(SUBSTITUTES.get(character, character) for character in composed)
    return replaced if all(map(_units_in_gsm_7, replaced)) else None


def _divided(text: str, units_of: Callable[[str], int], room: int) -> Iterator[str]:
    start, taken = 0, 0
    for position, character in enumerate(text):
        units = units_of(character)
        if taken + units > room:
            yield text[start:position]
            start, taken = position, 0
        taken += units
    yield text[start:]


def _units_in_gsm_7(character: str) -> int:
    """Septets of the character; 0 where GSM-7 has none for it."""
    if character in BASIC:
        return 1
    return 2 if character in EXTENSION else 0


def _units_in_ucs_2(character: str) -> int:
    """UTF-16 units: an emoji beyond the basic plane is a pair."""
    return 2 if ord(character) > 0xFFFF else 1
