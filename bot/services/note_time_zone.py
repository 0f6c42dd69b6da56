"""Note the time zone of a visitor whose browser says that it is in another one than before."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import structlog

from bot.domain.message import SessionBegan
from bot.domain.person import Profile
from bot.domain.provenance import Origin, Source, Trust
from bot.domain.time_zones import keep_the_same_time
from bot.journeys.send_window import NO_PLACE
from bot.ports import UnitOfWork
from bot.services.enrol import tell_journeys
from bot.services.keep_segments import keep_segments
from bot.services.runtime import Runtime

log = structlog.get_logger()

_SAID_BY_SOMEBODY = frozenset(Source) - {Source.PAGE}


async def note_time_zone(uow: UnitOfWork, runtime: Runtime, session: SessionBegan, now: datetime) -> bool:
    """Whether the profile changed. Of somebody who never opened the chat nothing is kept."""
    conversation = await uow.conversations.at(session.channel, session.address)
    if conversation is None:
        return False
    person = conversation.profile_id
    told = partial(_told, runtime, zone=session.time_zone, device=Origin(Source.PAGE, now, session.channel))
    before = await uow.profiles.get(person)
    if told(before) is before:
        return False
    before = await uow.profiles.fresh(person)
    after = told(before)
    if after is before:
        return False
    await uow.profiles.save(after)
    if after.time_zone == before.time_zone:
        return False  # only noted beside it
    log.info("a visitor's time zone changed", profile=person)
    moved = await keep_segments(uow, runtime, person, {"profile.time_zone"}, now)
    await tell_journeys(uow, runtime, person, moved, now)
    return True


def _told(runtime: Runtime, profile: Profile, *, zone: str, device: Origin) -> Profile:
    """With the zone that a browser says. A browser that does not tell where it is says UTC, and one may have another
    name for the same clock: neither is news."""
    known = profile.time_zone
    is_no_news = known is not None and (zone in NO_PLACE or keep_the_same_time(zone, known))
    if is_no_news or profile.restricted_at is not None:
        return profile
    return profile.told(device, partial(_trust, runtime), time_zone=zone)


def _trust(runtime: Runtime, name: str) -> Trust:
    """A clock counts for less than what anybody has said, unless the author would have it otherwise."""
    return (*runtime.trust_in(name), _SAID_BY_SOMEBODY)
