"""Deliver: take what is due from the outbox, ask the gate, hand it to its vendor, and keep what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import structlog

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, CrmNote, CrmUpsert, EndpointCall, Fetch, Lane, OutboxEntry, OutboxStatus
from bot.domain.errors import TemporarySendError
from bot.domain.ids import OutboxId
from bot.domain.phone_forms import one_form
from bot.ports import Sooner
from bot.services.attempt import attempt
from bot.services.compose_outbound import STALE_AFTER
from bot.services.let_go import Answer, Paid, TakenOver, let_go
from bot.services.post import post_all, tell_of
from bot.services.runtime import FEEDS, INBOX, TIMERS, Runtime
from bot.services.settle_together import Settlements
from bot.services.spare_vendor import hold_of
from bot.services.try_again import left_open, retry, tried
from bot.services.under_way import UnderWay

log = structlog.get_logger()

BATCH = 40
STALE_WHERE_REPEATABLE = timedelta(seconds=5)
"""Where a second try is harmless, nobody has to wait until it is sure that the first is over."""

ASKING_LEASE = timedelta(seconds=90)
"""For what a crash left: longer than asking and sending may take."""


async def deliver_due(runtime: Runtime, lane: Lane | None = None, *, left_at: datetime | None = None) -> int:
    """Deliver one batch of this lane, or of all; how many entries there were. Conversations go out side by side.

    What has been SENDING since `left_at` or longer, or else for STALE_AFTER, is taken up as left by a crash.
    """
    entries, posted = await _claim_due(runtime, lane, left_at)
    await _deliver_together(runtime, _without(entries, posted))
    return len(entries)


async def deliver_what_a_crash_left(runtime: Runtime, lane: Lane | None = None) -> None:
    """Take up at once what was being sent when the last process died, where no other process can be sending it.

    Each once: where its vendor does not answer, it waits for its next try like any other.
    """
    before_us = runtime.clock.now() - timedelta.resolution
    if not runtime.store.shared:
        while await deliver_due(runtime, lane, left_at=before_us):
            pass


class Deliveries:
    """One lane's of a process. What is due is claimed while what was claimed before it is under way.

    `settled` is called when something is: what goes after it in its conversation may be claimed then.
    """

    def __init__(self, runtime: Runtime, lane: Lane, *, settled: Callable[[], None]) -> None:
        self._runtime = runtime
        self._lane = lane
        self._settled = settled
        self._batches = asyncio.TaskGroup()
        self._under_way = UnderWay()
        self._freed = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self._batches.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits for what is under way."""
        await self._batches.__aexit__(kind, error, trace)

    async def start_due(self) -> bool:
        """Claim a batch and begin to deliver it, or wait for room; whether there may be more to claim."""
        if not self._under_way.has_room_for(BATCH):
            self._freed.clear()
            await self._freed.wait()
            return True
        entries, posted = await _claim_due(self._runtime, self._lane)
        if left := _without(entries, posted):
            self._under_way.begin(len(left))
            self._batches.create_task(_deliver_together(self._runtime, left, self._is_settled))
        return len(entries) == BATCH or bool(posted)

    def _is_settled(self) -> None:
        self._under_way.settle()
        self._freed.set()
        self._settled()


async def _claim_due(
    runtime: Runtime, lane: Lane | None, left_at: datetime | None = None
) -> tuple[Sequence[OutboxEntry], Sequence[OutboxEntry]]:
    """The entries of one batch, and those of them that are settled already: their channels are feeds of ours."""
    try:
        entries, posted = await _claim(runtime, lane, left_at, posting=True)
    except Exception:
        log.exception("a batch could not be put on our feeds together; its entries are delivered one by one")
        entries, posted = await _claim(runtime, lane, left_at, posting=False)
    tell_of(runtime, posted)
    if posted:
        await runtime.wakeups.notify(FEEDS)
    return entries, posted


async def _claim(
    runtime: Runtime, lane: Lane | None, left_at: datetime | None, *, posting: bool
) -> tuple[Sequence[OutboxEntry], Sequence[OutboxEntry]]:
    async with runtime.store.transaction() as uow:
        now = runtime.clock.now()
        stale_after = STALE_AFTER if left_at is None else now - left_at
        repeatable = frozenset(name for name, channel in runtime.channels.items() if channel.abilities.repeatable)
        sooner = Sooner(repeatable, min(stale_after, STALE_WHERE_REPEATABLE))
        entries = await uow.outbox.claim(now, BATCH, stale_after=stale_after, lane=lane, sooner=sooner)
        return entries, await post_all(uow, runtime, entries, now) if posting else ()


def _queues(entries: Sequence[OutboxEntry]) -> Collection[Sequence[OutboxEntry]]:
    """What one person, or one address, gets by marketing or by journeys goes one by one, so that each counts for the
    cap of the next; so do CRM entries.

    What a crash left is asked about one by one, too, so that no message of the vendor's list is taken for two of ours.
    """
    queues: dict[str, list[OutboxEntry]] = {}
    first_at: dict[tuple[str, str], str] = {}
    for entry in entries:
        match entry.dispatch:
            case ChannelMessage(channel=channel) if entry.status is OutboxStatus.SENDING:
                together = f"left:{channel}:{entry.profile_id or entry.id}"
            case CrmUpsert(crm=crm) | CrmNote(crm=crm):
                together = f"{crm}:{entry.profile_id}"
            case _:
                counts = entry.purpose is Purpose.MARKETING or entry.enrolment_id is not None
                together = (entry.profile_id if counts else None) or entry.id
                if counts and isinstance(entry.dispatch, ChannelMessage):
                    at = entry.dispatch.channel, one_form(entry.dispatch.address)
                    together = first_at.setdefault(at, together)
        queues.setdefault(together, []).append(entry)
    return queues.values()


async def _deliver_together(
    runtime: Runtime, entries: Sequence[OutboxEntry], is_settled: Callable[[], None] = lambda: None
) -> None:
    """Deliver what was claimed. `is_settled` is called for each entry."""
    if not entries:
        return
    queues = _queues(entries)
    answers = await _answers(runtime, [queue[0] for queue in queues])
    settlements = Settlements(runtime)
    async with asyncio.TaskGroup() as batch:
        for queue in queues:
            batch.create_task(_deliver_in_turn(runtime, queue, answers, settlements, is_settled))
    await runtime.wakeups.notify(FEEDS)
    if any(isinstance(entry.dispatch, EndpointCall) for entry in entries):
        await runtime.wakeups.notify(TIMERS)


async def _answers(runtime: Runtime, entries: Iterable[OutboxEntry]) -> Mapping[OutboxId, Answer | Paid]:
    """The gate's answers about those that it can be asked about together. The others are asked about one by one."""
    together = [
        entry
        for entry in entries
        if isinstance(entry.dispatch, ChannelMessage)
        and entry.status is OutboxStatus.WAITING
        and hold_of(runtime, entry) is None
    ]
    try:
        return await let_go(runtime, together)
    except Exception:
        log.exception("the gate could not be asked about a batch together; it is asked about each by itself")
        return {}


async def _deliver_in_turn(
    runtime: Runtime,
    entries: Sequence[OutboxEntry],
    answers: Mapping[OutboxId, Answer | Paid],
    settlements: Settlements,
    is_settled: Callable[[], None],
) -> None:
    """Never raises, for that would cut short all others that are under way, and end the lane. What could not be settled
    comes up again as left by a crash."""
    for entry in entries:
        try:
            if entry.status is not OutboxStatus.SENDING or entry.profile_id is None:
                await _deliver(runtime, entry, answers.get(entry.id), settlements)
                continue
            async with runtime.leases.hold(f"left:{entry.goes_to}:{entry.profile_id}", ttl=ASKING_LEASE) as held:
                if held:  # else another process asks about this person's; this one comes up again
                    await _deliver(runtime, entry, None, settlements)
        except Exception:
            log.exception("a delivery broke off; it comes up again as left by a crash", entry=entry.id)
        finally:
            is_settled()


async def _deliver(
    runtime: Runtime, entry: OutboxEntry, answer: Answer | Paid | None, settlements: Settlements
) -> None:
    """Raises what keeps it from being settled.

    Whatever is logged on the way, a connector's lines too, has the entry's id.
    """
    ids = {"entry": entry.id, "conversation": entry.conversation_id, "enrolment": entry.enrolment_id}
    known = {name: one for name, one in ids.items() if one is not None}
    span = runtime.tracer.span(
        f"deliver {entry.goes_to}", "work", follows=entry.trace, attempt=entry.attempts + 1, **known
    )
    with structlog.contextvars.bound_contextvars(**known), span as told:
        try:
            settled = await _tried(runtime, entry, answer)
        except TakenOver:
            log.warning("a delivery is left alone: another process has taken it over, or its run has withdrawn it")
            return
        runtime.meter.delivered(settled.goes_to, settled.status.value)
        told.tell(outcome=settled.status.value)
        await settlements.keep(settled)
        if isinstance(entry.dispatch, Fetch):
            await runtime.wakeups.notify(INBOX)
        level = log.warning if settled.status is OutboxStatus.DEAD else log.info
        level("outbox entry settled", status=settled.status.value, attempts=settled.attempts)


async def _tried(runtime: Runtime, entry: OutboxEntry, answer: Answer | Paid | None) -> OutboxEntry:
    """What came of one try. Raises nothing but TakenOver, so that one entry costs no other."""
    try:
        return await attempt(runtime, entry, answer)
    except TakenOver:
        raise
    except Exception:
        log.exception("a delivery failed in a way nobody foresaw")
        now, reason = runtime.clock.now(), "an unforeseen error; see the log"
        crashed = entry.status is OutboxStatus.SENDING
        trial = tried(entry, now)
        return left_open(trial, reason) if crashed else retry(trial, TemporarySendError(reason), now)


def _without(entries: Iterable[OutboxEntry], posted: Collection[OutboxEntry]) -> Sequence[OutboxEntry]:
    settled = {entry.id for entry in posted}
    return [entry for entry in entries if entry.id not in settled]
