"""The Twilio account that takes and places calls, and how its voice speaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

API_URL = "https://api.twilio.com"
CHANNEL = "voice"
E164 = re.compile(r"\+[1-9][0-9]{4,14}")
KEYS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_WHY = tuple(word.translate(KEYS) for word in ("anonymous", "blocked", "restricted", "unavailable", "unknown"))
SPELT_BY_KEYS = frozenset(f"+{keys}" for keys in _WHY) | frozenset(f"+1{keys}" for keys in _WHY if len(keys) != 10)
"""What stands in From where a number is withheld and a carrier wrote why by the keys of a telephone: +266696687.

Some put the 1 of North America before it, whose numbers have ten digits: that of "restricted" may be somebody's."""

SID = re.compile(r"[A-Za-z]{2}[0-9a-fA-F]{32}")
MOST_HINTS, LONGEST_HINT = 500, 100
"""Of `<Gather hints>` (www.twilio.com/docs/voice/twiml/gather)."""


@dataclass(frozen=True, slots=True)
class VoiceAccount:
    """`sender` is the number that calls come from, `desk_number` that of whoever takes over; either may be empty.

    `vocabulary` gives the names that callers are likely to say. `leaves_messages`: on an answering machine, too.
    `relays`: one talks through ConversationRelay, and not by `<Gather>`.
    """

    sid: str
    auth_token: str = field(repr=False)
    secondary_auth_token: str = field(default="", repr=False)
    sender: str = ""
    desk_number: str = ""
    desk_name: str = "A colleague"
    language: str = "en-GB"
    voice: str = "Polly.Amy-Neural"
    offers_links: bool = True
    leaves_messages: bool = True
    relays: bool = False
    vocabulary: Callable[[], Sequence[str]] = tuple

    @property
    def tokens(self) -> tuple[str, str]:
        return self.auth_token, self.secondary_auth_token

    def hints(self) -> str:
        """What speech recognition should expect, in Twilio's form."""
        words = (" ".join(word.replace(",", " ").split()) for word in self.vocabulary())
        return ",".join([word for word in words if 0 < len(word) <= LONGEST_HINT][:MOST_HINTS])
