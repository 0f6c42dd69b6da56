"""What is read of many people at once, and what is left to the end of a transaction: the same as one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Conflict
from bot.domain.handoff import HandoffState
from bot.domain.ids import ConversationId
from bot.domain.person import Identity
from bot.domain.score import ScoreChange
from bot.ports import Store, UnitOfWork
from tests.contracts.samples import ANNA, BEN, NOON, add_chat, enrolment, entry, handoff, journey, profile

LATER = NOON + timedelta(hours=1)


def change(rule: str, points: int = 5) -> ScoreChange:
    return ScoreChange(ANNA, f"{ANNA}:{rule}", "fit", points, "a test", rule, NOON)


async def add_people(uow: UnitOfWork) -> None:
    await uow.profiles.add(profile(BEN))
    await add_chat(uow)
    await uow.profiles.claim(ANNA, Identity("phone", "+447700900123", verified=True), NOON)
    await uow.scores.add(change("a"))
    await uow.enrolments.publish(journey())


async def everything(uow: UnitOfWork) -> list[object]:
    found: list[object] = []
    for person in (ANNA, BEN):
        found += [
            await uow.profiles.get(person),
            await uow.profiles.identities(person),
            await uow.scores.of(person),
            await uow.conversations.of(person),
            await uow.handoffs.open_for(person),
        ]
    return found


async def test_people_who_are_expected_are_read_as_others_are(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        await uow.handoffs.add(handoff("h1"))
        before = await everything(uow)
        uow.expect({ANNA, BEN})
        assert await everything(uow) == before
        chat = (await uow.conversations.of(ANNA))[0]
        assert await uow.conversations.at_of(ANNA, chat.channel, chat.address) == chat
        assert await uow.conversations.at_of(BEN, chat.channel, chat.address) == chat
        assert await uow.conversations.at_of(BEN, chat.channel, "elsewhere") is None


async def test_what_a_transaction_writes_of_somebody_it_reads_again(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        uow.expect({ANNA, BEN})
        await everything(uow)
        changed = (await uow.profiles.get(ANNA)).with_attribute("size", 2)
        await uow.profiles.save(changed)
        await uow.profiles.claim(ANNA, Identity("email", "anna@example.com"), NOON)
        await uow.scores.add(change("b"))
        await uow.scores.add_at_end(change("c"))
        (chat,) = await uow.conversations.of(ANNA)
        await uow.conversations.save(replace(chat, last_message_at=LATER, version=chat.version + 1))
        await uow.handoffs.add(handoff("h1"))
        assert await uow.profiles.get(ANNA) == changed
        assert [one.kind for one in await uow.profiles.identities(ANNA)] == ["email", "phone"]
        assert [one.rule for one in await uow.scores.of(ANNA)] == ["a", "b", "c"]
        assert (await uow.conversations.of(ANNA))[0].last_message_at == LATER
        opened = await uow.handoffs.open_for(ANNA)
        assert opened is not None
        await uow.handoffs.save(replace(opened, state=HandoffState.CLOSED, version=opened.version + 1))
        assert await uow.handoffs.open_for(ANNA) is None


async def test_somebody_who_is_expected_can_be_read_afresh(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        uow.expect({ANNA})
        assert await uow.profiles.fresh(ANNA) == await uow.profiles.get(ANNA)


async def test_what_is_left_to_the_end_is_written_in_order_and_once(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        assert await uow.enrolments.add(enrolment("e1"))
        for key in ("one", "two", "one"):
            await uow.outbox.add_at_end(entry(key, conversation_id=ConversationId("chat")))
        await uow.scores.add_at_end(change("a", points=99))
        await uow.enrolments.save_at_end(enrolment("e1", seq=1, step="later", due_at=LATER))
    async with store.transaction() as uow:
        assert (await uow.enrolments.get(enrolment("e1").id)).step == "later"
        assert [one.points for one in await uow.scores.of(ANNA)] == [5]
        claimed = await uow.outbox.claim(NOON, 10, stale_after=timedelta(minutes=1))
        assert [one.key for one in claimed] == ["one"]
        assert not await uow.outbox.add(entry("two"))


async def test_who_is_saved_twice_in_a_transaction_stands_where_the_second_says(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        assert await uow.enrolments.add(enrolment("e1"))
        await uow.enrolments.save_at_end(enrolment("e1", seq=1, step="a"))
        await uow.enrolments.save_at_end(enrolment("e1", seq=2, step="b"))
        assert [one.step for one in await uow.enrolments.waiting(ANNA)] == ["b"]
        await uow.enrolments.save(enrolment("e1", seq=3, step="c"))
        assert (await uow.enrolments.get(enrolment("e1").id)).step == "c"


async def test_who_moved_meanwhile_is_told_at_the_end(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        for number in range(3):
            assert await uow.enrolments.add(enrolment(f"e{number}", lane=str(number)))
        await uow.enrolments.save(enrolment("e1", seq=1))
    with pytest.raises(Conflict, match="1 enrolments are not where they were"):  # noqa: PT012
        async with store.transaction() as uow:
            for number in range(3):
                await uow.enrolments.save_at_end(enrolment(f"e{number}", seq=1, step="lost", reason="\0odd"))
    async with store.transaction() as uow:
        assert [one.step for one in await uow.enrolments.waiting(ANNA)] == ["begin"] * 3
