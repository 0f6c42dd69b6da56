"""Reactions to a text of ours, which phones write out in words where the other side cannot show them: Liked “Hello!”.

The words that they quote are ours, and "reply STOP" is in many of them.
"""

from __future__ import annotations

import re

_IN_WORDS = {
    "liked": "👍",
    "loved": "❤️",
    "disliked": "👎",
    "laughed at": "😂",
    "emphasized": "‼️",
    "emphasised": "‼️",
    "questioned": "❓",
    "le gustó": "👍",
    "le encantó": "❤️",
    "no le gustó": "👎",
    "le dio risa": "😂",
    "exclamó por": "‼️",
    "dudó sobre": "❓",
    "a aimé": "👍",
    "a adoré": "❤️",
    "n'a pas aimé": "👎",
    "понравилось": "👍",
}
"""How iPhones write those of their own, as far as we know; all others they name, and Android's phones do so always."""

_EMOJI = r"(?P<emoji>[^\w\s\"“”.,;:!?'()-]\S{0,15})"
_QUOTED = r"(?:[\"“].*[\"”]|« ?.* ?»|an? (?:image|photo|picture|video|movie|attachment|link|(?:audio |voice )?message))"
_UNSEEN = "\u200a\u200b\u200c\u2060\ufeff "
_REACTION = re.compile(
    rf"(?:(?P<words>{'|'.join(_IN_WORDS)})|(?:reacted (?:with )?|reaccionó con )?{_EMOJI} (?:to|a)) {_QUOTED}",
    re.IGNORECASE | re.DOTALL,
)
_TAKEN_BACK = re.compile(
    rf"removed (?:an? (?:like|heart|dislike|laugh|exclamation|question mark)|(?:the |a )?{_EMOJI}) from {_QUOTED}",
    re.IGNORECASE | re.DOTALL,
)


def reaction_in(text: str) -> str:
    """The emoji that somebody reacted with; empty where the text is no reaction."""
    if (match := _REACTION.fullmatch(_seen(text))) is None:
        return ""
    return match["emoji"] or _IN_WORDS[match["words"].lower()]


def takes_back_reaction(text: str) -> bool:
    return _TAKEN_BACK.fullmatch(_seen(text)) is not None


def _seen(text: str) -> str:
    """Without the blanks of no width with which Android's phones mark a reaction, and with plain apostrophes."""
    text = text.replace("’", "'")
    return " ".join(text.translate(dict.fromkeys(map(ord, _UNSEEN), " ")).split())
