"""Whether a message wants marketing at other hours: "don't text me before nine", "keine SMS am Wochenende".

It is no opt-out; but "don't text me any more after today" is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from bot.domain.folding import also_in_plain_letters
from bot.nlu.marketing_pause import LONGEST, pattern_of, pieces, written_out
from bot.nlu.pause_phrases import PHRASES

_NEVER_AGAIN: Final = re.compile(
    also_in_plain_letters(
        r"\b(?:(?:more|again|any ?more|mehr|wieder|plus|m[aá]s)\b.*\b(?:after|past|nach|ab|après|después|partir)"
        r"|(?:ever|never|nie|jamais|nunca))\b"
    ),
    re.IGNORECASE,
)
"""Words by which it may be for good: "no more texts after 8"."""


@dataclass(frozen=True, slots=True)
class StatedHours:
    """Said in this `language`. `rest` is what else their message says."""

    language: str
    rest: str = ""


def hours_wanted(text: str) -> StatedHours | None:
    """The wish for other hours, in whichever language; None where the text says anything else."""
    if len(text) > LONGEST:
        return None
    for piece, rest in pieces(text):
        said = " ".join(piece.replace("’", "'").split())
        for language in PHRASES:
            if _pattern(language).fullmatch(said) and not _NEVER_AGAIN.search(said):
                return StatedHours(language, rest)
    return None


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = PHRASES[language]
    hours = words.hours.replace("HOUR", words.hour)
    wish = "|".join(written_out(one, words) for one in (*words.wish, *words.hold, *words.wish_from))
    around = "|".join(written_out(one, words).replace("WHEN", f"(?:{hours})") for one in words.around)
    also = rf"(?:(?:,? (?:and|or|und|oder|et|ou|y|o))? (?:{hours}))?"
    bodies = rf"(?:{wish}),? (?:{hours}){also}|(?:{hours}),? (?:{wish})" + (f"|{around}" if around else "")
    return pattern_of(rf"{words.before}(?:{bodies}){words.behind}")
