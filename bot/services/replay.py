"""Replay: let what was given up for a CRM leave once more, when the cause has been mended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.delivery import CrmNote, CrmUpsert, OutboxEntry, OutboxStatus
from bot.ports import UnitOfWork


def may_be_replayed(entry: OutboxEntry) -> bool:
    """Only what a CRM should have: it is as true as before, and a second try of it is harmless.

    The moment of a message has passed, and a journey has gone on without its endpoint.
    """
    return entry.status is OutboxStatus.DEAD and isinstance(entry.dispatch, CrmUpsert | CrmNote)


async def replay(uow: UnitOfWork, entry: OutboxEntry, now: datetime) -> None:
    """Make it due, with all its tries. It keeps its key, so that the vendor has it once if an earlier try was taken."""
    fresh = replace(entry, status=OutboxStatus.WAITING, due_at=now, attempts=0, first_tried_at=None, reason="")
    await uow.outbox.settle(fresh)
