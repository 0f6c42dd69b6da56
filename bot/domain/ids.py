"""Identifiers: sortable by the time they were made (UUID version 7, RFC 9562 section 5.7)."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import NewType
from uuid import UUID

ProfileId = NewType("ProfileId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
OutboxId = NewType("OutboxId", str)
EnrolmentId = NewType("EnrolmentId", str)
HandoffId = NewType("HandoffId", str)


def new_id(now: datetime) -> str:
    """A fresh UUIDv7: 48 bits of milliseconds since 1970, then 74 random bits."""
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    high = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    low = 0b10 << 62 | secrets.randbits(62)
    return str(UUID(int=high | low))


def first_id(at: datetime) -> str:
    """What no id of this moment or a later one is before, and each of an earlier one is."""
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    return str(UUID(int=milliseconds << 80))
