"""Person facts: what expressions may read of a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.domain.ids import ProfileId
from bot.domain.likelihood import Likelihood, Predicts, Scorecard
from bot.domain.person import Profile
from bot.domain.score import Grades
from bot.journeys.likelihood import events_of, likelihood
from bot.journeys.scoring import lead_facts
from bot.ports import UnitOfWork


async def person_facts(
    uow: UnitOfWork,
    profile_id: ProfileId,
    now: datetime,
    cards: Sequence[Scorecard] = (),
    *,
    grades: Grades,
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What expressions read as `profile` and `lead`; what is foretold of them by the scorecards in force."""
    profile = await uow.profiles.get(profile_id)
    foretold = await foresee(uow, cards, profile, now)
    return profile_facts(profile), lead_facts(await uow.scores.of(profile_id), now, foretold, grades=grades)


async def foresee(
    uow: UnitOfWork, cards: Sequence[Scorecard], profile: Profile, now: datetime
) -> Mapping[Predicts, Likelihood]:
    """How likely they are to be won, or to leave: by each scorecard in force. Nothing is
    predicted of people who object or are restricted."""
    in_force = [card for card in cards if card.is_on]
    if not in_force or profile.objected_at is not None or profile.restricted_at is not None:
        return {}
    known, counted = profile_facts(profile), frozenset().union(*(events_of(card) for card in in_force))
    did = await uow.timeline.counts(profile.id, counted)
    return {card.predicts: likelihood(card, known, did, now) for card in in_force}


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
