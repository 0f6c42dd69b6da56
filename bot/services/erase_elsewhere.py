"""Erase elsewhere: what the desk and the CRMs hold of a person who is erased here, and what nobody here can reach."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.consent import Purpose
from bot.domain.crm import CrmMapping
from bot.domain.delivery import (
    ChannelMessage,
    CrmErasure,
    CrmUpsert,
    DeskErasure,
    Elsewhere,
    EndpointCall,
    OutboxEntry,
    OutboxStatus,
)
from bot.domain.ids import OutboxId, ProfileId, new_id
from bot.domain.message import DeskPage, Receipt, ReplyForm
from bot.domain.privacy import ErasedPlace, ErasedState
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime

ON_ITS_WAY = timedelta(minutes=2)
"""What was being sent just then has arrived by now, or never will: longer than a vendor may take to answer."""

NOT_ASKED = "nobody asked for it: a retention rule deletes what is kept here"
NO_LONGER_KNOWN = "what the desk calls it is not kept any more: look for the card there, and delete it"
WRITTEN_BY_REPS = "the desk lets nobody but who wrote them delete them: do so in the thread"
JUST_LEAVING = "it was being sent just then, and is taken away as soon as the desk has it"
DEALS = "deals are part of the company's books and stay: take out there what journeys wrote of the person"
BACKUPS = "each has them until it is replaced: erase them again where one is restored"
VENDORS = "what the vendor keeps of messages is not in our reach: ask for its erasure there"
ENDPOINTS = "journeys told it something of them: tell whoever runs it"


@dataclass(frozen=True, slots=True)
class Held:
    """Something of theirs that others have: its line of the receipt, and what is to leave for it.

    `leaving` is the key of a message that is being sent just then.
    """

    place: ErasedPlace
    dispatch: Elsewhere | None = None
    wait: timedelta = timedelta()
    leaving: str = ""


async def held_elsewhere(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, *, asked: bool) -> Sequence[Held]:
    """Everything of theirs that others have, as far as we know. `asked`: by the person."""
    entries = await uow.personal_data.sent(profile_id)
    cards = await uow.personal_data.cards(profile_id)
    heard = await uow.personal_data.heard_from_reps(profile_id)
    held = [*_at_the_desk(runtime, entries), *_lost_cards(runtime, entries, cards)]
    held += [
        Held(ErasedPlace(desk, f"messages of reps: {count}", ErasedState.NOT_POSSIBLE, WRITTEN_BY_REPS))
        for desk, count in sorted(heard.items())
    ]
    held += await _in_crms(uow, runtime, profile_id, entries, asked=asked)
    held += _deals(entries)
    held += _out_of_reach(runtime, entries)
    return [*held, Held(ErasedPlace("backups", "copies of the database", ErasedState.NOT_POSSIBLE, BACKUPS))]


async def erase_elsewhere(
    uow: UnitOfWork, erasure_id: str, held: Sequence[Held], now: datetime
) -> tuple[ErasedPlace, ...]:
    """Queue what is to leave, and keep a line of the receipt for each."""
    for number, one in enumerate(held):
        key = _key_for(one.leaving) if one.leaving else f"erasure:{erasure_id}:{number}"
        await uow.erasures.add(erasure_id, key, one.place)
        if one.dispatch is not None:
            await queue_erasure(uow, key, one.dispatch, now, wait=one.wait)
    return tuple(one.place for one in held)


async def settle_erasure(uow: UnitOfWork, settled: OutboxEntry) -> None:
    """The receipt says what came of it. Of what is gone, nothing is kept."""
    if settled.status is OutboxStatus.SENT:
        await uow.erasures.settle(settled.key, ErasedState.DONE, "")
        await uow.outbox.drop(settled.key)
    elif settled.status is OutboxStatus.DEAD:
        await uow.erasures.settle(settled.key, ErasedState.FAILED, settled.reason)


async def settle_late(uow: UnitOfWork, settled: OutboxEntry, message: ChannelMessage, now: datetime) -> None:
    """A message for the desk about somebody who was erased while it was being sent: it is taken away again."""
    key = _key_for(settled.key)
    if not await uow.erasures.awaits(key):
        return
    if settled.status is OutboxStatus.SENT and settled.vendor_id is not None:
        await queue_erasure(uow, key, DeskErasure(message.channel, message.address, settled.vendor_id), now)
    elif settled.status is not OutboxStatus.SENDING:
        await uow.erasures.settle(key, ErasedState.DONE, "")


def _key_for(leaving: str) -> str:
    """A key that tells nothing of the message."""
    return f"erasure:of:{hashlib.sha256(leaving.encode()).hexdigest()[:32]}"


async def queue_erasure(
    uow: UnitOfWork, key: str, dispatch: Elsewhere, now: datetime, *, wait: timedelta = timedelta()
) -> None:
    """What is to leave belongs to nobody here."""
    await uow.outbox.add(
        OutboxEntry(
            id=OutboxId(new_id(now)),
            key=key,
            dispatch=dispatch,
            purpose=Purpose.DESK,
            profile_id=None,
            created_at=now,
            due_at=now + wait,
        )
    )


def _at_the_desk(runtime: Runtime, entries: Collection[OutboxEntry]) -> Iterator[Held]:
    """Cards, and what was written under them; an edit of a message has the id of the message."""
    known = set()
    for entry in entries:
        message = entry.dispatch
        if not isinstance(message, ChannelMessage) or not _is_desk(runtime, message.channel):
            continue
        if _is_kept_here(runtime, message.channel):
            continue
        if isinstance(message.content, DeskPage | ReplyForm):
            continue  # pages are shown anew, and a form is gone when it is closed
        if entry.vendor_id is not None:
            known.add((message.channel, message.address, entry.vendor_id))
        elif entry.status is OutboxStatus.SENDING and message.replaces_of is None:
            place = ErasedPlace(message.channel, "a message", ErasedState.QUEUED, JUST_LEAVING)
            yield Held(place, leaving=entry.key)
    for channel, address, message_id in sorted(known):
        place = ErasedPlace(channel, "a message", ErasedState.QUEUED, held=message_id)
        yield Held(place, DeskErasure(channel, address, message_id), wait=_wait(entries, channel))


def _lost_cards(
    runtime: Runtime, entries: Collection[OutboxEntry], cards: Collection[tuple[str, str]]
) -> Iterator[Held]:
    """Hand-offs are kept longer than messages may be, and with those go the ids."""
    known = {one.key for one in entries}
    for desk, key in sorted(cards):
        if key not in known and not _is_kept_here(runtime, desk):
            yield Held(ErasedPlace(desk, "a card and its thread", ErasedState.NOT_POSSIBLE, NO_LONGER_KNOWN))


async def _in_crms(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, entries: Collection[OutboxEntry], *, asked: bool
) -> Sequence[Held]:
    """Their records; also one that a CRM may have made without our having its answer yet."""
    links = await uow.crm_links.of(profile_id)
    begun = {one.crm for one in await uow.crm_writes.of(profile_id)}
    begun |= {
        one.dispatch.crm
        for one in entries
        if isinstance(one.dispatch, CrmUpsert) and (one.attempts or one.status is OutboxStatus.SENDING)
    }
    return [
        await _in_crm(uow, runtime, crm, links.get(crm, ""), profile_id, asked=asked, wait=_wait(entries, crm))
        for crm in sorted({*links, *begun})
    ]


async def _in_crm(
    uow: UnitOfWork, runtime: Runtime, crm: str, record: str, profile_id: ProfileId, *, asked: bool, wait: timedelta
) -> Held:
    mapping = runtime.library.current().crm_mappings.get(crm, CrmMapping(crm))
    if why := await _why_not(uow, runtime, mapping, record, asked=asked):
        return Held(ErasedPlace(crm, "a record", ErasedState.NOT_POSSIBLE, why, record))
    fields = tuple(one.name for one in mapping.fields) if mapping.on_erasure == "anonymise" else ()
    dispatch = CrmErasure(crm, record, mapping.on_erasure, "" if record else profile_id, fields)
    return Held(ErasedPlace(crm, "a record", ErasedState.QUEUED, held=record), dispatch, wait=wait)


async def _why_not(uow: UnitOfWork, runtime: Runtime, mapping: CrmMapping, record: str, *, asked: bool) -> str:
    """Why the CRM is not told; empty where it is."""
    crm = mapping.crm
    if not asked:
        return NOT_ASKED
    if mapping.on_erasure == "leave":
        return f"journeys/crm/{crm}.yml says on_erasure: leave; erase it there"
    if crm not in runtime.crms:
        return f"its connector is not among OVERTURE_CONNECTORS any more: erase it in {crm}"
    if record and len((await uow.crm_links.people(crm, [record])).get(record, ())) > 1:
        return "it is the record of somebody else here, too: take out there what is this person's"
    return ""


def _deals(entries: Collection[OutboxEntry]) -> Iterator[Held]:
    upserts = (one.dispatch for one in entries if isinstance(one.dispatch, CrmUpsert))
    for crm in sorted({one.crm for one in upserts if one.deal}):
        yield Held(ErasedPlace(crm, "a deal", ErasedState.NOT_POSSIBLE, DEALS))


def _out_of_reach(runtime: Runtime, entries: Collection[OutboxEntry]) -> Iterator[Held]:
    """Vendors of messages, and other systems. Channels that are pages of ours keep nothing beside our feeds."""
    sent = [one for one in entries if one.status in (OutboxStatus.SENT, OutboxStatus.SENDING)]
    messages = [one.dispatch.channel for one in sent if isinstance(one.dispatch, ChannelMessage)]
    for channel in sorted({*messages}):
        known = runtime.channels.get(channel)
        if known is None or not (known.abilities.desk or known.abilities.own_lines):
            what = f"messages: {messages.count(channel)}"
            yield Held(ErasedPlace(channel, what, ErasedState.NOT_POSSIBLE, VENDORS))
    for endpoint in sorted({one.dispatch.endpoint for one in sent if isinstance(one.dispatch, EndpointCall)}):
        yield Held(ErasedPlace(endpoint, "calls of journeys", ErasedState.NOT_POSSIBLE, ENDPOINTS))


def _wait(entries: Collection[OutboxEntry], to: str) -> timedelta:
    """None, unless something is being sent there just then, which is to arrive first."""
    return (
        ON_ITS_WAY if any(one.goes_to == to and one.status is OutboxStatus.SENDING for one in entries) else timedelta()
    )


def _is_desk(runtime: Runtime, channel: str) -> bool:
    known = runtime.channels.get(channel)
    return known is not None and known.abilities.desk


def _is_kept_here(runtime: Runtime, channel: str) -> bool:
    """Whether it is a page of ours: what it was sent goes with our own tables."""
    known = runtime.channels.get(channel)
    return known is not None and known.abilities.kept_here


GONE = Receipt("")
"""What a vendor's answer comes to: there is nothing there any more that could be named."""
