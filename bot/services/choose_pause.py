"""Choose a pause: how long somebody wants to hear no marketing after a message of it, or until which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.effects import Emit
from bot.domain.ids import ProfileId
from bot.domain.journey import PAUSE_CHOSEN
from bot.ports import UnitOfWork


async def choose_pause(uow: UnitOfWork, profile_id: ProfileId, pause: timedelta | None, how: str) -> Sequence[Emit]:
    """Keep it, None for as the rules have it; word of it where that is another than before."""
    profile = await uow.profiles.fresh(profile_id)
    if profile.marketing_pause == pause:
        return ()
    await uow.profiles.save(replace(profile, marketing_pause=pause))
    return (Emit(PAUSE_CHOSEN, {"days": pause.days if pause is not None else 0, "how": how}),)


async def pause_until(uow: UnitOfWork, profile_id: ProfileId, until: datetime | None, how: str) -> Sequence[Emit]:
    """They want none before then, None for none such; word of it where that is another than before."""
    profile = await uow.profiles.fresh(profile_id)
    if profile.paused_until == until:
        return ()
    await uow.profiles.save(replace(profile, paused_until=until))
    return (Emit(PAUSE_CHOSEN, {"until": until.isoformat() if until is not None else "", "how": how}),)
