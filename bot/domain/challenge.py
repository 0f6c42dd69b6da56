"""Challenges: somebody is asked to prove that an address is theirs and, maybe, to confirm that they consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from bot.domain.consent import Purpose
from bot.domain.ids import MessageId, ProfileId

ChallengeId = NewType("ChallengeId", str)

CODE_LASTS = timedelta(minutes=10)
CODE_TRIES = 5
MOST_A_DAY = 3
"""Challenges that one address gets within 24 hours, whoever asks for them: nobody is bombarded through us."""


class Outcome(StrEnum):
    """How a challenge ended."""

    PROVED = "proved"
    REPLACED = "replaced"  # a later one counts instead
    SPENT = "spent"  # too many wrong codes


@dataclass(frozen=True, slots=True)
class Asked:
    """The consent that waits for its confirmation: the question, as it was shown, and the message that said yes."""

    purpose: Purpose
    text: str
    how: str
    message_id: MessageId | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """What went to `address`: a link, where `consent` waits for it; else a code, of which only a digest is kept.

    `asked_by` is the message that asked for the code.
    """

    id: ChallengeId
    profile_id: ProfileId
    channel: str
    address: str
    asked_at: datetime
    ends_at: datetime
    consent: Asked | None = None
    code: str = ""
    asked_by: MessageId | None = None
    tries_left: int = 0
    settled_at: datetime | None = None
    outcome: Outcome | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it may still be met."""
        return self.settled_at is None and now < self.ends_at
