"""Read the facts: what journeys look at of a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.ids import ProfileId
from bot.domain.person import Profile
from bot.domain.timeline import Counts
from bot.journeys.scoring import lead_facts
from bot.journeys.send_window import is_zone
from bot.ports import UnitOfWork
from bot.services.person_facts import foresee, profile_facts
from bot.services.person_zones import zones_of_person
from bot.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Known:
    """What expressions read as `profile` and `lead`, the time zones they may be in, what gave them points, and how
    often events happened to them that were asked for."""

    profile: Mapping[str, Any]
    lead: Mapping[str, Any]
    zones: tuple[str, ...]
    scored: frozenset[str]
    did: Counts
    is_restricted: bool = False


async def read_facts(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, now: datetime, *, counted: Collection[str] = ()
) -> Known:
    """What journeys may look at; of their events, those that are `counted`."""
    playbook = runtime.library.current()
    profile = await uow.profiles.get(profile_id)
    changes = await uow.scores.of(profile_id)
    return Known(
        profile=profile_facts(profile),
        lead=lead_facts(changes, now, await foresee(uow, playbook.scorecards, profile, now), grades=playbook.grades),
        zones=await _zones(uow, runtime, profile, now),
        scored=frozenset(change.rule for change in changes),
        did=await uow.timeline.counts(profile_id, counted),
        is_restricted=profile.restricted_at is not None,
    )


async def _zones(uow: UnitOfWork, runtime: Runtime, profile: Profile, now: datetime) -> tuple[str, ...]:
    """Their own, else those of a number that they go by, else those of our region."""
    if is_zone(profile.time_zone):
        return zones_of_person(profile, None, runtime.region, now)
    identities = await uow.profiles.identities(profile.id)
    phone = next((one.value for one in reversed(identities) if one.kind == "phone"), profile.attributes.get("phone"))
    return zones_of_person(profile, phone, runtime.region, now)
