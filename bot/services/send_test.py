"""Send a test: a response leaves for a colleague who wants to see it on their own device, and for nobody else.

It goes the way of all messages, through the outbox and the gate, so an address that has opted out gets none either. It
is of no person and no conversation: nothing is counted, nothing is told to journeys.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.ids import OutboxId, new_id
from bot.domain.message import Text
from bot.ports import UnitOfWork

KEY = "test:"
"""What keys of tests begin with."""

LASTS = timedelta(minutes=10)
"""Whoever waits for it has gone by then."""


async def send_test(uow: UnitOfWork, response: str, channel: str, address: str, words: Text, now: datetime) -> str:
    """Queue it; the key by which it is asked what came of it."""
    entry_id = new_id(now)
    entry = OutboxEntry(
        id=OutboxId(entry_id),
        key=f"{KEY}{entry_id}",
        dispatch=ChannelMessage(channel, address, words, response=response),
        purpose=Purpose.SERVICE,
        profile_id=None,
        created_at=now,
        due_at=now,
        expires_at=now + LASTS,
    )
    await uow.outbox.add(entry)
    return entry.key


async def sent_as_test(uow: UnitOfWork, key: str) -> OutboxEntry | None:
    """What came of a test so far; None where there is none of this key."""
    return await uow.outbox.by_key(key) if key.startswith(KEY) else None
