"""What every store keeps of segments: who is in them, how far they are worked out, what journeys are to be told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain.audience import Segment, Working
from bot.domain.ids import ProfileId
from bot.ports import Store, UnitOfWork
from tests.contracts.samples import ANNA, BEN, NOON, enrolment, journey, opened, profile

BIG = Segment("big", "profile.size > 20")
PEOPLE = [ProfileId(f"p{number:02}") for number in range(10)]


async def ten_people(uow: UnitOfWork) -> None:
    """Sizes from 0 to 45."""
    for number, name in enumerate(PEOPLE):
        await uow.profiles.add(profile(name, attributes={"size": number * 5}))


async def work_out(uow: UnitOfWork, segment: Segment = BIG, *, limit: int = 100) -> list[int]:
    """Chunk by chunk; how many changes there were in each."""
    after: str | None = ""
    changes = []
    while after is not None:
        after, changed = await uow.segments.work_out(segment, after, NOON, limit=limit)
        changes.append(changed)
    return changes


async def told(uow: UnitOfWork, limit: int = 100) -> list[tuple[str, bool]]:
    return [(one.profile_id, one.entered) for one in await uow.segments.claim_changes(limit)]


async def test_people_come_into_segments_and_leave_them(store: Store) -> None:
    async with store.transaction() as uow:
        for _ in range(2):
            await uow.segments.enter(ANNA, "big", NOON)
        await uow.segments.enter(ANNA, "new", NOON + timedelta(days=1))
        await uow.segments.enter(BEN, "big", NOON)
    async with store.transaction() as uow:
        assert await uow.segments.of(ANNA) == {"big": NOON, "new": NOON + timedelta(days=1)}
        assert await uow.segments.members("big", limit=5) == [ANNA, BEN]
        assert await uow.segments.members("big", after=ANNA, limit=5) == [BEN]
        assert await uow.segments.count_members("big") == 2
        await uow.segments.leave(ANNA, "big")
        await uow.segments.leave(ANNA, "big")
        assert set(await uow.segments.of(ANNA)) == {"new"}
        assert set(await uow.segments.of(BEN)) == {"big"}


async def test_the_database_says_who_belongs_and_queues_what_changed(store: Store) -> None:
    async with store.transaction() as uow:
        await ten_people(uow)
        await uow.segments.enter(PEOPLE[0], "big", NOON)
        await uow.segments.enter(PEOPLE[9], "big", NOON)
        await uow.segments.enter(PEOPLE[0], "other", NOON)
    async with store.transaction() as uow:
        assert await work_out(uow) == [5]
        assert await uow.segments.members("big", limit=100) == PEOPLE[5:]
        assert sorted(await told(uow)) == [(PEOPLE[0], False), *((one, True) for one in PEOPLE[5:9])]
        assert set(await uow.segments.of(PEOPLE[0])) == {"other"}
        assert await work_out(uow) == [0]
        assert len(await told(uow)) == 5


async def test_chunks_lead_to_the_same_members(store: Store) -> None:
    async with store.transaction() as uow:
        await ten_people(uow)
        assert await work_out(uow, limit=3) == [0, 1, 3, 1]
        assert await work_out(uow, limit=5) == [0, 0, 0]
        assert await uow.segments.members("big", limit=100) == PEOPLE[5:]


async def test_nobody_at_all_is_worked_out_at_once(store: Store) -> None:
    async with store.transaction() as uow:
        assert await work_out(uow) == [0]


async def test_the_database_finds_and_counts_people(store: Store) -> None:
    async with store.transaction() as uow:
        await ten_people(uow)
        assert await uow.segments.count(BIG.condition, NOON) == 5
        assert await uow.segments.find(BIG.condition, NOON, limit=2) == PEOPLE[5:7]
        assert await uow.segments.count("days_since(profile.created_on) == 2", NOON + timedelta(days=2)) == 10


async def test_a_working_comes_back_as_it_was(store: Store) -> None:
    working = Working("big", "1", NOON, "p03")
    async with store.transaction() as uow:
        assert await uow.segments.claim("big") is None
        await uow.segments.save(working)
        await uow.segments.save(Working("old", "1", NOON, "", NOON))
        await uow.segments.save(replace(working, after="", finished_at=NOON))
        assert await uow.segments.claim("big") == replace(working, after="", finished_at=NOON)
        await uow.segments.drop("old")
        assert [one.name for one in await uow.segments.workings()] == ["big"]


async def test_two_workers_never_work_out_the_same_segment(postgresql_url: str) -> None:
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        async with one.transaction() as uow:
            await uow.segments.save(Working("big", "1", NOON))
        async with one.transaction() as mine, other.transaction() as yours:
            assert await mine.segments.claim("big") is not None
            assert await yours.segments.claim("big") is None


async def test_a_change_that_is_true_no_more_is_not_told(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.segments.queue(ANNA, "big", entered=True, at=NOON)
        await uow.segments.queue(BEN, "big", entered=False, at=NOON)
        await uow.segments.enter(BEN, "big", NOON)
        await uow.segments.queue(BEN, "big", entered=True, at=NOON)
        assert await told(uow) == [(BEN, True)]
        (kept,) = await uow.segments.claim_changes(100)
        await uow.segments.told([kept.position])
        assert await told(uow) == []


async def test_a_change_that_failed_is_not_claimed_again(store: Store) -> None:
    async with store.transaction() as uow:
        for name in (ANNA, BEN):
            await uow.segments.enter(name, "big", NOON)
            await uow.segments.queue(name, "big", entered=True, at=NOON)
        first, _ = await uow.segments.claim_changes(100)
        await uow.segments.failed(first.position, "")
        assert await told(uow) == [(BEN, True)]


async def test_changes_that_nobody_waits_for_are_forgotten(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.enrolments.publish(journey())
        await uow.enrolments.add(enrolment("e1", of=ANNA))
        for name in (BEN, ANNA, *PEOPLE):
            await uow.segments.enter(name, "big", NOON)
            await uow.segments.queue(name, "big", entered=True, at=NOON)
        assert await uow.segments.drop_unheard(2) == 1
        assert await uow.segments.drop_unheard(100) == 10
        assert await told(uow) == [(ANNA, True)]


async def test_two_workers_never_claim_the_same_change(postgresql_url: str) -> None:
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        async with one.transaction() as uow:
            for name in (ANNA, BEN):
                await uow.segments.enter(name, "big", NOON)
                await uow.segments.queue(name, "big", entered=True, at=NOON)
        async with one.transaction() as mine, other.transaction() as yours:
            assert [*await told(mine, 1), *await told(yours)] == [(ANNA, True), (BEN, True)]


async def test_working_out_waits_for_whoever_is_changing_the_person(postgresql_url: str) -> None:
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        async with one.transaction() as uow:
            await uow.profiles.add(profile(ANNA, attributes={"size": 50}))
        async with asyncio.TaskGroup() as tasks, one.transaction() as uow:
            await uow.profiles.lock(ANNA)
            await uow.profiles.save(profile(ANNA, attributes={"size": 5}))
            working = tasks.create_task(_alone(other))
            await asyncio.sleep(0.2)
            assert not working.done()
        assert working.result() == [0]
        async with one.transaction() as uow:
            assert not await uow.segments.of(ANNA)


async def _alone(store: Store) -> list[int]:
    async with store.transaction() as uow:
        return await work_out(uow)
