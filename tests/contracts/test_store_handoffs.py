"""Every store keeps hand-offs: who asked for one, who holds it, and whose turn it is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.consent import Purpose
from bot.domain.delivery import OutboxStatus
from bot.domain.errors import Conflict
from bot.domain.handoff import HandoffState
from bot.ports import Store
from tests.contracts.samples import (
    ANNA,
    BEN,
    CHAT,
    NOON,
    OTHER_CHAT,
    add_chat,
    conversation,
    entry,
    handoff,
    profile,
)


async def test_a_conversation_has_one_open_handoff(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.handoffs.add(handoff("h1"))
        assert await uow.handoffs.get(handoff("h1").id) == handoff("h1")
        assert await uow.handoffs.open_in(CHAT) == handoff("h1")
        assert await uow.handoffs.open_for(ANNA) == handoff("h1")
    with pytest.raises(Conflict):
        async with store.transaction() as uow:
            await uow.handoffs.add(handoff("h2"))
    async with store.transaction() as uow:
        await uow.handoffs.save(replace(handoff("h1"), state=HandoffState.CLOSED, version=1))
        assert await uow.handoffs.open_in(CHAT) is None
        assert await uow.handoffs.open_for(ANNA) is None
        latest = await uow.handoffs.latest_in(CHAT)
        assert latest is not None
        assert latest.id == handoff("h1").id
        await uow.handoffs.add(handoff("h2"))
        with pytest.raises(LookupError, match="h3"):
            await uow.handoffs.get(handoff("h3").id)


async def test_of_a_persons_handoffs_the_claimed_one_comes_before_a_later_one(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.conversations.add(conversation(OTHER_CHAT))
        await uow.handoffs.add(handoff("h1"))
        later = replace(handoff("h2", in_=OTHER_CHAT), created_at=NOON + timedelta(minutes=1))
        await uow.handoffs.add(later)
        assert await uow.handoffs.open_for(ANNA) == later
        claimed = replace(handoff("h1"), state=HandoffState.CLAIMED, rep="Sam", version=1)
        await uow.handoffs.save(claimed)
        assert await uow.handoffs.open_for(ANNA) == claimed


async def test_of_two_reps_who_claim_one_wins(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.handoffs.add(handoff("h1"))
    claimed = replace(handoff("h1"), state=HandoffState.CLAIMED, rep="Sam", version=1)
    async with store.transaction() as uow:
        await uow.handoffs.save(claimed)
    with pytest.raises(Conflict):
        async with store.transaction() as uow:
            await uow.handoffs.save(replace(claimed, rep="Kim"))
    async with store.transaction() as uow:
        assert await uow.handoffs.get(claimed.id) == claimed


async def test_a_rep_holds_what_they_claimed_and_is_still_open_the_latest_first(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.conversations.add(conversation(OTHER_CHAT))
        first = handoff("h1")
        second = replace(handoff("h2", in_=OTHER_CHAT), created_at=NOON + timedelta(minutes=1))
        for one in (first, second):
            await uow.handoffs.add(one)
            assert one not in await uow.handoffs.held_by(one.desk, one.rep, limit=9), "nobody has claimed it"
        claimed = [replace(one, state=HandoffState.CLAIMED, rep="Sam", version=1) for one in (second, first)]
        for one in claimed:
            await uow.handoffs.save(one)
        assert list(await uow.handoffs.held_by(first.desk, "Sam", limit=9)) == claimed
        assert list(await uow.handoffs.held_by(first.desk, "Sam", limit=1)) == claimed[:1]
        assert list(await uow.handoffs.held_by(first.desk, "Kim", limit=9)) == []
        assert list(await uow.handoffs.held_by("teams", "Sam", limit=9)) == []
        await uow.handoffs.save(replace(claimed[0], state=HandoffState.CLOSED, version=2))
        assert list(await uow.handoffs.held_by(first.desk, "Sam", limit=9)) == claimed[1:]


async def test_a_rep_holds_what_they_are_offered_too_and_what_is_open_is_counted(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.conversations.add(conversation(OTHER_CHAT))
        offered = replace(handoff("h1"), offered_to="Kim", offered_why="her turn")
        claimed = replace(handoff("h2", in_=OTHER_CHAT), offered_to="Kim")
        await uow.handoffs.add(offered)
        await uow.handoffs.add(claimed)
        await uow.handoffs.save(replace(claimed, state=HandoffState.CLAIMED, rep="Sam", version=1))
        assert list(await uow.handoffs.held_by(offered.desk, "Kim", limit=9)) == [offered]
        number, workload = await uow.handoffs.begin_turn(offered.desk, offered.desk_address)
        assert (number, dict(workload.open), dict(workload.turns)) == (1, {"Kim": 1, "Sam": 1}, {})


async def test_what_a_desk_was_asked_to_take_is_found_by_time_and_what_is_open_oldest_first(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.conversations.add(conversation(OTHER_CHAT))
        first = handoff("h1")
        second = replace(handoff("h2", in_=OTHER_CHAT), created_at=NOON + timedelta(minutes=1))
        for one in (second, first):
            await uow.handoffs.add(one)
        place, late = (first.desk, first.desk_address), NOON + timedelta(hours=1)
        assert list(await uow.handoffs.asked_between(*place, NOON, late, limit=9)) == [second, first]
        assert list(await uow.handoffs.asked_between(*place, NOON, second.created_at, limit=9)) == [first]
        assert list(await uow.handoffs.asked_between(first.desk, "#elsewhere", NOON, late, limit=9)) == []
        assert list(await uow.handoffs.open_longest(*place, late, limit=9)) == [first, second]
        assert list(await uow.handoffs.open_longest(*place, second.created_at, limit=9)) == [first]
        closed = replace(first, state=HandoffState.CLOSED, rep="Sam", version=1, claimed_at=second.created_at)
        await uow.handoffs.save(closed)
        assert list(await uow.handoffs.open_longest(*place, late, limit=9)) == [second]
        assert await uow.handoffs.get(first.id) == closed


async def test_what_is_open_at_any_desk_is_listed_the_oldest_first(store: Store) -> None:
    later = replace(handoff("h2", in_=OTHER_CHAT), created_at=NOON + timedelta(minutes=1), desk="desk")
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.conversations.add(conversation(OTHER_CHAT))
        await uow.handoffs.add(later)
        await uow.handoffs.add(handoff("h1"))
        assert await uow.handoffs.all_open(limit=9) == [handoff("h1"), later]
        assert await uow.handoffs.all_open(limit=1) == [handoff("h1")]
        await uow.handoffs.save(replace(handoff("h1"), state=HandoffState.CLOSED, version=1))
        assert await uow.handoffs.all_open(limit=9) == [later]


async def test_turns_of_a_desk_are_numbered_and_each_rep_has_their_last(store: Store) -> None:
    for rep in ("Kim", "Sam", "Kim"):
        async with store.transaction() as uow:
            number, _ = await uow.handoffs.begin_turn("slack", "#sales")
            await uow.handoffs.took_turn("slack", "#sales", rep, number)
    async with store.transaction() as uow:
        number, workload = await uow.handoffs.begin_turn("slack", "#sales")
        assert (number, dict(workload.turns)) == (4, {"Kim": 3, "Sam": 2})
        assert (await uow.handoffs.begin_turn("slack", "#support"))[0] == 1


async def test_of_claims_in_the_same_moment_one_wins_on_either_database(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.handoffs.add(handoff("h1"))
    start = asyncio.Event()

    async def press(rep: str) -> bool:
        await start.wait()
        try:
            async with store.transaction() as uow:
                read = await uow.handoffs.get(handoff("h1").id)
                if read.state is HandoffState.CLAIMED:
                    return False
                await asyncio.sleep(0)
                await uow.handoffs.save(replace(read, state=HandoffState.CLAIMED, rep=rep, version=read.version + 1))
        except Conflict:
            return False
        return True

    async with asyncio.TaskGroup() as reps:
        pressed = {rep: reps.create_task(press(rep)) for rep in (f"rep {number}" for number in range(8))}
        start.set()
    winners = [rep for rep, task in pressed.items() if task.result()]
    async with store.transaction() as uow:
        assert [(await uow.handoffs.get(handoff("h1").id)).rep] == winners


async def test_turns_that_begin_together_are_each_taken_once(store: Store) -> None:
    async def take() -> int:
        async with store.transaction() as uow:
            number, _ = await uow.handoffs.begin_turn("slack", "#sales")
            await uow.handoffs.took_turn("slack", "#sales", f"rep {number}", number)
        return number

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(take()) for _ in range(12)]
    assert sorted(task.result() for task in tasks) == list(range(1, 13))


async def test_a_handoff_is_found_by_the_thread_of_its_card(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.profiles.add(profile(BEN))
        await uow.handoffs.add(handoff("h1"))
        card = entry("card of h1", channel="slack")
        await uow.outbox.add(card)
        assert await uow.handoffs.in_thread("slack", "17.1") is None
        await uow.outbox.settle(replace(card, status=OutboxStatus.SENT, vendor_id="17.1"))
        assert await uow.handoffs.in_thread("slack", "17.1") == handoff("h1")
        assert await uow.handoffs.in_thread("slack", "17.2") is None
        assert await uow.handoffs.in_thread("teams", "17.1") is None


async def test_what_a_desk_was_told_of_a_conversation_is_read_in_order_whatever_became_of_it(store: Store) -> None:
    async with store.transaction() as uow:
        told = [entry(key, purpose=Purpose.DESK) for key in ("first", "second", "third")]
        elsewhere = entry("elsewhere", purpose=Purpose.DESK, conversation_id=OTHER_CHAT)
        for one in (*told, elsewhere, entry("answer")):
            await uow.outbox.add(one)
        await uow.outbox.settle(replace(told[0], status=OutboxStatus.SENT, vendor_id="1", attempts=1))
    async with store.transaction() as uow:
        found = await uow.outbox.in_conversation(CHAT, Purpose.DESK, limit=9)
        assert [one.key for one in found] == ["first", "second", "third"]
        latest = await uow.outbox.in_conversation(CHAT, Purpose.DESK, limit=2)
        assert [one.key for one in latest] == ["second", "third"]


async def test_a_handoff_is_found_by_a_line_that_its_desk_shows_by_itself(store: Store) -> None:
    """As one does whose card was deleted there; what was told to another desk is none of the customer's."""
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.profiles.add(profile(BEN))
        await uow.handoffs.add(handoff("h1"))
        own, another = ["relay:m1:in", "relay:overdue:h1:1:0"], ["elsewhere:m1", "relay:overdue:h1:1:0:desk"]
        for key in (*own, *another):
            told = replace(entry(key, channel="slack"), conversation_id=handoff("h1").conversation_id)
            await uow.outbox.add(told)
            await uow.outbox.settle(replace(told, status=OutboxStatus.SENT, vendor_id=f"of {key}"))
        found = [key for key in (*own, *another) if await uow.handoffs.in_thread("slack", f"of {key}") is not None]
        assert found == own, "the last key is as earlier versions had it"
