"""Withdraw messages: what a run of a journey has queued is not sent, for the person has left it."""

from __future__ import annotations

from datetime import datetime

from bot.domain.delivery import ChannelMessage
from bot.domain.ids import EnrolmentId, ProfileId
from bot.ports import UnitOfWork
from bot.services.note_decision import matter_of, note_decision


async def withdraw_messages(uow: UnitOfWork, profile_id: ProfileId, run: EnrolmentId, why: str, now: datetime) -> None:
    """Whoever booked at night is not asked to book in the morning.

    Whoever lets messages go takes the lock on the person first, too.
    """
    await uow.profiles.lock(profile_id)
    for entry in await uow.outbox.withdraw(profile_id, run, why, now):
        assert isinstance(entry.dispatch, ChannelMessage)  # noqa: S101  nothing else is withdrawn
        await note_decision(uow, matter_of(entry, entry.dispatch), "withhold", why, now)
