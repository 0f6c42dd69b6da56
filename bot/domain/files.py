"""A file that a customer sent, or a rep to them: whose it is, where we keep it, and whether anybody may open it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import ConversationId, ProfileId


class FileState(StrEnum):
    HELD = "held"  # until it has been looked at
    CLEAN = "clean"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SentFile:
    """`key` is that of the outbox entry that fetches or checks it; `place` is its name where files are kept.

    `sender` is the rep who sent it to the customer; empty where the customer sent it.
    """

    id: str
    key: str
    profile_id: ProfileId
    conversation_id: ConversationId
    place: str
    name: str
    media_type: str
    size: int
    at: datetime
    state: FileState = FileState.HELD
    reason: str = ""
    sender: str = ""
