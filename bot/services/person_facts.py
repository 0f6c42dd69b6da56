"""Person facts: what expressions may read of a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.ids import ProfileId
from bot.domain.likelihood import Likelihood, Scorecard
from bot.domain.person import Profile
from bot.journeys.likelihood import events_of, likelihood
from bot.journeys.scoring import lead_facts
from bot.ports import UnitOfWork


async def person_facts(
    uow: UnitOfWork, profile_id: ProfileId, now: datetime, card: Scorecard | None = None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What expressions read as `profile` and `lead`; how likely they are to be won by the scorecard in force."""
    profile = await uow.profiles.get(profile_id)
    likely = await foresee(uow, card, profile, now)
    return profile_facts(profile), lead_facts(await uow.scores.of(profile_id), now, likely)


async def foresee(uow: UnitOfWork, card: Scorecard | None, profile: Profile, now: datetime) -> Likelihood | None:
    """How likely they are to be won. None without a scorecard in force, and for whoever objects or is restricted:
    nothing is foretold of them."""
    if card is None or not card.is_on or profile.objected_at is not None or profile.restricted_at is not None:
        return None
    return likelihood(card, profile_facts(profile), await uow.timeline.counts(profile.id, events_of(card)), now)


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
