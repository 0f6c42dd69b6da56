"""Finds ordinals: "the second option", "on the 21st floor"; dates have them too, and are none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.understanding import Entity
from bot.nlu.numerals import NEAR
from bot.nlu.words import word_list, word_set

SURE, POSSIBLE = 1.0, 0.5

_UNITS = word_list(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
_ROUND = word_list("thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth")
_VALUES = {word: at for at, word in enumerate(_UNITS, start=1)} | {w: 10 * at for at, w in enumerate(_ROUND, start=3)}
_TENS = {
    word: 10 * at for at, word in enumerate(word_list("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
}
_ORDINAL = re.compile(
    r"(?<![\w.])(?:(?P<digits>\d{1,4})(?:st|nd|rd|th)"
    rf"|(?:(?P<tens>{'|'.join(_TENS)})[ -])?(?P<word>{'|'.join(_VALUES)}))(?!\w)",
    re.IGNORECASE,
)
_COUNTED = word_set(
    "option options one ones choice choices floor plan plans item items question questions page step row line slot "
    "door attempt answer entry point offer suggestion candidate choice version email message floor column number "
    "result draft quarter try street avenue person user seat customer reason topic product link button"
)
_BEFORE = word_set("the my our your their this that his her its a")


def find_ordinals(text: str, *, asked: bool = False) -> Iterator[Entity]:
    """Which of several, `SURE` where the word after it is something that people count off."""
    for match in _ORDINAL.finditer(text):
        following = re.match(r" (?P<word>[^\W\d_]+)", text[match.end() : match.end() + NEAR])
        before = re.search(r"(?P<word>[^\W\d_]+) $", text[max(0, match.start() - NEAR) : match.start()])
        counted = following is not None and following["word"].lower() in _COUNTED
        led = before is not None and before["word"].lower() in _BEFORE
        if not (counted and led) and not asked:
            continue
        value = int(match["digits"]) if match["digits"] else _VALUES[match["word"].lower()]
        value += _TENS[match["tens"].lower()] if match["tens"] and value < 10 else 0
        confidence = SURE if counted and led else POSSIBLE
        yield Entity("ordinal", value, match[0], match.start(), match.end(), confidence, extractor="ordinals")
