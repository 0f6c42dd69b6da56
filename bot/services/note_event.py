"""Note an event: put it onto the timeline of the person to whom it happened."""

from __future__ import annotations

from datetime import datetime

from bot.domain.effects import Emit
from bot.domain.ids import ProfileId
from bot.domain.journey import REPLIED
from bot.domain.timeline import PersonEvent
from bot.ports import UnitOfWork


async def note_event(uow: UnitOfWork, profile_id: ProfileId, event: Emit, now: datetime) -> None:
    """Note what this service tells. The words of a message stay in its conversation."""
    data = event.data
    if event.event == REPLIED:
        data = {name: value for name, value in data.items() if name != "text"}
    await uow.timeline.add(PersonEvent(profile_id, event.event, now, now, data))
