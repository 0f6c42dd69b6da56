"""The worker: takes turns, keeps schedules, advances journeys and delivers, lane by lane, until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog

from bot.domain.delivery import Lane
from bot.domain.ids import ConversationId
from bot.ports import UnitOfWork
from bot.services.advance import advance_due
from bot.services.attend import TURN_LEASE, lease_of
from bot.services.converse import converse
from bot.services.deliver import deliver_due, deliver_what_a_crash_left
from bot.services.desk_digest import send_digests
from bot.services.keep_schedule import keep_schedules, next_due
from bot.services.runtime import INBOX, OUTBOX, SCHEDULES, SEGMENTS, TIMERS, Runtime
from bot.services.work_out_segments import work_on_segments

log = structlog.get_logger()

MOST_TURNS = 64
"""How many conversations one worker talks in at the same time."""

LOOK_EVERY = timedelta(seconds=5)
"""A wake-up may be lost, so each loop also looks by the clock."""

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
        self._active: set[ConversationId] = set()

    async def run(self) -> None:
        """Work until `stop`; then deliver what the last turns said."""
        async with asyncio.TaskGroup() as loops:
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
                    self._repeat(TIMERS, advance_due, lambda uow: uow.enrolments.next_due()),
                    self._repeat(SCHEDULES, keep_schedules, lambda uow: next_due(uow, self._runtime)),
                    self._repeat(SCHEDULES, send_digests, _by_the_clock),
                )
            case Lane.SEGMENTS:
                return (self._repeat(SEGMENTS, work_on_segments, _by_the_clock),)
            case Lane.SENDS | Lane.CRM:
                return (self._deliver(lane),)

    async def _deliver(self, lane: Lane) -> None:
        try:
            await deliver_what_a_crash_left(self._runtime, lane)
        except Exception:
            log.exception("what a crash left could not be delivered; it is taken up later", lane=lane)
        await self._repeat(OUTBOX, lambda runtime: deliver_due(runtime, lane), lambda uow: uow.outbox.next_due(lane))

    async def stop(self) -> None:
        self._stopping.set()
        for topic in (INBOX, TIMERS, SCHEDULES, SEGMENTS, OUTBOX):
            await self._runtime.wakeups.notify(topic)

    async def _take_turns(self) -> None:
        async with asyncio.TaskGroup() as turns, self._runtime.wakeups.listen(INBOX) as listener:
            while not self._stopping.is_set():
                waiting = await self._waiting_conversations()
                for conversation_id in waiting:
                    self._active.add(conversation_id)
                    turns.create_task(self._talk(conversation_id))
                if not waiting:
                    await listener.wait(LOOK_EVERY)

    async def _waiting_conversations(self) -> list[ConversationId]:
        free = MOST_TURNS - len(self._active)
        if free <= 0:
            return []
        try:
            async with self._runtime.store.transaction() as uow:
                found = await uow.inbox.waiting_conversations(self._runtime.clock.now(), MOST_TURNS)
        except Exception:
            log.exception("could not look into the inbox")
            await asyncio.sleep(PAUSE_AFTER_ERROR)
            return []
        return [one for one in found if one not in self._active][:free]

    async def _talk(self, conversation_id: ConversationId) -> None:
        try:
            async with self._runtime.leases.hold(lease_of(conversation_id), ttl=TURN_LEASE) as held:
                if held:
                    await converse(self._runtime, conversation_id, stopping=self._stopping.is_set)
            if not held:
                await asyncio.sleep(PAUSE_WHILE_TAKEN)
        except Exception:
            log.exception("a conversation could not be served", conversation=conversation_id)
            await asyncio.sleep(PAUSE_AFTER_ERROR)
        finally:
            self._active.discard(conversation_id)
            await self._runtime.wakeups.notify(INBOX)

    async def _repeat(
        self,
        topic: str,
        work: Callable[[Runtime], Awaitable[int]],
        next_due: Callable[[UnitOfWork], Awaitable[datetime | None]],
    ) -> None:
        async with self._runtime.wakeups.listen(topic) as listener:
            while not self._stopping.is_set():
                try:
                    if await work(self._runtime):
                        continue
                    pause = await self._until(next_due)
                except Exception:
                    log.exception("a loop of the worker failed and goes on", topic=topic)
                    await asyncio.sleep(PAUSE_AFTER_ERROR)
                    continue
                await listener.wait(pause)

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
        async with self._runtime.store.transaction() as uow:
            due = await next_due(uow)
        if due is None:
            return LOOK_EVERY
        ahead = due - self._runtime.clock.now()
        if ahead < timedelta():  # it is behind something that waits: the longer it is, the longer it may be
            ahead = min(-ahead / 4, PAUSE_BEHIND_OTHERS)
        return min(max(ahead, timedelta(milliseconds=10)), LOOK_EVERY)


async def _by_the_clock(uow: UnitOfWork) -> None:
    """Nothing in the store says when somebody's segments change next, or a desk's digest is due: the clock does."""
