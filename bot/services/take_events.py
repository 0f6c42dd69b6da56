"""Take events: keep what other systems tell of people, and let it move their segments and journeys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog

from bot.domain.consent import Wish, has_opted_out
from bot.domain.effects import Emit
from bot.domain.errors import Conflict
from bot.domain.ids import ProfileId
from bot.domain.person import ANONYMOUS_ID, USER_ID, Identity
from bot.domain.provenance import Origin, Source
from bot.domain.timeline import PersonEvent
from bot.journeys.selection import counting
from bot.ports import UnitOfWork
from bot.services.change_preferences import refuse_channel
from bot.services.enrol import tell_journeys
from bot.services.heed_erasure import heed_erasure
from bot.services.keep_score import score_event
from bot.services.keep_segments import keep_segments
from bot.services.know_person import NoSuchPerson, by_id, meet_person, owners_at_last
from bot.services.merge_people import refused_since
from bot.services.opt_out import opt_out
from bot.services.runtime import INBOX, OUTBOX, SEGMENTS, TIMERS, Runtime

log = structlog.get_logger()

MOST_TRIES = 3
CHUNK = 100
"""Events that are taken in one transaction: some hundredths of a second."""

NEWS = timedelta(days=3)
"""What happened longer ago is history: it is counted, and moves nobody in a journey."""


@dataclass(frozen=True, slots=True)
class Told:
    """What another system tells of one person: that `event` happened `at` that time, and what they are.

    They are named by our id, else by the first of `identities`; the others are claimed to be theirs.
    `key` is the system's own id of the event. `attributes` are as they are declared. `opts_out` says how they opted
    out with it, where they did, `opts_out_of` the channel, where it is one alone; `erased_in` is the CRM that has
    erased them. `by` is the key of whoever tells it.
    """

    event: str
    at: datetime
    key: str
    data: Mapping[str, Any] = field(default_factory=dict)
    profile_id: ProfileId | None = None
    identities: tuple[Identity, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    time_zone: str | None = None
    locale: str | None = None
    opts_out: str = ""
    opts_out_of: str = ""
    erased_in: str = ""
    by: str = ""

    def origin(self, now: datetime) -> Origin:
        """Nothing was told in the future: clocks differ."""
        return Origin(Source.API, min(self.at, now), self.by, self.event)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `kept`: it is on the timeline, but a fault of ours kept it from segments and journeys."""

    result: Literal["taken", "duplicate", "kept", "refused"]
    profile_id: ProfileId | None = None
    why: str = ""


async def take_events(runtime: Runtime, told: Sequence[Told]) -> list[Outcome]:
    """Take them in order; those that were taken before, by their keys, change nothing."""
    outcomes: list[Outcome] = []
    for start in range(0, len(told), CHUNK):
        outcomes += await _take_chunk(runtime, told[start : start + CHUNK])
    if any(one.result == "taken" for one in outcomes):
        for topic in (INBOX, OUTBOX, TIMERS, SEGMENTS):
            await runtime.wakeups.notify(topic)
    return outcomes


async def _take_chunk(runtime: Runtime, told: Sequence[Told]) -> list[Outcome]:
    """In one transaction; where that fails, one by one, so that a poisoned one does not keep out the others, and where
    others write of one of these people all the time, they are in the way of that one alone."""
    try:
        return await _try(runtime, told)
    except Conflict:
        log.info("others got into the way of a batch of events each time; going one by one", events=len(told))
    except Exception as error:
        if runtime.store.is_away(error):
            raise
        log.exception("a batch of events failed; going one by one", events=len(told))
    return [await _take_alone(runtime, one) for one in told]


async def _try(runtime: Runtime, told: Sequence[Told]) -> list[Outcome]:
    for _ in range(MOST_TRIES - 1):
        with suppress(Conflict):
            async with runtime.store.transaction() as uow:
                return await _take(uow, runtime, told)
    async with runtime.store.transaction() as uow:
        return await _take(uow, runtime, told)


async def _take_alone(runtime: Runtime, told: Told) -> Outcome:
    """What cannot be told to journeys is kept on the timeline all the same; raises where nothing can be stored."""
    try:
        return (await _try(runtime, [told]))[0]
    except Conflict:
        raise
    except Exception as error:
        if runtime.store.is_away(error):
            raise
        log.exception("an event could not be told to journeys", event_name=told.event)
    async with runtime.store.transaction() as uow:
        now = runtime.clock.now()
        who = (await _people(uow, runtime, [told], now))[0]
        if isinstance(who, NoSuchPerson):
            return Outcome("refused", why=str(who))
        if await uow.timeline.add_new([_line(told, who, now)]) and told.opts_out:
            await _heed(uow, runtime, told, who, now)
    return Outcome("kept", who, "it is on the timeline, but segments and journeys could not be told; the log says why")


async def _take(uow: UnitOfWork, runtime: Runtime, told: Sequence[Told]) -> list[Outcome]:
    now = runtime.clock.now()
    people = await _people(uow, runtime, told, now)
    known = [(one, who) for one, who in zip(told, people, strict=True) if not isinstance(who, NoSuchPerson)]
    uow.expect({who for _, who in known})
    new = set(await uow.timeline.add_new([_line(one, who, now) for one, who in known]))
    outcomes = []
    for one, who in zip(told, people, strict=True):
        if isinstance(who, NoSuchPerson):
            outcomes.append(Outcome("refused", why=str(who)))
        elif one.key not in new:
            outcomes.append(Outcome("duplicate", who))
        else:
            new.discard(one.key)
            await _let_act(uow, runtime, one, who, now)
            outcomes.append(Outcome("taken", who))
    return outcomes


async def _let_act(uow: UnitOfWork, runtime: Runtime, told: Told, who: ProfileId, now: datetime) -> None:
    """What they are is kept first, so that what the event moves sees it; an opt-out counts however old it is."""
    if told.opts_out:
        await tell_journeys(uow, runtime, who, await _heed(uow, runtime, told, who, now), now)
    if told.attributes or told.time_zone or told.locale:
        await tell_journeys(uow, runtime, who, await _learn(uow, runtime, told, who, now), now)
    if now - told.at > NEWS:
        scored = await score_event(uow, runtime, who, Emit(told.event, told.data), told.at)
        moved = await keep_segments(uow, runtime, who, {counting(told.event), *scored}, now)
        await tell_journeys(uow, runtime, who, moved, now)
    else:
        await tell_journeys(uow, runtime, who, [Emit(told.event, told.data)], now, noted=True)


async def _heed(uow: UnitOfWork, runtime: Runtime, told: Told, who: ProfileId, now: datetime) -> Sequence[Emit]:
    """What is wanted for them. An opt-out counts once: another system also tells of one that it has from us."""
    await uow.profiles.lock(who)
    if told.erased_in:
        await heed_erasure(uow, runtime, who, told.erased_in, now)
    if await _have_opted_out_before(uow, who):
        return ()
    if told.opts_out_of:
        return await refuse_channel(uow, runtime, who, told.opts_out_of, Wish(told.opts_out, now))
    return await opt_out(uow, runtime, who, Wish(told.opts_out, now))


async def _have_opted_out_before(uow: UnitOfWork, who: ProfileId) -> bool:
    """Also since they were merged: what the other one had refused before goes with them where the two are parted."""
    records = await uow.consents.of(who)
    if not has_opted_out(records):
        return False
    merge = await uow.merges.latest(who)
    return merge is None or bool(refused_since(records, merge.at))


async def _learn(uow: UnitOfWork, runtime: Runtime, told: Told, who: ProfileId, now: datetime) -> Sequence[Emit]:
    before = await uow.profiles.fresh(who)
    after = before.told(
        told.origin(now),
        runtime.trust_in,
        attributes=told.attributes,
        time_zone=told.time_zone,
        locale=told.locale,
    )
    if after is before:
        return ()
    await uow.profiles.save(after)
    changed = {"profile.time_zone", "profile.locale", *(f"profile.{name}" for name in told.attributes)}
    return await keep_segments(uow, runtime, who, changed, now)


def _line(told: Told, who: ProfileId, now: datetime) -> PersonEvent:
    """Nothing happens in the future: clocks differ."""
    return PersonEvent(who, told.event, min(told.at, now), now, told.data, "api", told.key)


# ---------------------------------------------------------------- who is meant


async def _people(
    uow: UnitOfWork, runtime: Runtime, told: Sequence[Told], now: datetime
) -> list[ProfileId | NoSuchPerson]:
    """Whom each of them is about; whoever is not known yet is made known."""
    owners = dict(await owners_at_last(uow, {one for item in told for one in item.identities}))
    found: list[ProfileId | NoSuchPerson] = []
    for item in told:
        try:
            who = await _person(uow, runtime, item, owners, now)
        except NoSuchPerson as error:
            found.append(error)
            continue
        for identity in item.identities:
            if owners.get(identity) != who:
                await uow.profiles.claim(who, identity, now, Origin(Source.API, now, item.by, item.event))
                owner = await uow.profiles.owner_of(identity.kind, identity.value)  # whoever proved it stays so
                owners[identity] = who if owner is None else owner.id
        found.append(who)
    return found


async def _person(
    uow: UnitOfWork, runtime: Runtime, told: Told, owners: dict[Identity, ProfileId], now: datetime
) -> ProfileId:
    if told.profile_id is not None:
        return await by_id(uow, told.profile_id)
    first, *others = told.identities
    if first in owners:
        return owners[first]
    for identity in others:
        # A visitor who signs up stays the same person; who uses the browser of somebody else does not become them.
        visited = identity.kind == ANONYMOUS_ID and identity in owners and first.kind == USER_ID
        if visited and not await _has_user_id(uow, owners[identity]):
            return owners[identity]
    owners[first] = await meet_person(uow, runtime, first, Origin(Source.API, now, told.by, told.event))
    return owners[first]


async def _has_user_id(uow: UnitOfWork, who: ProfileId) -> bool:
    return any(one.kind == USER_ID for one in await uow.profiles.identities(who))
