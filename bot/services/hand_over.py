"""Hand over: give an outbox entry to its vendor, once, and ask the vendor for what a crash has left unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import structlog

from bot.domain.consent import Purpose
from bot.domain.crm import (
    CRM_WRITTEN,
    CrmMapping,
    CrmRecord,
    CrmWrite,
    FieldValue,
    as_field,
    sent_fields,
    weigh_fields,
)
from bot.domain.delivery import (
    ChannelMessage,
    CrmErasure,
    CrmNote,
    CrmUpsert,
    DeskErasure,
    EndpointCall,
    Fetch,
    OutboxEntry,
)
from bot.domain.errors import (
    FieldsRefused,
    NotTried,
    PermanentSendError,
    SendError,
    TemporarySendError,
    TooLittleKnown,
)
from bot.domain.handoff import Lead
from bot.domain.ids import ProfileId
from bot.domain.message import DeskPage, OutboundMessage, Receipt
from bot.domain.timeline import PersonEvent
from bot.ports import Channel, Crm, ErasesRecords, KeepsDeals, KeepsTasks, TakesAway, UnitOfWork, WritesTogether
from bot.services.compose_outbound import Unready, outbound
from bot.services.desk_page import page_of
from bot.services.erase_elsewhere import GONE
from bot.services.fetch_files import fetch_file
from bot.services.heed_erasure import link_record
from bot.services.runtime import Runtime
from bot.services.sync_crm import fields_of, lead_of
from bot.services.take_refusal import MAY_HAVE_LEFT
from bot.services.try_again import MOST_ATTEMPTS
from bot.services.weigh import not_set_up

log = structlog.get_logger()

ANSWER_WITHIN = timedelta(seconds=30)
"""A vendor that takes longer is left alone; connectors give up before that on their own."""

MOST_REFUSALS = 2
"""How often a record is written anew, each time without fields whose values the CRM does not take."""

CRM_LEASE = (MOST_REFUSALS + 5) * ANSWER_WITHIN
"""For one lead: longer than all its calls may take, which are a search, the writes, a task and a deal."""

PAGE_LEASE = timedelta(seconds=45)

TRIES_TO_FIND = 3
LAST_PAUSE = timedelta(minutes=3)
"""Longer than a search lags behind, and a webhook takes."""

T = TypeVar("T")


class NoRecord(TemporarySendError):
    """There is no record yet that this is a note on; it may be queued behind this one, which must not hold it up."""


class Needless(Exception):
    """There is nothing to be written any more, and no fault in that; its words say why."""


class Unanswered(Exception):
    """It is unknown whether the vendor took the message, and it may not simply be sent again."""


class Unknown(Unanswered):
    """The vendor could not even be asked whether an earlier try got through."""


async def hand_over(runtime: Runtime, entry: OutboxEntry, messages: Sequence[OutboundMessage] = ()) -> Receipt:
    """One try; what leaves by a channel, as these `messages`. Raises a SendError, Unready, NoRecord, Needless or
    Unanswered."""
    match entry.dispatch:
        case ChannelMessage(content=DeskPage() as page) as message:
            return await _show_page(runtime, entry, message, page)
        case ChannelMessage(channel=channel):
            return await _send(runtime.channel(channel), messages)
        case CrmUpsert() as upsert:
            return await _upsert(runtime, entry, upsert, _owner(entry))
        case CrmNote(crm=crm, text=text):
            return await _note(runtime, crm, _owner(entry), text, entry.key, is_last=entry.attempts >= MOST_ATTEMPTS)
        case EndpointCall(endpoint=endpoint, body=body):
            return await _call(runtime, endpoint, body, entry.key)
        case CrmErasure() as erasure:
            return await _answer(_erase_record(runtime, erasure), repeatable=True)
        case DeskErasure(channel=channel, address=address, message=message_id):
            return await _answer(_take_away(runtime, channel, address, message_id), repeatable=True)
        case Fetch() as wanted:
            return await _answer(fetch_file(runtime, wanted, entry.key), repeatable=True)


async def left_before(runtime: Runtime, entry: OutboxEntry) -> Receipt | None:
    """What the vendor knows of a try whose outcome nobody wrote down. Marketing that may have left is given up.

    The vendor has nothing of what was claimed before a crash, and which the gate had not let go yet.
    """
    if not isinstance(entry.dispatch, ChannelMessage):
        return None
    channel = runtime.channels.get(entry.dispatch.channel)
    if channel is not None and channel.abilities.repeatable:
        return None
    async with runtime.store.transaction() as uow:
        if (told_of := await uow.outbox.told_of(entry.key)) is not None:
            return Receipt(told_of)
        if not await _may_have_left(uow, entry):
            return None
    if channel is None:
        reason = f"it is unknown whether this was sent before: {not_set_up([entry.dispatch.channel])} any more"
        raise PermanentSendError(reason, code=MAY_HAVE_LEFT)
    last = (await outbound(runtime, entry, entry.dispatch))[-1]
    try:
        found = await _answer(channel.find(last), repeatable=False)
    except TemporarySendError as error:
        raise Unknown(error.reason) from error
    if found is None and entry.purpose is Purpose.MARKETING:
        reason = "it is unknown whether this was sent before; marketing is not sent twice"
        raise PermanentSendError(reason, code=MAY_HAVE_LEFT)
    return found


async def _may_have_left(uow: UnitOfWork, entry: OutboxEntry) -> bool:
    """Nothing leaves before its decision record is kept; what goes to a desk or to nobody has none."""
    if entry.attempts > 1 or entry.profile_id is None or entry.purpose is Purpose.DESK:
        return True
    return await uow.consents.was_let_go(entry.profile_id, entry.key)


async def _answer(call: Awaitable[T], *, repeatable: bool) -> T:
    """What the vendor answers, in the time that it has; anything but an answer or a SendError leaves it unknown."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
            return await call
    except SendError:
        raise
    except Exception as error:
        reason = "no answer in time"
        if not isinstance(error, TimeoutError):
            reason = "the connector failed; see the log"
            log.exception("a connector failed in a way that connectors should not")
        raise (TemporarySendError(reason) if repeatable else Unanswered(reason)) from error


async def _send(channel: Channel, messages: Sequence[OutboundMessage]) -> Receipt:
    *before, last = messages
    for one in before:
        await _answer(channel.send(one), repeatable=channel.abilities.repeatable)
    try:
        return await _answer(channel.send(last), repeatable=channel.abilities.repeatable)
    except NotTried as error:
        raise (error.behind_others() if before else error) from None


async def _show_page(runtime: Runtime, entry: OutboxEntry, message: ChannelMessage, page: DeskPage) -> Receipt:
    """The page as it is now. One at a time for each rep: of two, the one that read first may not be shown last."""
    channel = runtime.channel(message.channel)
    async with runtime.leases.hold(f"page:{message.channel}:{message.address}", ttl=PAGE_LEASE) as held:
        if not held:
            raise Unready
        async with runtime.store.transaction() as uow:
            shown = await page_of(uow, runtime, message.channel, page.rep)
        [composed] = await outbound(runtime, entry, replace(message, content=shown))
        return await _answer(channel.send(composed), repeatable=True)


async def _upsert(runtime: Runtime, entry: OutboxEntry, upsert: CrmUpsert, profile_id: ProfileId) -> Receipt:
    """The lead as it is now: a try that comes late must not bring back what was known when it was queued, nor what a
    journey wanted written before it wanted something else.

    One at a time for each lead: of two, the one that read first may not write last.
    """
    name, key = upsert.crm, entry.key
    playbook, crm = runtime.library.current(), runtime.crms[name]
    mapping, cards = playbook.crm_mappings.get(name, CrmMapping(name)), playbook.scorecards
    async with runtime.leases.hold(f"crm:{name}:{profile_id}", ttl=CRM_LEASE) as held:
        if not held:
            raise Unready
        async with runtime.store.transaction() as uow:
            upsert = await _still_wanted(uow, entry, upsert)
            told = upsert.record
            now = runtime.clock.now()
            lead, values = await fields_of(uow, mapping, profile_id, told, now, cards, grades=playbook.grades)
            linked = await uow.crm_links.get(name, profile_id)
        if entry.reason == TooLittleKnown.NO_ADDRESS and linked is None and not (lead.email or lead.phone):
            raise TooLittleKnown  # as at the last try: the CRM need not be asked
        found = await _answer(crm.find(lead, [*values, *told]), repeatable=True)
        if found is None and linked is not None:
            _take_its_time(entry, upsert)
        changes = weigh_fields(mapping, values, told, found)
        fields = {one.name: one.ours for one in changes if one.is_written and one.ours is not None}
        deal = _as_fields(upsert.deal)
        refused, refusals = list[str](), 0
        while True:
            sent = sent_fields(mapping, told, fields, note=upsert.note, task=upsert.task, deal=deal)
            await _keep_in_ledger(runtime, CrmWrite(profile_id, name, runtime.clock.now(), key, sent))
            written = _write_record(crm, lead, fields, upsert.note, found=found, key=key)
            try:
                crm_id = await _answer(written, repeatable=True)
                break
            except FieldsRefused as error:
                refusals += 1
                refused += _refused_for_good(mapping, fields, error, refusals)
                fields = {one: value for one, value in fields.items() if one not in refused}
        if upsert.task:
            await _answer(_add_task(crm, crm_id, upsert.task, key=f"{key}:task"), repeatable=True)
        if deal and isinstance(crm, KeepsDeals):
            await _answer(crm.deal(lead, crm_id, deal, key=f"{key}:deal"), repeatable=True)
        async with runtime.store.transaction() as uow:
            await link_record(uow, name, profile_id, crm_id, made=found is None, since=now)
            write = CrmWrite(profile_id, name, runtime.clock.now(), key, sent, crm_id)
            await _settle_in_ledger(uow, write, refused)
    return Receipt(crm_id)


def _refused_for_good(
    mapping: CrmMapping, fields: Mapping[str, FieldValue], error: FieldsRefused, refusals: int
) -> Sequence[str]:
    """Which fields are left out: one value that is too long must not cost the lead. Raises the error where that would
    make a record that is not found again, or has no end."""
    refused = sorted(error.fields & fields.keys())
    ours = {one.name for one in mapping.fields if one.source.strip() == "lead.id"}
    if not refused or not ours.isdisjoint(refused) or refusals > MOST_REFUSALS:
        raise error
    log.warning("a CRM does not take a value; the rest is written", crm=mapping.crm, fields=refused)
    return refused


def _take_its_time(entry: OutboxEntry, upsert: CrmUpsert) -> None:
    """The record that they had is not found. It may have been made just now, or why it was deleted is still to be told,
    so no other one is made at once, and none because of what they want to hear."""
    if entry.attempts < TRIES_TO_FIND:
        pause = LAST_PAUSE if entry.attempts == TRIES_TO_FIND - 1 else None
        raise NoRecord("the CRM does not find the record that it had of this person", retry_after=pause)
    if upsert.only_known:
        raise Needless("the CRM has no record of them any more, and this alone makes none")


async def _still_wanted(uow: UnitOfWork, entry: OutboxEntry, upsert: CrmUpsert) -> CrmUpsert:
    """The sync without those fields that a later one, which has left already, wanted written, too."""
    if not upsert.record and not upsert.deal:
        return upsert
    later = [one for one in await uow.outbox.overtaken_by(entry) if isinstance(one, CrmUpsert)]
    record = {name: value for name, value in upsert.record.items() if not any(name in one.record for one in later)}
    deal = {name: value for name, value in upsert.deal.items() if not any(name in one.deal for one in later)}
    return replace(upsert, record=record, deal=deal)


async def _write_record(
    crm: Crm, lead: Lead, fields: Mapping[str, FieldValue], note: str, *, found: CrmRecord | None, key: str
) -> str:
    if note and isinstance(crm, WritesTogether):
        return await crm.upsert_with_note(lead, fields, note, found=found, key=key)
    crm_id = await crm.upsert(lead, fields, found=found, key=key)
    if note:
        await crm.note(crm_id, note, key=key)
    return crm_id


async def _add_task(crm: Crm, crm_id: str, text: str, *, key: str) -> None:
    """A note where the CRM has no tasks."""
    if isinstance(crm, KeepsTasks):
        await crm.task(crm_id, text, key=key)
    else:
        await crm.note(crm_id, f"To do: {text}", key=key)


def _as_fields(told: Mapping[str, Any]) -> Mapping[str, FieldValue]:
    values = {name: as_field(value) for name, value in told.items()}
    return {name: value for name, value in values.items() if value is not None}


async def _note(runtime: Runtime, crm: str, profile_id: ProfileId, text: str, key: str, *, is_last: bool) -> Receipt:
    """Nobody gets a record of whom too little is known: the note waits for that."""
    async with runtime.store.transaction() as uow:
        crm_id = await uow.crm_links.get(crm, profile_id)
        if crm_id is None and is_last:
            person, grades = await uow.profiles.get(profile_id), runtime.library.current().grades
            lead = await lead_of(uow, person, runtime.clock.now(), grades=grades)
            if not lead.email and not lead.phone:
                raise TooLittleKnown
    if crm_id is None:
        raise NoRecord("the CRM has no record of this person yet")
    write = CrmWrite(profile_id, crm, runtime.clock.now(), key, sent_fields(CrmMapping(crm), {}, {}, note=text), crm_id)
    await _keep_in_ledger(runtime, replace(write, record=""))
    await _answer(runtime.crms[crm].note(crm_id, text, key=key), repeatable=True)
    async with runtime.store.transaction() as uow:
        await _settle_in_ledger(uow, write)
    return Receipt(crm_id)


async def _keep_in_ledger(runtime: Runtime, write: CrmWrite) -> None:
    """Before it leaves, so that nothing leaves of which there is no word."""
    if write.fields:
        async with runtime.store.transaction() as uow:
            await uow.crm_writes.add(write)


async def _settle_in_ledger(uow: UnitOfWork, write: CrmWrite, refused: Sequence[str] = ()) -> None:
    """The CRM has it: the ledger says so, and the person's timeline, which has no values, but the fields that it
    refused, even where those were all."""
    if write.fields:
        await uow.crm_writes.taken(write.key, write.record)
    if write.fields or refused:
        data = {"crm": write.crm, "record": write.record, "fields": [one.name for one in write.fields]}
        data |= {"refused": list(refused)} if refused else {}
        await uow.timeline.add(PersonEvent(write.profile_id, CRM_WRITTEN, write.at, write.at, data))


async def _erase_record(runtime: Runtime, wanted: CrmErasure) -> Receipt:
    """Whose record it was is known here no more; our own id of them is looked for where the CRM told us none."""
    crm = runtime.crms.get(wanted.crm)
    if crm is None:
        raise PermanentSendError(f"its connector is not among OVERTURE_CONNECTORS any more: erase it in {wanted.crm}")
    if not isinstance(crm, ErasesRecords):
        raise PermanentSendError(f"the connector of {wanted.crm} erases nothing: erase it there")
    record = wanted.record
    if not record:
        found = await crm.find(Lead(wanted.lead, None, None, None, 0, "", ()), [])
        record = found.id if found is not None else ""
    if record and wanted.how == "anonymise":
        await crm.anonymise(record, wanted.fields)
    elif record:
        await crm.delete(record)
    return GONE


async def _take_away(runtime: Runtime, name: str, address: str, message_id: str) -> Receipt:
    channel = runtime.channels.get(name)
    if channel is None or not isinstance(channel, TakesAway):
        raise PermanentSendError(f"the connector of {name} takes nothing away: delete the message there")
    await channel.take_away(address, message_id)
    return GONE


async def _call(runtime: Runtime, endpoint: str, body: Mapping[str, Any], key: str) -> Receipt:
    if runtime.endpoints is None or endpoint not in runtime.endpoints.names:
        raise PermanentSendError(f'OVERTURE_ENDPOINTS has no "{endpoint}" any more')
    await _answer(runtime.endpoints.call(endpoint, body, key=key), repeatable=True)
    return Receipt(key)


def _owner(entry: OutboxEntry) -> ProfileId:
    if entry.profile_id is None:
        raise PermanentSendError("this entry for the CRM belongs to nobody")
    return entry.profile_id
