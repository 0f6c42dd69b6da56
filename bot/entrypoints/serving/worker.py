"""The worker: takes turns, keeps schedules, advances journeys and delivers, lane by lane, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog

from bot.domain.delivery import Lane
from bot.domain.ids import ConversationId
from bot.ports import Listener, UnitOfWork
from bot.services.advance import advance_due
from bot.services.apply_retention import Retention
from bot.services.attend import TURN_LEASE, lease_of
from bot.services.converse import converse
from bot.services.deliver import Deliveries, deliver_due, deliver_what_a_crash_left
from bot.services.desk_digest import send_digests
from bot.services.keep_schedule import keep_schedules, next_due
from bot.services.keep_time import TimeKeeper
from bot.services.offer_anew import offer_anew
from bot.services.put_aside import take_up
from bot.services.put_scores_right import work_on_scores
from bot.services.runtime import INBOX, OUTBOX, SCHEDULES, SEGMENTS, TIMERS, Runtime
from bot.services.work_out_segments import work_on_segments

log = structlog.get_logger()

MOST_TURNS = 64
"""How many conversations one worker talks in at the same time."""

LOOK_EVERY = timedelta(seconds=5)
"""A wake-up may be lost, so each loop also looks by the clock."""

BETWEEN_LOOKS = 0.05
"""Seconds: where nobody waits for an answer, what comes within so little time is worked on together."""

BETWEEN_LOOKS_AT_SEGMENTS = 0.25
"""The same, for what every message may change and few do."""

LOOK_AT_CLOCK_EVERY = 5.0

PAUSE_BEHIND_OTHERS = timedelta(seconds=1)
PAUSE_AFTER_ERROR = 1.0
PAUSE_WHILE_TAKEN = 0.25
"""Another process has the conversation, or nobody can say: look again after this, and not at once."""

FINISH_WITHIN = 10.0
"""How long a stopping worker goes on delivering, in seconds. What it leaves is in the outbox."""


class Worker:
    """Runs the loops of its lanes. `stop` lets what is in hand finish and what it produced leave."""

    def __init__(self, runtime: Runtime, lanes: Collection[Lane] = tuple(Lane)) -> None:
        self._runtime = runtime
        self._lanes = [lane for lane in Lane if lane in lanes]
        self._stopping = asyncio.Event()
        self._clock_is_right = asyncio.Event()
        self._active: set[ConversationId] = set()
        self._again: set[ConversationId] = set()
        """Those in hand for which something more has come meanwhile."""

        self._more_wait = False
        """Whether there are conversations that could not be begun with yet."""

        self._looks_at = 0.0
        """When it is time to look into the inbox, whatever we are told."""

    async def run(self) -> None:
        """Work until `stop`; then deliver what the last turns said. Without lanes the clock alone is watched."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._watch_the_clock())
            for lane in self._lanes:
                for loop in self._loops_of(lane):
                    loops.create_task(loop)
        for lane in self._lanes:
            await self._deliver_the_last(lane)

    def _loops_of(self, lane: Lane) -> Sequence[Coroutine[Any, Any, None]]:
        match lane:
            case Lane.REPLIES:
                return self._take_turns(), self._deliver(lane)
            case Lane.TIMERS:
                return (
                    self._repeat(TIMERS, advance_due, lambda uow: uow.enrolments.next_due(), between=BETWEEN_LOOKS),
                    self._repeat(SCHEDULES, keep_schedules, lambda uow: next_due(uow, self._runtime)),
                    self._repeat(SCHEDULES, send_digests),
                    self._repeat(SCHEDULES, offer_anew),
                    self._repeat(SCHEDULES, Retention(self._stopping.is_set).keep),
                )
            case Lane.SEGMENTS:
                return (
                    self._repeat(SEGMENTS, work_on_segments, between=BETWEEN_LOOKS_AT_SEGMENTS),
                    self._repeat(SEGMENTS, work_on_scores, between=BETWEEN_LOOKS_AT_SEGMENTS),
                )
            case Lane.SENDS | Lane.CRM:
                return (self._deliver(lane),)

    async def _deliver(self, lane: Lane) -> None:
        try:
            await deliver_what_a_crash_left(self._runtime, lane)
        except Exception:
            log.exception("what a crash left could not be delivered; it is taken up later", lane=lane)
        between = 0.0 if lane is Lane.REPLIES else BETWEEN_LOOKS
        async with (
            self._runtime.wakeups.listen(OUTBOX) as listener,
            Deliveries(self._runtime, lane, settled=listener.wake) as deliveries,
        ):
            await self._keep_looking(
                listener,
                OUTBOX,
                lambda _runtime: deliveries.start_due(),
                lambda uow: uow.outbox.next_due(lane),
                between=between,
            )

    async def stop(self) -> None:
        self._stopping.set()
        self._clock_is_right.set()
        for topic in (INBOX, TIMERS, SCHEDULES, SEGMENTS, OUTBOX):
            await self._runtime.wakeups.notify(topic)

    async def _watch_the_clock(self) -> None:
        keeper = TimeKeeper(self._runtime)
        while not self._stopping.is_set():
            try:
                is_right = await keeper.look()
            except Exception:
                log.exception("could not look at the clock")
                is_right = True  # whatever is the matter, the loops say so themselves
            if is_right:
                self._clock_is_right.set()
            else:
                self._clock_is_right.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AT_CLOCK_EVERY):
                    await self._stopping.wait()

    async def _take_turns(self) -> None:
        try:
            await take_up(self._runtime)
        except Exception:
            log.exception("what waited for a channel could not be taken up; it is after the next start")
        async with asyncio.TaskGroup() as turns, self._runtime.wakeups.listen(INBOX) as listener:
            while not self._stopping.is_set():
                await self._clock_is_right.wait()
                waiting = await self._waiting_conversations(listener.told())
                for conversation_id in waiting:
                    self._active.add(conversation_id)
                    turns.create_task(self._talk(conversation_id, listener))
                if len(waiting) < MOST_TURNS:  # who comes after this look wakes us
                    await listener.wait(LOOK_EVERY)

    async def _waiting_conversations(self, told: Sequence[str]) -> list[ConversationId]:
        """Those that may be begun with. Of what came in here we are told; for all else we look."""
        free = MOST_TURNS - len(self._active)
        if free <= 0:
            self._more_wait = True
            return []
        if told and not self._more_wait and monotonic() < self._looks_at:
            found: Sequence[ConversationId] = [ConversationId(one) for one in told]
        else:
            found = await self._look_into_inbox()
        self._again.update(one for one in found if one in self._active)
        new = [one for one in found if one not in self._active]
        self._more_wait = len(new) > free or len(found) >= MOST_TURNS  # a look finds no more than that
        for one in self._again.union(new[:free]):
            self._runtime.wakeups.taken(INBOX, one)
        return new[:free]

    async def _look_into_inbox(self) -> Sequence[ConversationId]:
        try:
            async with self._runtime.store.reading() as uow:
                found = await uow.inbox.waiting_conversations(self._runtime.clock.now(), MOST_TURNS)
        except Exception:
            log.exception("could not look into the inbox")
            await asyncio.sleep(PAUSE_AFTER_ERROR)
            return ()
        self._looks_at = monotonic() + LOOK_EVERY.total_seconds()
        return found

    async def _talk(self, conversation_id: ConversationId, listener: Listener) -> None:
        look_again = True
        try:
            async with self._runtime.leases.hold(lease_of(conversation_id), ttl=TURN_LEASE) as held:
                if held:
                    await converse(self._runtime, conversation_id, stopping=self._stopping.is_set)
            look_again = not held
            if not held:
                await asyncio.sleep(PAUSE_WHILE_TAKEN)
        except Exception:
            log.exception("a conversation could not be served", conversation=conversation_id)
            await asyncio.sleep(PAUSE_AFTER_ERROR)
        finally:
            self._active.discard(conversation_id)
            if self._more_wait or look_again:
                listener.wake()
            elif conversation_id in self._again:
                listener.wake([conversation_id])
            self._again.discard(conversation_id)

    async def _repeat(
        self,
        topic: str,
        work: Callable[[Runtime], Awaitable[int]],
        next_due: Callable[[UnitOfWork], Awaitable[datetime | None]] | None = None,
        *,
        between: float = 0.0,
    ) -> None:
        """`between`: seconds from one look to the next at least, however often it is woken.

        Without `next_due` nothing in the store says when there is work: the clock does, such as for a desk's digest.
        """
        async with self._runtime.wakeups.listen(topic) as listener:
            await self._keep_looking(listener, topic, work, next_due, between=between)

    async def _keep_looking(
        self,
        listener: Listener,
        topic: str,
        work: Callable[[Runtime], Awaitable[int]],
        next_due: Callable[[UnitOfWork], Awaitable[datetime | None]] | None,
        *,
        between: float,
    ) -> None:
        while not self._stopping.is_set():
            await self._clock_is_right.wait()
            begun = monotonic()
            try:
                if await work(self._runtime):
                    continue
                pause = LOOK_EVERY if next_due is None else await self._until(next_due)
            except Exception:
                log.exception("a loop of the worker failed and goes on", topic=topic)
                await asyncio.sleep(PAUSE_AFTER_ERROR)
                continue
            if await listener.wait(pause) and between:
                await self._pause(begun + between)

    async def _pause(self, until: float) -> None:
        """Whatever else comes until then is worked on together."""
        if (left := until - monotonic()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), left)

    async def _deliver_the_last(self, lane: Lane) -> None:
        """Batch by batch, and none is cut short: what is interrupted while it is sent has no known outcome."""
        deadline = monotonic() + FINISH_WITHIN
        try:
            while await deliver_due(self._runtime, lane):
                if monotonic() > deadline:
                    log.warning("stopping although messages are due; they leave after the next start")
                    return
        except Exception:
            log.exception("the last messages could not be delivered; they leave after the next start")

    async def _until(self, next_due: Callable[[UnitOfWork], Awaitable[datetime | None]]) -> timedelta:
        async with self._runtime.store.reading() as uow:
            due = await next_due(uow)
        if due is None:
            return LOOK_EVERY
        ahead = due - self._runtime.clock.now()
        if ahead < timedelta():  # it is behind something that waits: the longer it is, the longer it may be
            ahead = min(-ahead / 4, PAUSE_BEHIND_OTHERS)
        return min(max(ahead, timedelta(milliseconds=10)), LOOK_EVERY)
