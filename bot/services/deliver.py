"""Deliver: take what is due from the outbox, ask the gate, hand it to its vendor, and keep what came of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.domain.consent import Purpose
from bot.domain.delivery import (
    ChannelMessage,
    CrmNote,
    CrmUpsert,
    EndpointCall,
    Lane,
    Later,
    OutboxEntry,
    OutboxStatus,
    Send,
    Verdict,
    Withhold,
)
from bot.domain.errors import NotTried, PermanentSendError, SendError, TemporarySendError
from bot.domain.message import Receipt
from bot.journeys.judge import held_by_journey
from bot.ports import Sooner
from bot.services.hand_over import STALE_AFTER, NoRecord, Unanswered, Unknown, Unready, hand_over, left_before
from bot.services.runtime import FEEDS, OUTBOX, TIMERS, Runtime
from bot.services.settle import matter_of, settle
from bot.services.spare_vendor import hold_of, spared
from bot.services.take_refusal import send_elsewhere, take_refusal
from bot.services.weigh import keep_decision, weigh

log = structlog.get_logger()

BATCH = 20
STALE_WHERE_REPEATABLE = timedelta(seconds=5)
"""Where a second try is harmless, nobody has to wait until it is sure that the first is over."""

MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_OUTAGE = timedelta(days=3)
LONGEST_WAIT = timedelta(minutes=5)
"""For a vendor that takes nothing just now."""

ASKING_LEASE = timedelta(seconds=90)
"""For what a crash left: longer than asking and sending may take."""

WAIT_FOR_CARD = timedelta(seconds=1)


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
    """Marketing to one person goes out one by one, so that each counts for the cap of the next; so do CRM entries.

    What a crash left is asked about one by one, too, so that no message of the vendor's list is taken for two of ours.
    """
    queues: dict[str, list[OutboxEntry]] = {}
    for entry in entries:
        match entry.dispatch:
            case ChannelMessage(channel=channel) if entry.status is OutboxStatus.SENDING:
                together = f"left:{channel}:{entry.profile_id or entry.id}"
            case CrmUpsert(crm=crm) | CrmNote(crm=crm):
                together = f"{crm}:{entry.profile_id}"
            case _:
                together = (entry.profile_id if entry.purpose is Purpose.MARKETING else None) or entry.id
        queues.setdefault(together, []).append(entry)
    return queues.values()


async def _deliver_in_turn(runtime: Runtime, entries: Sequence[OutboxEntry]) -> None:
    for entry in entries:
        if entry.status is not OutboxStatus.SENDING or entry.profile_id is None:
            await _deliver(runtime, entry)
            continue
        async with runtime.leases.hold(f"left:{entry.goes_to}:{entry.profile_id}", ttl=ASKING_LEASE) as held:
            if held:  # else another process asks about this person's; this one comes up again
                await _deliver(runtime, entry)


async def _deliver(runtime: Runtime, entry: OutboxEntry) -> None:
    """Whatever is logged on the way, a connector's lines too, has the entry's id."""
    ids = {"entry": entry.id, "conversation": entry.conversation_id, "enrolment": entry.enrolment_id}
    known = {name: one for name, one in ids.items() if one is not None}
    with structlog.contextvars.bound_contextvars(**known):
        await _deliver_one(runtime, entry)


async def _deliver_one(runtime: Runtime, entry: OutboxEntry) -> None:
    """Never raises, so that one entry costs no other; what could not be settled comes up again as left by a crash."""
    try:
        settled = await _attempt(runtime, entry)
    except Exception:
        log.exception("a delivery failed in a way nobody foresaw")
        attempt, reason = _tried(entry, runtime.clock.now()), "an unforeseen error; see the log"
        crashed = entry.status is OutboxStatus.SENDING
        settled = (
            _left_open(attempt, reason) if crashed else _retry(attempt, TemporarySendError(reason), runtime.clock.now())
        )
    runtime.meter.delivered(settled.goes_to, settled.status.value)
    try:
        await _settle(runtime, entry, settled)
    except Exception:
        log.exception("what came of a delivery could not be kept", status=settled.status.value)


async def _attempt(runtime: Runtime, entry: OutboxEntry) -> OutboxEntry:
    """One try: the entry as it is to be stored."""
    now = runtime.clock.now()
    attempt = _tried(entry, now)
    if (hold := hold_of(runtime, entry)) is not None:
        return _held(entry, now, hold, f"the vendor of {entry.goes_to} is in trouble and left alone for a while")
    try:
        if entry.status is OutboxStatus.SENDING and (found := await left_before(runtime, attempt)) is not None:
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
                if wait := await _wait_for_sender(runtime, entry, verdict, now):
                    return _held(entry, now, wait, f"the sender of {entry.goes_to} sends no more quickly")
                return _sent(attempt, await spared(runtime, attempt, hand_over))
    except Unready:
        waiting = replace(entry, status=OutboxStatus.WAITING, due_at=now + WAIT_FOR_CARD)
        return replace(waiting, first_tried_at=attempt.first_tried_at)
    except Unknown as error:
        return _left_unknown(entry, str(error), now)
    except Unanswered as error:
        return _left_open(attempt, str(error))
    except NoRecord as error:
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


async def _weigh(runtime: Runtime, entry: OutboxEntry, now: datetime) -> Verdict:
    if isinstance(entry.dispatch, EndpointCall) and entry.enrolment_id is not None:
        async with runtime.store.transaction() as uow:
            running = await uow.journeys.running_of_run(entry.enrolment_id)
        return held_by_journey(running, now) or Send("to another system")
    if not isinstance(entry.dispatch, ChannelMessage):
        return Send("to our own CRM")
    matter = matter_of(entry, entry.dispatch)
    is_paced = runtime.channel(matter.channel).abilities.pace is not None and runtime.pacer is not None
    async with runtime.store.transaction() as uow:
        verdict = await weigh(uow, runtime, matter, now)
        if entry.purpose is not Purpose.DESK and not (is_paced and isinstance(verdict, Send)):
            await keep_decision(uow, matter, verdict, now)
    return verdict


async def _wait_for_sender(runtime: Runtime, entry: OutboxEntry, verdict: Send, now: datetime) -> timedelta:
    """How long until the channel's sender may send this. Of a wait there is no record; where it may, of the verdict.

    What somebody waits for goes before what nobody does, though that may have waited longer. Outside of transactions,
    for the pacer may be another server.
    """
    if not isinstance(entry.dispatch, ChannelMessage):
        return timedelta()
    message = entry.dispatch
    pace = runtime.channel(message.channel).abilities.pace
    if pace is None or runtime.pacer is None:
        return timedelta()
    sender = f"{message.channel}:{message.address}" if pace.per_address else message.channel
    yields = entry.lane is not Lane.REPLIES
    wait = await runtime.pacer.take(sender, pace, pace.price(message.content), now, yields=yields)
    if not wait and entry.purpose is not Purpose.DESK:
        async with runtime.store.transaction() as uow:
            await keep_decision(uow, matter_of(entry, message), verdict, now)
    return wait


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
    """An outage uses up no tries, until it has taken so long that it may not be one. The longer, the longer the pause.

    Where the vendor may have taken it, one try stays counted: the next one asks first.
    """
    waited = now - (attempt.first_tried_at or now)
    if waited > LONGEST_OUTAGE:
        return _retry(attempt, error, now)
    pause = max(error.retry_after or FIRST_PAUSE, min(waited / 2, LONGEST_WAIT))
    due_at = now + pause * random.uniform(1, 1.5)  # noqa: S311
    attempts = max(attempt.attempts - 1, 1 if error.may_have_left else 0)
    return replace(attempt, attempts=attempts, status=OutboxStatus.WAITING, due_at=due_at, reason=error.reason)


def _held(entry: OutboxEntry, now: datetime, wait: timedelta, reason: str) -> OutboxEntry:
    """Not tried yet. What comes behind it in its conversation waits for it; marketing holds up nothing.

    What a crash left stays as it is: whether it has left is still to be asked.
    """
    if entry.status is OutboxStatus.SENDING:
        return replace(entry, reason=reason)
    first = entry.first_tried_at if entry.purpose is Purpose.MARKETING else entry.first_tried_at or now
    return replace(entry, status=OutboxStatus.WAITING, due_at=now + wait, reason=reason, first_tried_at=first)


def _left_unknown(entry: OutboxEntry, reason: str, now: datetime) -> OutboxEntry:
    """The vendor could not be asked whether it has it. That is no try, until it has taken too long."""
    first = entry.first_tried_at or entry.due_at
    if now - first > LONGEST_OUTAGE:
        return _given_up(entry, reason)
    return replace(entry, status=OutboxStatus.SENDING, reason=reason, first_tried_at=first)


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
    level("outbox entry settled", status=settled.status.value, attempts=settled.attempts)
