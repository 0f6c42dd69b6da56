"""Rectify: put right what is known of a person, as they asked, and tell whoever was given it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.effects import Emit, SetAttribute, SyncCrm
from bot.domain.ids import ProfileId, new_id
from bot.domain.journey import RECTIFIED
from bot.domain.provenance import Origin, Source
from bot.ports import UnitOfWork
from bot.services.cause import Cause
from bot.services.enrol import tell_journeys
from bot.services.perform import perform
from bot.services.runtime import Runtime
from bot.services.sync_crm import sync_crm


async def rectify(
    uow: UnitOfWork,
    runtime: Runtime,
    person: ProfileId,
    attributes: Mapping[str, Any],
    *,
    time_zone: str | None = None,
    locale: str | None = None,
    who: str,
    now: datetime,
) -> None:
    """None deletes an attribute. Segments and journeys see it at once, and so do CRMs that have a record of them (GDPR
    articles 16 and 19); the timeline tells which attributes it was, and not their values. `who` put it right: from then
    on nobody overwrites it who counts for less."""
    await uow.profiles.lock(person)
    origin = Origin(Source.CORRECTION, now, who)
    key = f"rectified:{person}:{new_id(now)}"
    effects = [SetAttribute(name, value) for name, value in attributes.items()]
    emitted = await perform(uow, runtime, effects, Cause(key, person, told=origin), now)
    profile = await uow.profiles.fresh(person)
    changed = profile.told(origin, runtime.trust_in, time_zone=time_zone, locale=locale)
    if changed is not profile:
        await uow.profiles.save(changed)
    names = sorted({*attributes, *(["time_zone"] if time_zone else []), *(["locale"] if locale else [])})
    await tell_journeys(uow, runtime, person, (*emitted, Emit(RECTIFIED, {"attributes": names})), now)
    for crm in await uow.crm_links.of(person):
        if crm in runtime.crms:
            await sync_crm(uow, runtime, person, key=key, wanted=SyncCrm(), now=now, only=crm, only_known=True)
