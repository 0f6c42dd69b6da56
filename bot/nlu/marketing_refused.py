"""Whether a message wants no marketing, and says nothing else: "no thanks, no texts", "I agreed by mistake"."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from bot.nlu.marketing_pause import LONGEST, pattern_of, written_out
from bot.nlu.pause_phrases import PHRASES

_BY_MAIL: Final = re.compile(r"mail|courriel|correo", re.IGNORECASE)


def refuses_marketing(text: str, *, asked: bool = False) -> bool:
    """By its words, in whichever language. Where another question is `asked`, "no e-mail" may be the answer to that."""
    said = " ".join(text.replace("’", "'").split())
    if len(said) > LONGEST or (asked and _BY_MAIL.search(said)):
        return False
    return any(_pattern(language).fullmatch(said) for language in PHRASES)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = PHRASES[language]
    wish = "|".join(written_out(one, words) for one in (*words.wish, *words.unmeant))
    return pattern_of(rf"{words.before}(?:{wish}){words.behind}")
