"""Person facts: what expressions may read of a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.ids import ProfileId
from bot.domain.person import Profile
from bot.journeys.scoring import lead_facts
from bot.ports import UnitOfWork


async def person_facts(
    uow: UnitOfWork, profile_id: ProfileId, now: datetime
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What expressions read as `profile` and `lead`."""
    profile = await uow.profiles.get(profile_id)
    return profile_facts(profile), lead_facts(await uow.scores.of(profile_id), now)


def profile_facts(profile: Profile) -> Mapping[str, Any]:
    return {
        **profile.attributes,
        "time_zone": profile.time_zone,
        "locale": profile.locale,
        "tags": sorted(profile.tags),
        "created_on": day_of(profile.created_at),
    }


def day_of(moment: datetime) -> str:
    """The day in UTC, as expressions read it."""
    return moment.astimezone(UTC).date().isoformat()
