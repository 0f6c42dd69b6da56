"""Learn: take what the page that a customer is on tells of them, and let it move their journeys."""

from __future__ import annotations

import structlog

from bot.domain.effects import Emit, JourneyEffect, SetAttribute
from bot.domain.message import PageReport
from bot.domain.provenance import Origin, Source
from bot.journeys.told.addresses import in_one_form
from bot.ports import InboxEntry
from bot.services.admit import NoSuchJourney, admit_known
from bot.services.ask import finish
from bot.services.capture_contact import note_contact
from bot.services.cause import Cause
from bot.services.enrol import carry_out
from bot.services.merge_people import prove
from bot.services.runtime import Runtime

log = structlog.get_logger()


async def learn(runtime: Runtime, entry: InboxEntry, report: PageReport) -> None:
    """Take the turn of a report: identities and attributes first, then what happened, then the journey to begin."""
    now = runtime.clock.now()
    key = f"{report.channel}:{report.vendor_id}"
    told = Origin(Source.PAGE, now, report.channel)
    if report.left_contact:
        told = Origin(Source.CONVERSATION, now, report.channel, "contact form")
    effects: list[JourneyEffect] = [SetAttribute(name, value) for name, value in report.attributes.items()]
    if report.event:
        effects.append(Emit(report.event, report.data))
    async with runtime.store.transaction() as uow:
        person = (await uow.conversations.get(entry.conversation_id)).profile_id
        for identity in map(in_one_form, report.identities):
            if identity.verified:
                person = await prove(uow, runtime, person, identity, told)
            else:
                await uow.profiles.claim(person, identity, now, told)
        if report.locale is not None:
            profile = await uow.profiles.fresh(person)
            await uow.profiles.save(profile.told(told, runtime.trust_in, locale=report.locale))
        cause = Cause(key=key, profile_id=person, conversation_id=entry.conversation_id, told=told)
        await carry_out(uow, runtime, effects, cause, now)
        if report.left_contact:
            await note_contact(uow, runtime, entry.conversation_id, report, now)
        if report.journey:
            try:
                await admit_known(uow, runtime, report.journey, person, report.data, key=key, now=now)
            except NoSuchJourney as error:
                log.warning("a page wants to start a journey that it cannot", journey=report.journey, why=str(error))
        await finish(uow, entry, now)
