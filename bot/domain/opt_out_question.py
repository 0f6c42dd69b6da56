"""What is asked of somebody who has opted out, or who may have meant to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.ids import MessageId, ProfileId

OptOutQuestionId = NewType("OptOutQuestionId", str)


class Asking(StrEnum):
    """What is asked."""

    SCOPE = "scope"  # they opted out: of all, or of this channel only? Silence means all
    DOUBT = "doubt"  # did they mean to opt out? Until they answer, no marketing leaves; silence means yes


class Settled(StrEnum):
    """How a question about an opt-out ended."""

    THIS_CHANNEL = "this_channel"  # they meant this channel only
    IN_PART = "in_part"  # they have said since which channels they keep
    OPTED_OUT = "opted_out"  # they want no more marketing, or never said that they do
    KEPT = "kept"  # they did not mean to opt out


@dataclass(frozen=True, slots=True)
class OptOutQuestion:
    """One question: `text` as it was shown (empty where nothing could be asked), `message_id` what they had written."""

    id: OptOutQuestionId
    profile_id: ProfileId
    asking: Asking
    channel: str
    address: str
    text: str
    asked_at: datetime
    ends_at: datetime
    message_id: MessageId | None = None
    settled_at: datetime | None = None
    outcome: Settled | None = None
