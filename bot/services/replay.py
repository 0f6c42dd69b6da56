"""Replay and discard: what becomes of what was given up, when the cause has been mended or never will be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.delivery import (
    ChannelMessage,
    CrmErasure,
    CrmNote,
    CrmUpsert,
    Decision,
    DeskErasure,
    OutboxEntry,
    OutboxStatus,
)
from bot.domain.ids import OutboxId
from bot.domain.message import DeskLine, HandoffCard
from bot.ports import UnitOfWork

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """Dead entries: those of these ids, or where there are none, all for `to` and of `reason` ("" is any)."""

    ids: frozenset[OutboxId] = frozenset()
    to: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if bool(self.ids) == bool(self.to or self.reason):
            raise ValueError("choose ids, or where it was to go and why it was given up")


@dataclass(frozen=True, slots=True)
class Replayed:
    """`left` are dead entries that were chosen and are not replayed."""

    done: tuple[OutboxId, ...]
    left: tuple[OutboxId, ...]


def may_be_replayed(entry: OutboxEntry) -> bool:
    """What a CRM should have, what others are to erase, and what a desk should know of a hand-off: it is as true as
    before, and a second try of it is harmless.

    The moment of a message to a customer, and of a digest, has passed, and a journey has gone on without its endpoint.
    """
    match entry.dispatch:
        case CrmUpsert() | CrmNote() | CrmErasure() | DeskErasure():
            return entry.status is OutboxStatus.DEAD
        case ChannelMessage(content=HandoffCard()) | ChannelMessage(content=DeskLine(), thread_of=str()):
            return entry.status is OutboxStatus.DEAD
    return False


async def replay(uow: UnitOfWork, entry: OutboxEntry, now: datetime) -> None:
    """Make it due, with its tries. It keeps its key, so that the vendor has it once if an earlier try was taken; a desk
    goes by no key, and is asked for it first."""
    first = entry.first_tried_at if isinstance(entry.dispatch, ChannelMessage) else None
    tries = 0 if first is None else 1
    fresh = replace(entry, status=OutboxStatus.WAITING, due_at=now, attempts=tries, first_tried_at=first, reason="")
    await uow.outbox.settle(fresh)


async def replay_chosen(uow: UnitOfWork, chosen: Chosen, now: datetime) -> Replayed:
    done, left = [], []
    async for entry in _dead(uow, chosen):
        if may_be_replayed(entry):
            await replay(uow, entry, now)
            done.append(entry.id)
        else:
            left.append(entry.id)
    return Replayed(tuple(done), tuple(left))


async def discard_chosen(uow: UnitOfWork, chosen: Chosen, *, who: str, why: str, now: datetime) -> tuple[OutboxId, ...]:
    """Count them as withheld from now on, and record who said so and why. Nothing is deleted."""
    done = []
    async for entry in _dead(uow, chosen):
        reason = f"discarded by {who}: {why}"
        await uow.outbox.settle(replace(entry, status=OutboxStatus.WITHHELD, reason=reason))
        decision = Decision(now, entry.key, entry.profile_id, entry.purpose, entry.goes_to, "withhold", reason)
        await uow.consents.decided(decision)
        done.append(entry.id)
    return tuple(done)


async def _dead(uow: UnitOfWork, chosen: Chosen) -> AsyncIterator[OutboxEntry]:
    """In the order in which they were made."""
    after = ""
    while entries := await uow.outbox.dead(CHUNK, to=chosen.to, reason=chosen.reason, after=after):
        after = entries[-1].id
        for entry in entries:
            if not chosen.ids or entry.id in chosen.ids:
                yield entry
