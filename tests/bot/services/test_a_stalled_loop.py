"""A process whose event loop stands still for longer than its lease: another takes its turn, and it writes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
import structlog

from bot.adapters.database import Database
from bot.adapters.leases import FleetLeases, Terms
from bot.adapters.memory import MemoryWakeups
from bot.domain.conversation import UserUttered
from bot.domain.ids import ConversationId
from bot.ports import Store, UnitOfWork
from bot.services.attend import lease_of
from bot.services.converse import converse
from bot.services.runtime import Runtime
from tests.bot.services.stage import Stage
from tests.manual_clock import ManualClock

LEASE = timedelta(seconds=0.5)
STALL_SECONDS = 10
READS, WRITES = 1, 2
"""What a turn begins of the store."""


@dataclass
class StallsBefore:
    """A store whose process stands still just before it reads or begins this transaction, the keeper of its lease, too,
    until the other process has taken the turn."""

    store: Store
    number: int
    until: Event
    begun: int = 0

    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._counted(self.store.transaction())

    def reading(self, *, at_length: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._counted(self.store.reading(at_length=at_length))

    @asynccontextmanager
    async def _counted(self, begun: AbstractAsyncContextManager[UnitOfWork]) -> AsyncIterator[UnitOfWork]:
        self.begun += 1
        if self.begun == self.number:
            assert self.until.wait(STALL_SECONDS)
        async with begun as uow:
            yield uow

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


@asynccontextmanager
async def process(stage: Stage, database: str, redis: str) -> AsyncIterator[Runtime]:
    """A process of its own on the same database and Redis, for the event loop that runs this."""
    async with AsyncExitStack() as stack:
        store = Database(database)
        stack.push_async_callback(store.close)
        leases = FleetLeases(redis, store, Terms(renewed_every=LEASE / 3))
        stack.push_async_callback(leases.close)
        yield replace(stage.runtime, store=store, wakeups=MemoryWakeups(), leases=leases)


def take_over(stage: Stage, database: str, redis: str, conversation: ConversationId, took: Event, let_go: Event) -> int:
    """In an event loop of its own: try until the lease is to be had, and keep it; how many turns were taken."""

    async def work() -> int:
        async with process(stage, database, redis) as runtime, asyncio.timeout(10):
            while True:
                async with runtime.leases.hold(lease_of(conversation), ttl=LEASE) as held:
                    if held:
                        taken = await converse(runtime, conversation)
                        took.set()
                        await asyncio.to_thread(let_go.wait)
                        return taken
                await asyncio.sleep(0.05)

    return asyncio.run(work())


@pytest.mark.parametrize("stalls_before", [READS, WRITES])
async def test_its_turn_is_taken_by_another_and_what_it_would_write_is_refused(
    stalls_before: int, postgresql_url: str, redis_server: str, clock: ManualClock
) -> None:
    store, took, let_go = Database(postgresql_url), Event(), Event()
    stage = Stage(store, clock)
    await stage.hear("hello")
    conversation = (await stage.at()).id
    async with process(stage, postgresql_url, redis_server) as mine:
        stalling = replace(mine, store=StallsBefore(mine.store, stalls_before, took))
        with structlog.testing.capture_logs() as logs:
            async with stalling.leases.hold(lease_of(conversation), ttl=LEASE) as held:
                assert held
                other = asyncio.create_task(
                    asyncio.to_thread(take_over, stage, postgresql_url, redis_server, conversation, took, let_go)
                )
                await asyncio.sleep(0.1)
                taken = await converse(stalling, conversation)
                await asyncio.sleep(LEASE.total_seconds())
                let_go.set()
    said = [line["event"] for line in logs]
    assert await other == 1, "the other takes the turn while this one stands still"
    assert taken == 0, "and this one, awake again, takes none"
    assert "a lease was lost while it was held" in said
    assert ("somebody else wrote to this conversation; taking the turn again" in said) == (stalls_before == WRITES)
    async with store.transaction() as uow:
        assert not await uow.inbox.waiting(conversation, clock.now())
        events = await uow.conversations.events(conversation)
    assert sum(isinstance(event, UserUttered) for event in events) == 1
    await stage.settle()
    assert len(stage.sms.texts()) == 1, "nothing is said twice"
    await store.close()
