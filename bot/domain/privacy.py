"""What people may ask of us: their data, its erasure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import ProfileId


class LawfulBasis(StrEnum):
    """What lets something of people be kept and used (GDPR article 6(1)(a) to (f))."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTEREST = "legitimate_interest"


class ErasedState(StrEnum):
    """What became of something that was kept of a person. Queued: whoever has it will be told, again and again."""

    DONE = "done"
    QUEUED = "queued"
    FAILED = "failed"
    NOT_POSSIBLE = "not possible"


@dataclass(frozen=True, slots=True)
class ErasedPlace:
    """A line of a receipt: `what` was kept in which `place`, what became of it, and `why`, where it is not gone.

    `held` is what those who have it call it; empty as soon as it is gone.
    """

    place: str
    what: str
    state: ErasedState
    why: str = ""
    held: str = ""


@dataclass(frozen=True, slots=True)
class Erasure:
    """A receipt: how many rows of which table were deleted, and how many addresses are left alone from now on.

    `elsewhere` are the records that CRMs hold of them, by CRM. `places` says of each place what became of it.
    """

    id: str
    at: datetime
    who: str
    rows: Mapping[str, int]
    suppressed: int
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    places: tuple[ErasedPlace, ...] = ()


class RequestKind(StrEnum):
    """What people may ask for (GDPR articles 15 to 21)."""

    ACCESS = "access"
    PORTABILITY = "portability"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    OBJECTION = "objection"
    RESTRICTION = "restriction"


HEARD = (RequestKind.ACCESS, RequestKind.RECTIFICATION, RequestKind.ERASURE)
"""What is told from the words of a message; an objection is an opt-out there, and the others staff note."""


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
