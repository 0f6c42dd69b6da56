"""What a message wants of a meeting that is booked: "can we move our meeting?", "am Dienstag kann ich nicht"."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from functools import cache

from bot.domain.folding import also_in_plain_letters
from bot.domain.meeting_phrases import PHRASES

LONGEST = 160
"""Characters of a message that may be such a wish; a longer one says more."""


class MeetingWish(StrEnum):
    MOVE = "move"
    GIVE_UP = "give up"
    """To cancel it, or to say that one cannot come: whether another time is wanted is to be asked."""


def meeting_wish(text: str, languages: Collection[str] = ()) -> MeetingWish | None:
    """What it wants of a meeting, in English or one of `languages` (ISO 639-1), and nothing besides; None where it may
    say something else, too."""
    if len(text) > LONGEST:
        return None
    plain = " ".join(text.replace("’", "'").split())
    for language in ("en", *sorted(PHRASES.keys() & set(languages) - {"en"})):
        for wish, pattern in _patterns(language):
            if pattern.fullmatch(plain):
                return wish
    return None


@cache
def _patterns(language: str) -> tuple[tuple[MeetingWish, re.Pattern[str]], ...]:
    phrases = PHRASES[language]
    bodies = ((MeetingWish.MOVE, phrases.move), (MeetingWish.GIVE_UP, phrases.give_up))
    return tuple(
        (wish, re.compile(also_in_plain_letters(f"{phrases.before}{body}{phrases.behind}"), re.IGNORECASE))
        for wish, of_wish in bodies
        for body in of_wish
    )
