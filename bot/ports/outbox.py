"""What the store keeps of what leaves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.consent import Purpose
from bot.domain.delivery import Dispatch, Lane, OutboxEntry, OutboxStatus
from bot.domain.ids import ConversationId, EnrolmentId, ProfileId
from bot.domain.message import DeliveryStatus, Told


@dataclass(frozen=True, slots=True)
class Sooner:
    """On these channels a second try is harmless, so what a crash left is taken up after this time already."""

    channels: frozenset[str]
    stale_after: timedelta


NO_SOONER = Sooner(frozenset(), timedelta())


class Outbox(Protocol):
    def expect(self, people: Collection[ProfileId], addresses: Collection[tuple[str, str]]) -> None:
        """What is asked of one of these people or addresses, each with its channel, may be read of all at once."""

    @property
    def grown(self) -> bool:
        """Whether this transaction has put in anything that is still to leave."""

    async def add(self, entry: OutboxEntry) -> bool:
        """False when this key was taken before."""

    async def add_at_end(self, entry: OutboxEntry) -> None:
        """The same with the others at the end of the transaction; nothing where the key was taken before."""

    async def claim(
        self, now: datetime, limit: int, *, stale_after: timedelta, lane: Lane | None = None, sooner: Sooner = NO_SOONER
    ) -> Sequence[OutboxEntry]:
        """Take due entries: each comes back as it was (WAITING, or SENDING and left so by a crash) and is now SENDING.

        Of one lane, or of all. What has been SENDING for `stale_after` was left so; on some channels, `sooner`.

        An entry is not taken while another of the same conversation and channel is being sent, nor while one that goes
        before it (of a higher priority, or an earlier one of the same) is due, or was tried and waits for its next try.
        Marketing that waits for its next try holds up nothing.
        """

    async def still_ours(self, entries: Collection[OutboxEntry]) -> Mapping[str, ProfileId | None]:
        """The keys of those that nobody has claimed since these were, and nobody can until this transaction ends; each
        with whose it is by now, and stays so long."""

    async def unsettled(self, conversation_id: ConversationId, channel: str) -> frozenset[str]:
        """The keys of what waits or is being sent in this conversation on this channel."""

    async def settle(self, entry: OutboxEntry) -> Told | None:
        """Write status, due time, attempts, vendor id and reason.

        What the vendor has told before this of how far the message got, where it has.
        """

    async def settle_all(self, entries: Collection[OutboxEntry]) -> Mapping[str, Told]:
        """The same for many, by their keys."""

    async def sent_as(self, channel: str, vendor_ids: Collection[str]) -> Sequence[OutboxEntry]:
        """What left by this channel under these ids of its vendor."""

    async def in_conversation(
        self, conversation_id: ConversationId, purpose: Purpose, *, limit: int
    ) -> Sequence[OutboxEntry]:
        """The latest entries of this purpose, whatever became of them, in the order in which they were queued."""

    async def drop(self, key: str) -> None:
        """Forget an entry that is settled; its key may be taken again."""

    async def by_key(self, key: str) -> OutboxEntry | None: ...
    async def purge(
        self, profile_id: ProfileId, purpose: Purpose, why: str, *, channel: str | None = None
    ) -> Sequence[OutboxEntry]:
        """Withhold what waits for this person with this purpose, on this channel or on any; what it was."""

    async def withdraw(self, profile_id: ProfileId, run: EnrolmentId, why: str, now: datetime) -> Sequence[OutboxEntry]:
        """Withhold the messages of this run of a journey that the gate has not let go; what they were. The others are
        too late `now`: should their vendor not deliver them, there is no second try."""

    async def give_back(self, profile_id: ProfileId, run: EnrolmentId, why: str) -> None:
        """Let the messages of this run wait again that were withheld for this reason."""

    async def sent_since(
        self, profile_id: ProfileId, address: str, purpose: Purpose, channel: str, since: datetime
    ) -> Sequence[datetime]:
        """When messages of this purpose went to this person or to this address on this channel, oldest first; also
        those that are on their way, since the gate has let them go."""

    async def last_sent(
        self, profile_id: ProfileId, purpose: Purpose, channels: Collection[str], since: datetime
    ) -> datetime | None:
        """When the latest message of this purpose went to this person since then, on whichever of these channels."""

    async def wrote_last(self, profile_id: ProfileId, among: Collection[EnrolmentId]) -> EnrolmentId | None:
        """Which of these runs of journeys was the last to send this person something; None where none has."""

    async def make_due_again(self, now: datetime, *, ahead: timedelta, lane: Lane | None = None) -> int:
        """What was due when it was written, by a clock that was ahead by more than this, is due now; how much that is.

        Of this lane, or of all."""

    async def bring_back_claims(self, now: datetime) -> int:
        """What was claimed by a clock that was far ahead counts as claimed `now`, so that what is left of it comes up
        again in time; how much that is. For whoever's clock is right alone: by one that is behind, all claims are."""

    async def next_due(self, lane: Lane | None = None) -> datetime | None:
        """When the next entry of this lane, or of any, is due; None where none waits."""

    async def track(self, status: DeliveryStatus, at: datetime) -> str | None:
        """Move a delivery forward; the key of its message, None when that is unknown or it is already further."""

    async def told_of(self, key: str) -> str | None:
        """The vendor's id of this message, where the vendor has told of it by our key, and not that it failed."""

    async def sent_ids(self, profile_id: ProfileId, channel: str, since: datetime) -> frozenset[str]:
        """The vendor's ids of what went to this person on this channel."""

    async def overtaken_by(self, entry: OutboxEntry) -> Sequence[Dispatch]:
        """What has gone to the same person and place already although it was queued after this entry."""

    async def count(self, status: OutboxStatus) -> int: ...
    async def left_by(self, channel: str, since: datetime, *, at_most: int) -> int:
        """How many messages were sent there; no more are counted than `at_most`."""

    async def dead(self, limit: int, *, to: str = "", reason: str = "", after: str = "") -> Sequence[OutboxEntry]:
        """What was given up, in the order of its ids from behind `after`; only what was for `to`, and for `reason`."""
