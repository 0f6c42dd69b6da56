"""Every store keeps the inbox: each message once, in its order, until its turn is taken."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.consent import Purpose
from bot.domain.message import OpenForm
from bot.ports import Inbox, Store
from tests.contracts.samples import (
    BEN,
    CHAT,
    NOON,
    OTHER_CHAT,
    add_chat,
    message,
)


async def texts(inbox: Inbox, at_minute: int = 0) -> list[str]:
    due = await inbox.waiting(CHAT, NOON + timedelta(minutes=at_minute))
    return [entry.inbound.vendor_id for entry in due]


async def test_a_message_is_taken_once_for_each_channel(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        assert await uow.inbox.add(CHAT, message("m1"), NOON)
        assert not await uow.inbox.add(CHAT, message("m1"), NOON)
        assert await uow.inbox.add(CHAT, message("m1", channel="sms"), NOON)
    async with store.transaction() as uow:
        assert not await uow.inbox.add(CHAT, message("m1"), NOON)
        (entry,) = [one for one in await uow.inbox.waiting(CHAT, NOON) if one.inbound.channel == "webchat"]
        await uow.inbox.done(entry, NOON)
        assert not await uow.inbox.add(CHAT, message("m1"), NOON), "also after it was answered"


async def test_messages_wait_in_the_order_of_arrival(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        for name in ("m1", "m2", "m3"):
            await uow.inbox.add(CHAT, message(name, text=f"text of {name}"), NOON)
    async with store.transaction() as uow:
        waiting = await uow.inbox.waiting(CHAT, NOON)
        assert [one.inbound for one in waiting] == [
            message(name, text=f"text of {name}") for name in ("m1", "m2", "m3")
        ]
        assert [one.position for one in waiting] == sorted(one.position for one in waiting)
        assert {(one.conversation_id, one.received_at, one.attempts) for one in waiting} == {(CHAT, NOON, 0)}
        await uow.inbox.done(waiting[0], NOON)
        assert await texts(uow.inbox) == ["m2", "m3"]


async def test_what_a_clock_that_is_ahead_took_first_is_not_overtaken(store: Store) -> None:
    ahead = NOON + timedelta(seconds=25)
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.inbox.add(CHAT, message("m1"), ahead)
        await uow.inbox.add(CHAT, message("m2"), NOON)
        await uow.inbox.add(CHAT, message("later"), NOON, due_at=ahead)
        assert await texts(uow.inbox) == ["m1", "m2"]


async def test_the_longest_waiting_conversation_comes_first(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await add_chat(uow, OTHER_CHAT, of=BEN)
        await uow.inbox.add(OTHER_CHAT, message("m1"), NOON)
        await uow.inbox.add(CHAT, message("m2"), NOON)
        await uow.inbox.add(OTHER_CHAT, message("m3"), NOON)
        assert await uow.inbox.waiting_conversations(NOON, 10) == [OTHER_CHAT, CHAT]
        assert await uow.inbox.waiting_conversations(NOON, 1) == [OTHER_CHAT]
        assert await uow.inbox.waiting_conversations(NOON - timedelta(seconds=1), 10) == []


async def test_a_question_that_is_put_off_holds_up_no_message(store: Store) -> None:
    question = OpenForm("webchat", "e1:ask:1", "address", "demo_form", "e1", Purpose.MARKETING)
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.inbox.add(CHAT, question, NOON)
        (waiting,) = await uow.inbox.waiting(CHAT, NOON)
        await uow.inbox.put_off(waiting.position, NOON + timedelta(minutes=5))
        assert await uow.inbox.waiting_conversations(NOON, 10) == []
        await uow.inbox.add(CHAT, message("m1"), NOON)
        assert await texts(uow.inbox) == ["m1"]
        assert await texts(uow.inbox, at_minute=5) == ["e1:ask:1", "m1"]


async def test_what_was_put_off_for_a_reason_is_due_once_it_holds_no_more(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        for name in ("m1", "m2", "m3"):
            await uow.inbox.add(CHAT, message(name), NOON)
        for one, why in zip(await uow.inbox.waiting(CHAT, NOON), ("gone", "gone", "another"), strict=True):
            await uow.inbox.put_off(one.position, NOON + timedelta(days=1), why=why)
        assert await uow.inbox.resume([], NOON) == 0
        assert await uow.inbox.resume(["gone", "unheard of"], NOON) == 2
        assert await uow.inbox.resume(["gone"], NOON) == 0
        assert await texts(uow.inbox) == ["m1", "m2"]


async def test_what_is_called_off_has_no_turn(store: Store) -> None:
    later = NOON + timedelta(minutes=5)
    async with store.transaction() as uow:
        await add_chat(uow)
        for name in ("m1", "m2"):
            await uow.inbox.add(CHAT, message(name), NOON, due_at=later)
        await uow.inbox.call_off("webchat", "m1", NOON)
        await uow.inbox.call_off("webchat", "unheard of", NOON)
        assert await texts(uow.inbox, at_minute=5) == ["m2"]
        assert not await uow.inbox.add(CHAT, message("m1"), NOON), "it was taken once"


async def test_what_waits_may_have_its_turn_in_another_conversation(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await add_chat(uow, OTHER_CHAT, of=BEN)
        for name in ("m1", "m2"):
            await uow.inbox.add(CHAT, message(name), NOON)
    async with store.transaction() as uow:
        _, second = await uow.inbox.waiting(CHAT, NOON)
        await uow.inbox.move(second.position, OTHER_CHAT)
        assert OTHER_CHAT in uow.inbox.grown
    async with store.transaction() as uow:
        assert await texts(uow.inbox) == ["m1"]
        assert not await uow.inbox.done(second, NOON), "whoever had read it before"
        (moved,) = await uow.inbox.waiting(OTHER_CHAT, NOON)
        assert (moved.position, moved.inbound.vendor_id) == (second.position, "m2")


async def test_a_message_may_come_due_later(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.inbox.add(CHAT, message("m1"), NOON, due_at=NOON + timedelta(minutes=5))
        assert await texts(uow.inbox) == []
        assert await texts(uow.inbox, at_minute=5) == ["m1"]


async def test_a_poisoned_message_is_parked_and_the_rest_go_on(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.inbox.add(CHAT, message("poison"), NOON)
        await uow.inbox.add(CHAT, message("m2"), NOON)
        poison = (await uow.inbox.waiting(CHAT, NOON))[0].position
        assert not await uow.inbox.failed(poison, "it broke", park_after=2)
        assert (await uow.inbox.waiting(CHAT, NOON))[0].attempts == 1
        assert await uow.inbox.failed(poison, "it broke again", park_after=2)
        assert await texts(uow.inbox) == ["m2"]
        assert not await uow.inbox.add(CHAT, message("poison"), NOON)


async def test_what_others_were_in_the_way_of_is_counted_apart_from_what_broke(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.inbox.add(CHAT, message("m1"), NOON)
        await uow.inbox.add(CHAT, message("m2"), NOON)
        first, second = [one.position for one in await uow.inbox.waiting(CHAT, NOON)]
        for _ in range(2):
            assert not await uow.inbox.failed(first, "Conflict", park_after=3, conflict=True)
            assert not await uow.inbox.failed(second, "ValueError", park_after=3)
        assert not await uow.inbox.failed(first, "ValueError", park_after=2)
        assert not await uow.inbox.failed(second, "Conflict", park_after=2, conflict=True)
        assert await uow.inbox.failed(first, "Conflict", park_after=3, conflict=True)
        assert await uow.inbox.failed(second, "ValueError", park_after=3)


async def test_a_message_waits_until_its_turn_is_taken_or_it_is_parked(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.inbox.add(CHAT, message("one"), NOON)
        await uow.inbox.add(CHAT, message("two"), NOON)
    async with store.transaction() as uow:
        assert await uow.inbox.waits("webchat", "one")
        assert not await uow.inbox.waits("sms", "one")
        first, second = await uow.inbox.waiting(CHAT, NOON)
        await uow.inbox.done(first, NOON)
        await uow.inbox.failed(second.position, "ValueError", park_after=1)
    async with store.transaction() as uow:
        assert not await uow.inbox.waits("webchat", "one")
        assert not await uow.inbox.waits("webchat", "two")
        assert await uow.inbox.find("webchat", "one") == message("one")
        assert await uow.inbox.find("sms", "one") is None
