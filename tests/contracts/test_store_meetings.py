"""Every store keeps a rep's time in one meeting at most, however many ask for it at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.domain.ids import HandoffId
from bot.domain.meeting import QUARTER, Meeting, MeetingState
from bot.ports import Store, UnitOfWork
from tests.contracts.samples import ANNA, CHAT, NOON, conversation, profile


def meeting(name: str, *, after: timedelta = timedelta(), length: int = 2, rep: str = "Kim") -> Meeting:
    starts = NOON + after
    return Meeting(name, rep, HandoffId("h1"), ANNA, CHAT, starts, starts + length * QUARTER, NOON)


async def people(uow: UnitOfWork) -> None:
    await uow.profiles.add(profile(ANNA))
    await uow.conversations.add(conversation(CHAT))


async def test_a_meeting_takes_a_reps_time_until_it_is_cancelled(store: Store) -> None:
    async with store.transaction() as uow:
        await people(uow)
        assert await uow.meetings.book(meeting("m1"))
        assert await uow.meetings.get("m1") == meeting("m1")
        assert await uow.meetings.get("m2") is None
        assert list(await uow.meetings.taken("Kim", NOON, NOON + QUARTER)) == [NOON]
        assert not await uow.meetings.book(meeting("m2", after=QUARTER, length=4)), "it would overlap"
        assert await uow.meetings.get("m2") is None
        assert len(await uow.meetings.taken("Kim", NOON, NOON + timedelta(days=1))) == 2, "nothing of it is taken"
        assert await uow.meetings.book(meeting("m3", rep="Sam"))
        assert await uow.meetings.book(meeting("m4", after=2 * QUARTER))
        assert [one.id for one in await uow.meetings.of_rep("Kim", NOON, limit=9)] == ["m1", "m4"]
        assert await uow.meetings.cancel("m1")
        assert not await uow.meetings.cancel("m1")
        kept = await uow.meetings.get("m1")
        assert kept is not None
        assert kept.state is MeetingState.CANCELLED
        assert [one.id for one in await uow.meetings.of_rep("Kim", NOON, limit=9)] == ["m4"]
        assert [one.id for one in await uow.meetings.of_person(ANNA, NOON, limit=9)] == ["m3", "m4"]
        assert not await uow.meetings.of_person(ANNA, NOON + timedelta(days=1), limit=9)
        assert await uow.meetings.book(meeting("m5"))


async def test_a_meeting_takes_over_the_time_that_it_shares_with_the_one_in_whose_place_it_comes(store: Store) -> None:
    async with store.transaction() as uow:
        await people(uow)
        first, other = meeting("m1"), meeting("m2", after=3 * QUARTER)
        assert await uow.meetings.book(first)
        assert await uow.meetings.book(other)
        assert not await uow.meetings.book(meeting("m3", after=QUARTER, length=3), instead=first), "it meets another"
        assert not await uow.meetings.book(meeting("m3", after=QUARTER)), "nobody has taken the place of the first"
        assert await uow.meetings.book(meeting("m4", after=QUARTER), instead=first)
        assert await uow.meetings.cancel("m1")
        taken = await uow.meetings.taken("Kim", NOON, NOON + 3 * QUARTER)
        assert sorted(taken) == [NOON + QUARTER, NOON + 2 * QUARTER]


async def test_of_many_who_want_overlapping_times_at_once_no_two_get_them(store: Store) -> None:
    async with store.transaction() as uow:
        await people(uow)

    async def book(number: int) -> Meeting | None:
        wanted = meeting(f"m{number}", after=(number % 3) * QUARTER)
        async with store.transaction() as uow:
            return wanted if await uow.meetings.book(wanted) else None

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(book(number)) for number in range(9)]
    booked = [one for task in tasks if (one := task.result()) is not None]
    quarters = [quarter for one in booked for quarter in one.quarters]
    assert booked
    assert len(quarters) == len(set(quarters))
    async with store.transaction() as uow:
        assert sorted(await uow.meetings.taken("Kim", NOON, NOON + timedelta(days=1))) == sorted(quarters)
