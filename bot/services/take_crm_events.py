"""Take CRM events: what happens to people in a CRM happens to them here. Who unsubscribes there has opted out, and who
is erased there is to be erased here, too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from bot.domain.consent import Purpose, standing_consent
from bot.domain.crm import CrmEvent, CrmMerge
from bot.domain.ids import ProfileId
from bot.ports import UnitOfWork
from bot.services.heed_erasure import erased_in
from bot.services.runtime import Runtime
from bot.services.take_events import Told, take_events

log = structlog.get_logger()


async def take_crm_events(runtime: Runtime, crm: str, news: Sequence[CrmEvent | CrmMerge]) -> Mapping[str, int]:
    """How many were taken, were duplicates, or were of people whom we do not know; of those nothing is kept."""
    merges = sorted((one for one in news if isinstance(one, CrmMerge)), key=lambda one: one.at)
    events = [one for one in news if isinstance(one, CrmEvent)]
    async with runtime.store.transaction() as uow:
        followed = [await _follow(uow, crm, one) for one in merges]
        events = [_as_merged(one, merges) for one in events]
        linked = await uow.crm_links.people(crm, {one.record for one in events})
        echoes = {(one.id, who) for one in events for who in linked.get(one.record, ()) if await _knows(uow, who, one)}
    told: list[Told] = []
    unknown: list[CrmEvent] = []
    for event in events:
        people = linked.get(event.record) or ([ProfileId(event.lead)] if event.lead else [])
        told += [_told(crm, event, who, place, is_echo=(event.id, who) in echoes) for place, who in enumerate(people)]
        unknown += [] if people else [event]
    counts = Counter({"taken": sum(followed), "duplicates": 0, "ignored": len(unknown) + followed.count(False)})
    for one, outcome in zip(told, await take_events(runtime, told), strict=True):
        counts[{"duplicate": "duplicates", "refused": "ignored"}.get(outcome.result, "taken")] += 1
        if outcome.result == "refused":
            log.info("a CRM tells of somebody whom nobody knows here", crm=crm, event_name=one.event)
    for event in unknown:
        log.info("a CRM tells of somebody whom nobody knows here", crm=crm, event_name=event.name, record=event.record)
    return counts


async def _follow(uow: UnitOfWork, crm: str, merge: CrmMerge) -> bool:
    """Whose records these were have the one record now; whether that is anybody whom we know."""
    people = await uow.crm_links.people(crm, merge.records)
    await uow.crm_links.put_all(crm, {who: merge.into for found in people.values() for who in found})
    return bool(people)


def _as_merged(event: CrmEvent, merges: Sequence[CrmMerge]) -> CrmEvent:
    """Of the record that it has become, where the same request tells of both."""
    for one in merges:
        if event.record in one.records:
            event = replace(event, record=one.into)
    return event


async def _knows(uow: UnitOfWork, who: ProfileId, event: CrmEvent) -> bool:
    """Whether they have said no on this channel before, of which the CRM knows from us."""
    standing = standing_consent(await uow.consents.of(who), Purpose.MARKETING, event.channel) if event.channel else None
    return standing is not None and not standing.granted


def _told(crm: str, event: CrmEvent, who: ProfileId, place: int, *, is_echo: bool) -> Told:
    """A record that is of several people tells of each, and `place` keeps them apart.

    What an event is called need not be unique but for its record: some CRMs can say no more than the time.
    """
    return Told(
        event=event.name,
        at=event.at,
        key=f"crm:{crm}:{event.news}:{event.record or event.lead}:{event.id}:{place}",
        data={"crm": crm, **event.data},
        profile_id=who,
        opts_out=_how(crm, event, is_echo=is_echo),
        opts_out_of=event.channel if event.only_there else "",
        erased_in=crm if event.news == "erased" else "",
    )


def _how(crm: str, event: CrmEvent, *, is_echo: bool) -> str:
    """How they opted out by it; empty where they did not."""
    match event.news:
        case "unsubscribed" if not is_echo:
            return f"in {crm}"
        case "erased":
            return erased_in(crm)
    return ""
