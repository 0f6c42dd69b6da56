"""What people may ask of us: their data, its erasure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import ProfileId


@dataclass(frozen=True, slots=True)
class Erasure:
    """A receipt: how many rows of which table were deleted, and how many addresses are left alone from now on.

    `elsewhere` are records that others hold, by their CRM: those have to be erased there.
    """

    id: str
    at: datetime
    who: str
    rows: Mapping[str, int]
    suppressed: int
    elsewhere: Mapping[str, str] = field(default_factory=dict)


class RequestKind(StrEnum):
    """What people may ask for (GDPR articles 15 to 21)."""

    ACCESS = "access"
    PORTABILITY = "portability"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    OBJECTION = "objection"
    RESTRICTION = "restriction"


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """One line of the register: who asked for what, how it came, by when it has to be done, and what was done."""

    id: str
    profile_id: ProfileId
    kind: RequestKind
    how: str
    received_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    outcome: str = ""

    def is_overdue(self, now: datetime) -> bool:
        return self.done_at is None and self.due_at < now
