"""What the store keeps for the rights of people: what they asked for, what was erased, and how long the rest stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.consent import Suppression
from bot.domain.delivery import OutboxEntry
from bot.domain.ids import ProfileId
from bot.domain.privacy import ErasedPlace, ErasedState, Erasure, PrivacyRequest
from bot.domain.retention import DataClass
from bot.ports.people import Page


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many were deleted, and from behind what to go on (None: nothing is left); `files` lie outside the store."""

    count: int
    reached: str | None
    files: Sequence[str] = ()


class PrivacyRequests(Protocol):
    """The register of what people asked for."""

    async def add(self, request: PrivacyRequest) -> None: ...
    async def of(self, profile_id: ProfileId) -> Sequence[PrivacyRequest]:
        """Each, the oldest first."""

    async def undone(self, *, limit: int) -> Sequence[PrivacyRequest]:
        """What is still to be done, the earliest due first."""

    async def done(self, request_id: str, outcome: str, at: datetime) -> bool:
        """False when there is none, or it was done before."""


class Erasures(Protocol):
    """The receipts of erasures. What others held is settled one by one, by the key of what left for it."""

    async def add(self, erasure_id: str, key: str, place: ErasedPlace) -> None: ...
    async def settle(self, key: str, state: ErasedState, why: str) -> None:
        """What became of it; what is gone loses the name that others had for it."""

    async def awaits(self, key: str) -> bool:
        """Whether this is queued."""

    async def get(self, erasure_id: str) -> Erasure | None: ...
    async def latest(self, *, limit: int) -> Sequence[Erasure]:
        """The latest first."""


class PersonalData(Protocol):
    """All that is kept of one person, whatever the table: to be given to them, or erased."""

    async def sent(self, profile_id: ProfileId) -> Sequence[OutboxEntry]:
        """All that left or is to leave for them, or about them."""

    async def cards(self, profile_id: ProfileId) -> Collection[tuple[str, str]]:
        """The desk of each of their hand-offs, with the key of its card."""

    async def heard_from_reps(self, profile_id: ProfileId) -> Mapping[str, int]:
        """By desk, how many messages of reps about them came in."""

    async def of(self, profile_id: ProfileId) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The rows of every table that are theirs, as JSON has them."""

    async def left_alone(self, profile_id: ProfileId) -> Sequence[Mapping[str, Any]]:
        """Of these rows the suppressions of their addresses, which are found at once."""

    async def erase(
        self, profile_id: ProfileId, suppressions: Sequence[Suppression], *, who: str, at: datetime
    ) -> Erasure:
        """Delete them all. Of the addresses to be left alone only a salted digest is kept: whoever is claimed to have
        one again is suppressed as soon as that is noted."""


class Retention(Protocol):
    """What has been kept long enough. What is unfinished or awaited stays, however old."""

    async def drop(self, kind: DataClass, before: datetime, *, after: str, limit: int) -> Dropped:
        """Delete what is older among the next `limit` behind `after` (from the beginning: empty)."""

    async def idle(self, kind: DataClass, before: datetime, *, after: str, limit: int) -> Page:
        """Visitors, or other people, from whom there has been no sign since; locked until the transaction ends, so that
        none comes meanwhile."""

    async def forget(self, people: Sequence[ProfileId]) -> None:
        """Delete all rows of people of whom only a browser is known. Feeds are left to their own time."""

    async def drop_unclaimed(self, before: datetime, *, limit: int) -> int:
        """Delete some of what vendors told before then of messages of which nobody here knows; how much that was."""

    async def count(self, kind: DataClass, before: datetime) -> int:
        """How many would be deleted."""
