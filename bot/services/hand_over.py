"""Hand over: give an outbox entry to its vendor, once, and ask the vendor for what a crash has left unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import structlog

from bot.dialogue.responses import render
from bot.domain.consent import Purpose
from bot.domain.conversation import Conversation
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
from bot.domain.delivery import ChannelMessage, CrmNote, CrmUpsert, EndpointCall, Fetch, OutboxEntry, OutboxStatus
from bot.domain.errors import NotTried, PermanentSendError, SendError, TemporarySendError
from bot.domain.handoff import Lead
from bot.domain.ids import ProfileId
from bot.domain.message import Author, CustomerMessage, DeskPage, Occasion, OutboundMessage, Receipt, Text
from bot.domain.timeline import PersonEvent
from bot.ports import Crm, KeepsDeals, KeepsTasks, UnitOfWork, WritesTogether
from bot.services.desk_page import page_of
from bot.services.disclose import with_disclosure
from bot.services.fetch_files import fetch_file
from bot.services.runtime import Runtime
from bot.services.sync_crm import fields_of
from bot.services.take_refusal import MAY_HAVE_LEFT

log = structlog.get_logger()

STALE_AFTER = timedelta(minutes=2)
"""An entry that has been SENDING for longer was left so by a crash: its outcome is unknown."""

ANSWER_WITHIN = timedelta(seconds=30)
"""A vendor that takes longer is left alone; connectors give up before that on their own."""

CRM_LEASE = timedelta(seconds=90)
"""For one lead: longer than both calls may take."""

PAGE_LEASE = timedelta(seconds=45)

T = TypeVar("T")


class Unready(Exception):
    """What this entry refers to has not left yet, or another one about the same lead is leaving just now."""


class NoRecord(TemporarySendError):
    """There is no record yet that this is a note on; it may be queued behind this one, which must not hold it up."""


class Unanswered(Exception):
    """It is unknown whether the vendor took the message, and it may not simply be sent again."""


class Unknown(Unanswered):
    """The vendor could not even be asked whether an earlier try got through."""


async def hand_over(runtime: Runtime, entry: OutboxEntry) -> Receipt:
    """One try. Raises a SendError, Unready, NoRecord or Unanswered."""
    match entry.dispatch:
        case ChannelMessage() as message:
            return await _send(runtime, entry, message)
        case CrmUpsert() as upsert:
            return await _upsert(runtime, entry, upsert, _owner(entry))
        case CrmNote(crm=crm, text=text):
            return await _note(runtime, crm, _owner(entry), text, entry.key)
        case EndpointCall(endpoint=endpoint, body=body):
            return await _call(runtime, endpoint, body, entry.key)
        case Fetch() as wanted:
            return await _answer(fetch_file(runtime, wanted, entry.key), repeatable=True)


async def left_before(runtime: Runtime, entry: OutboxEntry) -> Receipt | None:
    """What the vendor knows of a try whose outcome nobody wrote down. Marketing that may have left is given up."""
    if not isinstance(entry.dispatch, ChannelMessage):
        return None
    channel = runtime.channel(entry.dispatch.channel)
    if channel.abilities.repeatable:
        return None
    async with runtime.store.transaction() as uow:
        told_of = await uow.outbox.told_of(entry.key)
    if told_of is not None:
        return Receipt(told_of)
    last = (await _outbound(runtime, entry, entry.dispatch))[-1]
    try:
        found = await _answer(channel.find(last), repeatable=False)
    except TemporarySendError as error:
        raise Unknown(error.reason) from error
    if found is None and entry.purpose is Purpose.MARKETING:
        reason = "it is unknown whether this was sent before; marketing is not sent twice"
        raise PermanentSendError(reason, code=MAY_HAVE_LEFT)
    return found


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


async def _send(runtime: Runtime, entry: OutboxEntry, message: ChannelMessage) -> Receipt:
    channel = runtime.channel(message.channel)
    if isinstance(message.content, DeskPage):
        return await _show_page(runtime, entry, message, message.content)
    *before, last = await _outbound(runtime, entry, message)
    for outbound in before:
        await _answer(channel.send(outbound), repeatable=channel.abilities.repeatable)
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
        [outbound] = await _outbound(runtime, entry, replace(message, content=shown))
        return await _answer(channel.send(outbound), repeatable=True)


async def _outbound(runtime: Runtime, entry: OutboxEntry, message: ChannelMessage) -> Sequence[OutboundMessage]:
    """The message as it leaves; where it is the first of a conversation, with word that this is a machine."""
    outbound = OutboundMessage(
        key=entry.key,
        channel=message.channel,
        address=message.address,
        content=message.content,
        thread=await _vendor_id_of(runtime, message.thread_of),
        replaces=await _vendor_id_of(runtime, message.replaces_of),
        attempt=entry.attempts,
        first_tried_at=entry.first_tried_at,
        others=await _others(runtime, entry, message),
        expires_at=entry.expires_at,
        occasion=_occasion(entry),
        purpose=entry.purpose,
        answers=await _answered(runtime, entry, message),
    )
    content = message.content
    if entry.conversation_id is None or not isinstance(content, Text) or content.author is not Author.BOT:
        return [outbound]
    if content.template is not None:
        return [outbound]
    async with runtime.store.transaction() as uow:
        conversation = await uow.conversations.get(entry.conversation_id)
    calls = outbound.occasion == "proactive" and runtime.channel(conversation.channel).abilities.spoken
    if conversation.disclosed_at is not None and not calls:
        return [outbound]
    return _with_disclosure(runtime, conversation, outbound, content)


async def _answered(runtime: Runtime, entry: OutboxEntry, message: ChannelMessage) -> CustomerMessage | None:
    """The customer's last message, where this belongs beneath it: what a journey sends begins anew."""
    wanted = runtime.channel(message.channel).abilities.correspondence and entry.enrolment_id is None
    if not wanted or entry.conversation_id is None:
        return None
    async with runtime.store.transaction() as uow:
        latest = (await uow.conversations.get(entry.conversation_id)).tracker.latest_message
        if latest is None:
            return None
        found = await uow.inbox.find(message.channel, latest.message_id.removeprefix(f"{message.channel}:"))
    return found if isinstance(found, CustomerMessage) else None


async def _others(runtime: Runtime, entry: OutboxEntry, message: ChannelMessage) -> frozenset[str]:
    """Messages to this person that a vendor's list could be mistaken about: what was sent since the first try."""
    first = entry.attempts < 2 and entry.status is not OutboxStatus.SENDING
    if first or entry.profile_id is None:
        return frozenset()
    async with runtime.store.transaction() as uow:
        since = (entry.first_tried_at or entry.due_at) - STALE_AFTER
        return await uow.outbox.sent_ids(entry.profile_id, message.channel, since)


def _occasion(entry: OutboxEntry) -> Occasion:
    if entry.purpose is Purpose.REPLY:
        return "reply"
    return "proactive" if entry.enrolment_id is not None or entry.purpose is Purpose.MARKETING else "aside"


def _with_disclosure(
    runtime: Runtime, conversation: Conversation, first: OutboundMessage, content: Text
) -> Sequence[OutboundMessage]:
    """The message as the first of its conversation, which says that this is a machine."""
    response = runtime.library.current().assistant.responses.get("utter_disclosure")
    if response is None:
        return [first]
    disclosure = render(response, conversation.tracker, conversation.channel)
    *before, last = with_disclosure(content, disclosure, runtime.channel(conversation.channel).abilities)
    return [
        *(replace(first, key=disclosure_key(first.key), content=one) for one in before),
        replace(first, content=last),
    ]


def disclosure_key(key: str) -> str:
    """The key of the disclosure that leaves before the message of this key."""
    return f"{key}:disclosure"


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
        found = await _answer(crm.find(lead, [*values, *told]), repeatable=True)
        changes = weigh_fields(mapping, values, told, found)
        fields = {one.name: one.ours for one in changes if one.is_written and one.ours is not None}
        deal = _as_fields(upsert.deal)
        sent = sent_fields(mapping, told, fields, note=upsert.note, task=upsert.task, deal=deal)
        await _keep_in_ledger(runtime, CrmWrite(profile_id, name, runtime.clock.now(), key, sent))
        written = _write_record(crm, lead, fields, upsert.note, found=found, key=key)
        crm_id = await _answer(written, repeatable=True)
        if upsert.task:
            await _answer(_add_task(crm, crm_id, upsert.task, key=f"{key}:task"), repeatable=True)
        if deal and isinstance(crm, KeepsDeals):
            await _answer(crm.deal(lead, crm_id, deal, key=f"{key}:deal"), repeatable=True)
        async with runtime.store.transaction() as uow:
            await uow.crm_links.put(name, profile_id, crm_id)
            await _settle_in_ledger(uow, CrmWrite(profile_id, name, runtime.clock.now(), key, sent, crm_id))
    return Receipt(crm_id)


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


async def _note(runtime: Runtime, crm: str, profile_id: ProfileId, text: str, key: str) -> Receipt:
    async with runtime.store.transaction() as uow:
        crm_id = await uow.crm_links.get(crm, profile_id)
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


async def _settle_in_ledger(uow: UnitOfWork, write: CrmWrite) -> None:
    """The CRM has it: the ledger says so, and the person's timeline, which has no values."""
    if write.fields:
        await uow.crm_writes.taken(write.key, write.record)
        data = {"crm": write.crm, "record": write.record, "fields": [one.name for one in write.fields]}
        await uow.timeline.add(PersonEvent(write.profile_id, CRM_WRITTEN, write.at, write.at, data))


async def _call(runtime: Runtime, endpoint: str, body: Mapping[str, Any], key: str) -> Receipt:
    if runtime.endpoints is None or endpoint not in runtime.endpoints.names:
        raise PermanentSendError(f'OVERTURE_ENDPOINTS has no "{endpoint}" any more')
    await _answer(runtime.endpoints.call(endpoint, body, key=key), repeatable=True)
    return Receipt(key)


async def _vendor_id_of(runtime: Runtime, key: str | None) -> str | None:
    """What the vendor called an earlier entry; raises Unready until it has left."""
    if key is None:
        return None
    async with runtime.store.transaction() as uow:
        earlier = await uow.outbox.by_key(key)
    if earlier is not None and earlier.vendor_id is not None:
        return earlier.vendor_id
    if earlier is None or earlier.status in (OutboxStatus.DEAD, OutboxStatus.WITHHELD):
        raise PermanentSendError("the message that this one belongs to never left")
    raise Unready


def _owner(entry: OutboxEntry) -> ProfileId:
    if entry.profile_id is None:
        raise PermanentSendError("this entry for the CRM belongs to nobody")
    return entry.profile_id
