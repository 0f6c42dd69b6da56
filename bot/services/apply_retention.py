"""Apply retention: delete what has been kept long enough, a little at a time, and note what went.

Only rules that say so delete; what the others would is counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.audit import Deed
from bot.domain.retention import DataClass
from bot.domain.sending_rules import RetentionRule
from bot.ports import UnitOfWork
from bot.services.erase_person import erase_person
from bot.services.runtime import Runtime

log = structlog.get_logger()

BATCH = 500
PEOPLE_AT_ONCE = {DataClass.VISITORS: 20, DataClass.PEOPLE: 1}
"""A transaction should be short. What a known person is named in on the feeds is looked for on all of them, which may
take a second, and on a store with one writer no message is taken meanwhile; feeds keep visitors for their own time."""

PAUSE = timedelta(milliseconds=20)
"""Between batches: nobody waits for this, and others wait for the store."""

EVERY = timedelta(days=1)
LOOK_AGAIN = timedelta(hours=1)
LEASE = timedelta(minutes=2)
APPLIED = "retention.applied"

UNCLAIMED = timedelta(days=7)
"""A vendor may tell of a message before we know that they took it, which is a matter of minutes, or of days where a
process died in between. What is told of messages that are none of ours is forgotten after this, whatever the rules say:
it is nobody's, and whoever has the vendor's secret may send any amount of it."""


@dataclass(frozen=True, slots=True)
class Due:
    """How much of a class of data is older than its rule lets it become."""

    kind: DataClass
    rule: RetentionRule
    count: int


class Retention:
    """Applies the rules once a day, in one process at a time."""

    def __init__(self, stopping: Callable[[], bool] = lambda: False) -> None:
        self._next: datetime | None = None
        self._stopping = stopping

    async def keep(self, runtime: Runtime) -> int:
        """Nothing is left to be done at once, so always 0."""
        now = runtime.clock.now()
        if self._next is not None and now < self._next:
            return 0
        self._next = now + LOOK_AGAIN
        async with runtime.leases.hold("retention", ttl=LEASE) as held:
            if held:
                await apply_retention(runtime, who="the worker", stopping=self._stopping)
                self._next = now + EVERY
        return 0


async def what_is_due(uow: UnitOfWork, runtime: Runtime, now: datetime) -> list[Due]:
    """What is older than each rule in force allows, whether it deletes or not."""
    rules = runtime.library.current().rules.retention_of(now)
    return [Due(kind, rule, await uow.retention.count(kind, now - rule.keep)) for kind, rule in rules.items()]


async def apply_retention(
    runtime: Runtime, *, who: str, stopping: Callable[[], bool] = lambda: False
) -> Mapping[DataClass, int]:
    """How many of each class were deleted; each rule that deleted something is in the audit log."""
    now = runtime.clock.now()
    await _forget_unclaimed(runtime, now - UNCLAIMED, stopping)
    gone: dict[DataClass, int] = {}
    for kind, rule in runtime.library.current().rules.retention_of(now).items():
        if not rule.deletes:
            continue
        gone[kind] = await _apply(runtime, kind, rule, now, stopping)
        if not gone[kind]:
            continue
        detail = {"data": kind.value, "deleted": gone[kind], "older_than": (now - rule.keep).isoformat()}
        async with runtime.store.transaction() as uow:
            await uow.audit.note(Deed(APPLIED, who, rule.id, detail=detail), now)
        log.info("what was kept long enough was deleted", data=kind.value, rule=rule.id, count=gone[kind])
    return gone


async def _forget_unclaimed(runtime: Runtime, before: datetime, stopping: Callable[[], bool]) -> None:
    gone = 0
    while not stopping():
        async with runtime.store.transaction() as uow:
            dropped = await uow.retention.drop_unclaimed(before, limit=BATCH)
        gone += dropped
        if dropped < BATCH:
            break
        await asyncio.sleep(PAUSE.total_seconds())
    if gone:
        log.info("what vendors told of messages that nobody here knows was deleted", count=gone)


async def _apply(
    runtime: Runtime, kind: DataClass, rule: RetentionRule, now: datetime, stopping: Callable[[], bool]
) -> int:
    before, after, gone = now - rule.keep, "", 0
    while not stopping():
        if kind in (DataClass.VISITORS, DataClass.PEOPLE):
            count, reached = await _drop_people(runtime, kind, rule, before, after, now)
        else:
            count, reached = await _drop(runtime, kind, before, after)
        gone += count
        if reached is None:
            break
        after = reached
        await asyncio.sleep(PAUSE.total_seconds())
    return gone


async def _drop(runtime: Runtime, kind: DataClass, before: datetime, after: str) -> tuple[int, str | None]:
    async with runtime.store.transaction() as uow:
        dropped = await uow.retention.drop(kind, before, after=after, limit=BATCH)
        if runtime.attachments is not None:
            for place in dropped.files:  # those that cannot be deleted would never be found again
                await runtime.attachments.drop(place)
    return dropped.count, dropped.reached


async def _drop_people(
    runtime: Runtime, kind: DataClass, rule: RetentionRule, before: datetime, after: str, now: datetime
) -> tuple[int, str | None]:
    """People who are known get a receipt, and their opt-outs stay; of a mere browser nothing is remembered."""
    async with runtime.store.transaction() as uow:
        page = await uow.retention.idle(kind, before, after=after, limit=PEOPLE_AT_ONCE[kind])
        if kind is DataClass.PEOPLE:
            for person in page.people:
                await erase_person(uow, runtime, person, who=f"the retention rule {rule.id}", now=now, asked=False)
        else:
            files = [file.place for person in page.people for file in await uow.files.of(person)]
            if runtime.attachments is not None:
                for place in files:
                    await runtime.attachments.drop(place)
            await uow.retention.forget(page.people)
    return len(page.people), page.reached
