"""Deliver: take what is due from the outbox, ask the gate, hand it to its vendor, and keep what came of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from bot.dialogue.responses import render
from bot.domain.consent import Purpose
from bot.domain.conversation import Conversation
from bot.domain.crm import CrmMapping, weigh_fields
from bot.domain.delivery import (
    ChannelMessage,
    CrmNote,
    CrmUpsert,
    EndpointCall,
    Fetch,
    Lane,
    Later,
    OutboxEntry,
    OutboxStatus,
    Send,
    Verdict,
    Withhold,
)
from bot.domain.errors import NotTried, PermanentSendError, SendError, TemporarySendError
from bot.domain.ids import ProfileId
from bot.domain.message import Author, CustomerMessage, Occasion, OutboundMessage, Receipt, Text
from bot.journeys.judge import held_by_journey
from bot.ports import Sooner
from bot.services.disclose import with_disclosure
from bot.services.fetch_files import fetch_file
from bot.services.runtime import FEEDS, OUTBOX, TIMERS, Runtime
from bot.services.settle import matter_of, settle
from bot.services.sync_crm import fields_of
from bot.services.take_refusal import MAY_HAVE_LEFT, send_elsewhere, take_refusal
from bot.services.weigh import keep_decision, weigh

log = structlog.get_logger()

BATCH = 20
STALE_AFTER = timedelta(minutes=2)
"""An entry that has been SENDING for longer was left so by a crash: its outcome is unknown."""

STALE_WHERE_REPEATABLE = timedelta(seconds=5)
"""Where a second try is harmless, nobody has to wait until it is sure that the first is over."""

MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_OUTAGE = timedelta(days=3)
ANSWER_WITHIN = timedelta(seconds=30)
"""A vendor that takes longer is left alone; connectors give up before that on their own."""

WAIT_FOR_CARD = timedelta(seconds=1)
CRM_LEASE = timedelta(seconds=90)
"""For one lead: longer than both calls may take."""

T = TypeVar("T")


class _Unready(Exception):
    """What this entry refers to has not left yet, or another one about the same lead is leaving just now."""


class _NoRecord(TemporarySendError):
    """There is no record yet that this is a note on; it may be queued behind this one, which must not hold it up."""


class _Unanswered(Exception):
    """It is unknown whether the vendor took the message, and it may not simply be sent again."""


async def deliver_due(runtime: Runtime, lane: Lane | None = None, *, left_at: datetime | None = None) -> int:
    """Deliver one batch of this lane, or of all; how many entries there were. Conversations go out side by side.

    What has been SENDING since `left_at` or longer, or else for STALE_AFTER, is taken up as left by a crash.
    """
    async with runtime.store.transaction() as uow:
        now = runtime.clock.now()
        stale_after = STALE_AFTER if left_at is None else now - left_at
        repeatable = frozenset(name for name, channel in runtime.channels.items() if channel.abilities.repeatable)
        sooner = Sooner(repeatable, min(stale_after, STALE_WHERE_REPEATABLE))
        entries = await uow.outbox.claim(now, BATCH, stale_after=stale_after, lane=lane, sooner=sooner)
    async with asyncio.TaskGroup() as batch:
        for queue in _queues(entries):
            batch.create_task(_deliver_in_turn(runtime, queue))
    if entries:
        await runtime.wakeups.notify(FEEDS)
    if any(isinstance(entry.dispatch, EndpointCall) for entry in entries):
        await runtime.wakeups.notify(TIMERS)
    return len(entries)


async def deliver_what_a_crash_left(runtime: Runtime, lane: Lane | None = None) -> None:
    """Take up at once what was being sent when the last process died, where no other process can be sending it.

    Each once: where its vendor does not answer, it waits for its next try like any other.
    """
    before_us = runtime.clock.now() - timedelta.resolution
    if not runtime.store.shared:
        while await deliver_due(runtime, lane, left_at=before_us):
            pass


def _queues(entries: Sequence[OutboxEntry]) -> Iterable[Sequence[OutboxEntry]]:
    """Marketing to one person goes out one by one, so that each counts for the cap of the next; so do CRM entries."""
    queues: dict[str, list[OutboxEntry]] = {}
    for entry in entries:
        match entry.dispatch:
            case CrmUpsert(crm=crm) | CrmNote(crm=crm):
                together = f"{crm}:{entry.profile_id}"
            case _:
                together = (entry.profile_id if entry.purpose is Purpose.MARKETING else None) or entry.id
        queues.setdefault(together, []).append(entry)
    return queues.values()


async def _deliver_in_turn(runtime: Runtime, entries: Sequence[OutboxEntry]) -> None:
    for entry in entries:
        await _deliver(runtime, entry)


async def _deliver(runtime: Runtime, entry: OutboxEntry) -> None:
    """Never raises, so that one entry costs no other; what could not be settled comes up again as left by a crash."""
    try:
        settled = await _attempt(runtime, entry)
    except Exception:
        log.exception("a delivery failed in a way nobody foresaw", entry=entry.id)
        attempt, reason = _tried(entry, runtime.clock.now()), "an unforeseen error; see the log"
        crashed = entry.status is OutboxStatus.SENDING
        settled = (
            _left_open(attempt, reason) if crashed else _retry(attempt, TemporarySendError(reason), runtime.clock.now())
        )
    runtime.meter.delivered(settled.goes_to, settled.status.value)
    try:
        await _settle(runtime, entry, settled)
    except Exception:
        log.exception("what came of a delivery could not be kept", entry=entry.id, status=settled.status.value)


async def _attempt(runtime: Runtime, entry: OutboxEntry) -> OutboxEntry:
    """One try: the entry as it is to be stored."""
    now = runtime.clock.now()
    attempt = _tried(entry, now)
    try:
        if entry.status is OutboxStatus.SENDING and (found := await _left_before(runtime, attempt)) is not None:
            return _sent(attempt, found)
        verdict = await _weigh(runtime, entry, now)
        match verdict:
            case Withhold(why=why, elsewhere=elsewhere):
                if elsewhere:
                    await _send_elsewhere(runtime, entry)
                return replace(entry, status=OutboxStatus.WITHHELD, reason=why)
            case Later(at=at, why=why):
                return replace(entry, status=OutboxStatus.WAITING, due_at=at, reason=why)
            case Send():
                return _sent(attempt, await _hand_over(runtime, attempt))
    except _Unready:
        waiting = replace(entry, status=OutboxStatus.WAITING, due_at=now + WAIT_FOR_CARD)
        return replace(waiting, first_tried_at=attempt.first_tried_at)
    except _Unanswered as error:
        return _left_open(attempt, str(error))
    except _NoRecord as error:
        return replace(_retry(attempt, error, runtime.clock.now()), first_tried_at=entry.first_tried_at)
    except NotTried as error:
        return _wait_for_vendor(attempt, error, runtime.clock.now())
    except TemporarySendError as error:
        return _retry(attempt, error, runtime.clock.now())
    except PermanentSendError as error:
        await _take_refusal(runtime, attempt, error)
        return replace(attempt, status=OutboxStatus.DEAD, reason=error.reason)


async def _send_elsewhere(runtime: Runtime, entry: OutboxEntry) -> None:
    if isinstance(entry.dispatch, ChannelMessage):
        async with runtime.store.transaction() as uow:
            await send_elsewhere(uow, runtime, entry, entry.dispatch, runtime.clock.now())
        await runtime.wakeups.notify(OUTBOX)


async def _take_refusal(runtime: Runtime, entry: OutboxEntry, error: PermanentSendError) -> None:
    if isinstance(entry.dispatch, ChannelMessage):
        async with runtime.store.transaction() as uow:
            await take_refusal(uow, runtime, entry, entry.dispatch, error.code, runtime.clock.now())
        await runtime.wakeups.notify(OUTBOX)


def _tried(entry: OutboxEntry, now: datetime) -> OutboxEntry:
    """The entry with one more try. One that a crash left unsettled was first tried when it was due, at the earliest."""
    began = entry.due_at if entry.status is OutboxStatus.SENDING else now
    return replace(entry, attempts=entry.attempts + 1, first_tried_at=entry.first_tried_at or began)


def _sent(attempt: OutboxEntry, receipt: Receipt) -> OutboxEntry:
    return replace(attempt, status=OutboxStatus.SENT, vendor_id=receipt.vendor_id, reason="")


async def _left_before(runtime: Runtime, entry: OutboxEntry) -> Receipt | None:
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
        raise _Unanswered(error.reason) from error
    if found is None and entry.purpose is Purpose.MARKETING:
        reason = "it is unknown whether this was sent before; marketing is not sent twice"
        raise PermanentSendError(reason, code=MAY_HAVE_LEFT)
    return found


async def _weigh(runtime: Runtime, entry: OutboxEntry, now: datetime) -> Verdict:
    if isinstance(entry.dispatch, EndpointCall) and entry.enrolment_id is not None:
        async with runtime.store.transaction() as uow:
            running = await uow.journeys.running_of_run(entry.enrolment_id)
        return held_by_journey(running, now) or Send("to another system")
    if not isinstance(entry.dispatch, ChannelMessage):
        return Send("to our own CRM")
    matter = matter_of(entry, entry.dispatch)
    async with runtime.store.transaction() as uow:
        verdict = await weigh(uow, runtime, matter, now)
        if isinstance(verdict, Send) and (wait := await _wait_for_sender(runtime, entry.dispatch, now)):
            return Later(now + wait, f"the sender of {matter.channel} sends no more quickly")
        if entry.purpose is not Purpose.DESK:
            await keep_decision(uow, matter, verdict, now)
    return verdict


async def _wait_for_sender(runtime: Runtime, message: ChannelMessage, now: datetime) -> timedelta:
    """How long until the channel's sender may send this; of that there is no record."""
    pace = runtime.channel(message.channel).abilities.pace
    if pace is None or runtime.pacer is None:
        return timedelta()
    sender = f"{message.channel}:{message.address}" if pace.per_address else message.channel
    return await runtime.pacer.take(sender, pace, pace.price(message.content), now)


async def _hand_over(runtime: Runtime, entry: OutboxEntry) -> Receipt:
    match entry.dispatch:
        case ChannelMessage() as message:
            return await _send(runtime, entry, message)
        case CrmUpsert(crm=crm, record=record):
            return await _upsert(runtime, crm, _owner(entry), record, entry.key)
        case CrmNote(crm=crm, text=text):
            return await _note(runtime, crm, _owner(entry), text, entry.key)
        case EndpointCall(endpoint=endpoint, body=body):
            return await _call(runtime, endpoint, body, entry.key)
        case Fetch() as wanted:
            return await _answer(fetch_file(runtime, wanted, entry.key), repeatable=True)


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
        raise (TemporarySendError(reason) if repeatable else _Unanswered(reason)) from error


async def _send(runtime: Runtime, entry: OutboxEntry, message: ChannelMessage) -> Receipt:
    channel = runtime.channel(message.channel)
    *before, last = await _outbound(runtime, entry, message)
    for outbound in before:
        await _answer(channel.send(outbound), repeatable=channel.abilities.repeatable)
    return await _answer(channel.send(last), repeatable=channel.abilities.repeatable)


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


async def _upsert(runtime: Runtime, crm: str, profile_id: ProfileId, record: Mapping[str, Any], key: str) -> Receipt:
    """The lead as it is now: a try that comes late must not bring back what was known when it was queued.

    One at a time for each lead: of two, the one that read first may not write last.
    """
    mapping = runtime.library.current().crm_mappings.get(crm, CrmMapping(crm))
    async with runtime.leases.hold(f"crm:{crm}:{profile_id}", ttl=CRM_LEASE) as held:
        if not held:
            raise _Unready
        async with runtime.store.transaction() as uow:
            lead, values = await fields_of(uow, mapping, profile_id, record, runtime.clock.now())
        names = [*values, *record]
        found = await _answer(runtime.crms[crm].find(lead, names), repeatable=True)
        changes = weigh_fields(mapping, values, record, found)
        fields = {one.name: one.ours for one in changes if one.is_written and one.ours is not None}
        written = runtime.crms[crm].upsert(lead, fields, found=found, key=key)
        crm_id = await _answer(written, repeatable=True)
        async with runtime.store.transaction() as uow:
            await uow.crm_links.put(crm, profile_id, crm_id)
    return Receipt(crm_id)


async def _note(runtime: Runtime, crm: str, profile_id: ProfileId, text: str, key: str) -> Receipt:
    async with runtime.store.transaction() as uow:
        crm_id = await uow.crm_links.get(crm, profile_id)
    if crm_id is None:
        raise _NoRecord("the CRM has no record of this person yet")
    await _answer(runtime.crms[crm].note(crm_id, text, key=key), repeatable=True)
    return Receipt(crm_id)


async def _call(runtime: Runtime, endpoint: str, body: Mapping[str, Any], key: str) -> Receipt:
    if runtime.endpoints is None or endpoint not in runtime.endpoints.names:
        raise PermanentSendError(f'OVERTURE_ENDPOINTS has no "{endpoint}" any more')
    await _answer(runtime.endpoints.call(endpoint, body, key=key), repeatable=True)
    return Receipt(key)


async def _vendor_id_of(runtime: Runtime, key: str | None) -> str | None:
    """What the vendor called an earlier entry; raises _Unready until it has left."""
    if key is None:
        return None
    async with runtime.store.transaction() as uow:
        earlier = await uow.outbox.by_key(key)
    if earlier is not None and earlier.vendor_id is not None:
        return earlier.vendor_id
    if earlier is None or earlier.status in (OutboxStatus.DEAD, OutboxStatus.WITHHELD):
        raise PermanentSendError("the message that this one belongs to never left")
    raise _Unready


def _retry(entry: OutboxEntry, error: SendError, now: datetime) -> OutboxEntry:
    """Back off exponentially, with jitter so that a vendor's return meets no crowd, and give up in the end."""
    if entry.attempts >= MOST_ATTEMPTS:
        return _given_up(entry, error.reason)
    pause = min(FIRST_PAUSE * 4 ** max(entry.attempts - 1, 0), LONGEST_PAUSE)
    pause *= random.uniform(0.75, 1.25)  # noqa: S311
    if isinstance(error, TemporarySendError) and error.retry_after is not None:
        pause = max(pause, error.retry_after)
    return replace(entry, status=OutboxStatus.WAITING, due_at=now + pause, reason=error.reason)


def _wait_for_vendor(attempt: OutboxEntry, error: NotTried, now: datetime) -> OutboxEntry:
    """An outage uses up no tries, until it has taken so long that it may not be one."""
    if attempt.first_tried_at is not None and now - attempt.first_tried_at > LONGEST_OUTAGE:
        return _retry(attempt, error, now)
    pause = (error.retry_after or FIRST_PAUSE) * random.uniform(1, 1.5)  # noqa: S311
    due_at, attempts = now + pause, attempt.attempts - 1
    return replace(attempt, attempts=attempts, status=OutboxStatus.WAITING, due_at=due_at, reason=error.reason)


def _left_open(entry: OutboxEntry, reason: str) -> OutboxEntry:
    """Stays SENDING, as after a crash: it comes up again as stale, and then the vendor is asked first."""
    if entry.attempts >= MOST_ATTEMPTS:
        return _given_up(entry, reason)
    return replace(entry, status=OutboxStatus.SENDING, reason=reason)


def _given_up(entry: OutboxEntry, reason: str) -> OutboxEntry:
    return replace(entry, status=OutboxStatus.DEAD, reason=f"gave up after {entry.attempts} tries: {reason}")


async def _settle(runtime: Runtime, entry: OutboxEntry, settled: OutboxEntry) -> None:
    async with runtime.store.transaction() as uow:
        await settle(uow, runtime, settled, runtime.clock.now())
    level = log.warning if settled.status is OutboxStatus.DEAD else log.info
    level("outbox entry settled", entry=entry.id, status=settled.status.value, attempts=settled.attempts)


def _owner(entry: OutboxEntry) -> ProfileId:
    if entry.profile_id is None:
        raise PermanentSendError("this entry for the CRM belongs to nobody")
    return entry.profile_id
