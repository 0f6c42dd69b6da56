"""Choose the time: when a journey's message leaves that is to leave at the best one, and what is known of hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.delivery import ChannelMessage, Later, OutboxEntry
from bot.domain.effects import SendResponse
from bot.domain.journey import Journey
from bot.domain.steps import SendStep
from bot.journeys.best_time import any_moment, best_moment
from bot.journeys.chance import lot
from bot.journeys.send_window import is_zone, zones_of
from bot.ports import UnitOfWork
from bot.services.note_decision import keep_decision, matter_of
from bot.services.runtime import Runtime
from bot.services.weigh import windows_and_zones

LOOKS_BACK = timedelta(days=180)
MOST_OF_EVERYBODY, MOST_OF_ONE = 20_000, 200


async def at_chosen_time(
    uow: UnitOfWork,
    runtime: Runtime,
    effect: SendResponse,
    entry: OutboxEntry,
    message: ChannelMessage,
    now: datetime,
) -> datetime:
    """When the message is due. The gate looks again then: an hour that is closed by now stays closed."""
    person = entry.profile_id
    if effect.timing == "at_once" or person is None:
        return now
    profile = await uow.profiles.get(person)
    if profile.objected_at is not None or profile.restricted_at is not None:
        return now  # nothing is worked out of them; the gate withholds it
    matter = matter_of(entry, message)
    windows, zones = windows_and_zones(runtime, matter, profile, now)
    drawn = lot(effect.key)
    if effect.timing == "any":
        chosen = any_moment(windows, zones, now, drawn)
    else:
        own = await uow.hours.of_person(person, effect.metric, now - LOOKS_BACK, limit=MOST_OF_ONE)
        zone = ZoneInfo(zones[0]) if zones else None
        hours = Counter(at.astimezone(zone).hour for at in own) if zone is not None else Counter[int]()
        chosen = best_moment(hours, await uow.hours.of(effect.metric), windows, zones, now, drawn)
    if chosen is None or chosen.at <= now:
        return now
    await keep_decision(uow, matter, Later(chosen.at, chosen.why), now)
    return chosen.at


async def learn_hours(runtime: Runtime) -> None:
    """Count anew at which hours people do what the messages of journeys in force are for."""
    now = runtime.clock.now()
    for event in sorted(asked_for(runtime.library.current().journeys.values())):
        async with runtime.store.transaction() as uow:
            found = await uow.hours.latest(event, now - LOOKS_BACK, limit=MOST_OF_EVERYBODY)
        usual = zones_of(None, None, runtime.region)
        hours = Counter(
            at.astimezone(ZoneInfo(zone)).hour
            for at, own in found
            if (zone := own if is_zone(own) else next(iter(usual), None)) is not None
        )
        async with runtime.store.transaction() as uow:
            await uow.hours.put(event, hours)


def asked_for(journeys: Iterable[Journey]) -> frozenset[str]:
    """The events that messages at the best time are for."""
    steps = (step for journey in journeys for step in journey.steps.values())
    return frozenset(step.metric for step in steps if isinstance(step, SendStep) and step.at_best)
