"""Messages that an author should look at, and what the author said of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.understanding import IntentScore


class Doubt(StrEnum):
    """Why a message is in the review queue. `CORRECTED`: the customer took it back, or told us what they had meant."""

    NOT_UNDERSTOOD = "not understood"
    AMBIGUOUS = "ambiguous"
    UNSURE = "unsure"
    CORRECTED = "corrected"


class ReviewVerdict(StrEnum):
    LABELLED = "labelled"
    OUT_OF_SCOPE = "out of scope"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class UnclearMessage:
    """What customers said `count` times in these words, without what tells who they are.

    `key` is the same for words that are the same example. `suggestions` are the intents it may have, likeliest first;
    `meant` is the one that a customer chose when asked.
    """

    key: str
    text: str
    doubt: Doubt
    count: int
    last_said: datetime
    suggestions: tuple[IntentScore, ...] = ()
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What was said of the message with this key; `intent` where it was labelled. The text is not kept."""

    key: str
    verdict: ReviewVerdict
    at: datetime
    intent: str = ""
