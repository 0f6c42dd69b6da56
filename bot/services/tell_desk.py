"""Tell desk: word of the service's own for the usual desk, such as a vendor that does not work."""

from __future__ import annotations

from datetime import datetime

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.ids import OutboxId, new_id
from bot.domain.message import DeskLine
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime

OURSELVES = "Overture"


async def tell_desk(uow: UnitOfWork, runtime: Runtime, key: str, words: str, now: datetime) -> None:
    """Once for each key; nothing where there is no desk."""
    if runtime.desk is None:
        return
    await uow.outbox.add(
        OutboxEntry(
            id=OutboxId(new_id(now)),
            key=key,
            dispatch=ChannelMessage(runtime.desk.channel, runtime.desk.address, DeskLine(OURSELVES, words)),
            purpose=Purpose.DESK,
            profile_id=None,
            created_at=now,
            due_at=now,
        )
    )
