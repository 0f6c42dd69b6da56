"""What a message wants of a meeting that is booked: "can we move our meeting?", "I can't make it on Tuesday"."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

LONGEST: Final = 160
"""Characters of a message that may be such a wish; a longer one says more."""


class MeetingWish(StrEnum):
    MOVE = "move"
    GIVE_UP = "give up"
    """To cancel it, or to say that one cannot come: whether another time is wanted is to be asked."""


_OPENING = (
    r"\W*(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|sorry|i'?m (?:so )?sorry|i'?m afraid|oh|um+|"
    r"unfortunately|no|ok(?:ay)?|well|actually|but|and|so|something (?:has |'s )?c(?:a|o)me up)\W+)*"
)
_ASKED = (
    r"(?:(?:(?:can|could|may|might|shall|should|would) (?:we|you|i)(?: (?:please|maybe|perhaps|possibly))?"
    r"|(?:is it|would it be) possible(?: for (?:us|me))? to|(?:would you mind|how (?:can|do) i|let'?s|please|pls)"
    r"|(?:i|we)(?:'d| would) (?:rather|prefer to|like to|love to)|(?:i|we)(?:'ve| have) (?:got )?to"
    r"|(?:i|we)(?:'ll| will)? (?:have|need|want|wish|must)(?: to)?)\W+)?(?:please )?"
)
_MEETING = (
    r"(?:(?:my|our|the|this|that) )?(?:(?:\w+day|tomorrow)(?:'?s)? )?"
    r"(?:meeting|demo|appointment|call|booking|slot|session|visit|video ?call)"
)
_AT = (
    r"(?: (?:with|on|at|for|from|of|to|till|until|today|tomorrow|tonight|this|next|in)\b"
    r"(?:(?!\b(?:and|but|or|then|also|stop|unsubscribe|no more)\b)[^?!.;,\n]){0,60}?)?"
)
"""When it is, or is to be, and with whom; "and" begins something else."""

_CLOSING = (
    r"(?:[\s,.]+(?:please|pls|thanks|thank you|sorry|unfortunately|i'?m afraid|instead|after all|any ?more"
    r"|if (?:possible|you can|that'?s ok(?:ay)?)))*[\s?!.]*"
)
_MOVE = (
    r"(?:(?:move|reschedule|postpone|rearrange|rebook|shift|delay|push back|bring forward|put off|change)"
    rf" (?:the (?:time|date|day) of )?{_MEETING}(?: time| back| forward)?|(?:reschedule|rebook)(?: it| that)?"
    r"|(?:find|have|get|choose|pick|meet at) (?:another|a different|a new|some other) (?:time|day|date))"
)
_CANNOT_COME = (
    r"(?:i|we) (?:can'?t|can ?not|won'?t be able to|(?:am|are) not able to|will not be able to)"
    rf" (?:make (?:it|today|tomorrow|\w+day|{_MEETING})|(?:attend|join)(?: {_MEETING})?|come(?: to {_MEETING})?)"
)
_BODIES: Final = (
    (MeetingWish.MOVE, rf"{_ASKED}{_MOVE}"),
    (MeetingWish.GIVE_UP, rf"{_ASKED}(?:cancel|call off) {_MEETING}"),
    (MeetingWish.GIVE_UP, _CANNOT_COME),
)
_PATTERNS: Final = tuple(
    (wish, re.compile(rf"{_OPENING}{body}{_AT}{_CLOSING}", re.IGNORECASE)) for wish, body in _BODIES
)


def meeting_wish(text: str) -> MeetingWish | None:
    """What it wants of a meeting, and nothing besides; None where it may say something else, too."""
    if len(text) > LONGEST:
        return None
    plain = text.replace("’", "'")
    return next((wish for wish, pattern in _PATTERNS if pattern.fullmatch(plain)), None)
