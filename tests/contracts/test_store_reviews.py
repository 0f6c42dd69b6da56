"""What every store keeps of reviews, and what it tells of what customers said."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.conversation import BotUttered, UserUtteranceReverted, UserUttered
from bot.domain.ids import MessageId
from bot.domain.review import Review, ReviewVerdict
from bot.domain.understanding import IntentScore, Understood
from bot.ports import Store
from tests.contracts.samples import BEN, CHAT, NOON, OTHER_CHAT, add_chat


async def test_a_message_is_handled_once(store: Store) -> None:
    async with store.transaction() as uow:
        assert await uow.reviews.add(Review("one", ReviewVerdict.LABELLED, NOON, "greet"))
        assert not await uow.reviews.add(Review("one", ReviewVerdict.DISMISSED, NOON))
        assert await uow.reviews.add(Review("two", ReviewVerdict.OUT_OF_SCOPE, NOON))
    async with store.transaction() as uow:
        assert await uow.reviews.handled(["two", "one", "three"]) == {"one", "two"}
        assert await uow.reviews.handled([]) == frozenset()


async def test_many_keys_can_be_asked_for(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.reviews.add(Review("7", ReviewVerdict.DISMISSED, NOON))
        assert await uow.reviews.handled([str(number) for number in range(5000)]) == {"7"}


def said(text: str) -> UserUttered:
    return UserUttered(text, Understood(text, IntentScore("greet", 1.0)), MessageId(text), None, "webchat")


async def test_what_was_said_and_taken_back_is_told_of_all_conversations_newest_first(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await add_chat(uow, OTHER_CHAT, of=BEN)
        await uow.conversations.log(CHAT, [said("first"), BotUttered("hello")], NOON)
        await uow.conversations.log(OTHER_CHAT, [said("second")], NOON + timedelta(minutes=1))
        await uow.conversations.log(CHAT, [UserUtteranceReverted(), said("third")], NOON + timedelta(minutes=2))
    async with store.transaction() as uow:
        told = await uow.conversations.heard(limit=10)
        assert [(one.conversation_id, one.sequence, one.event.kind) for one in told] == [
            (CHAT, 4, "user"),
            (CHAT, 3, "rewind"),
            (OTHER_CHAT, 1, "user"),
            (CHAT, 1, "user"),
        ]
        assert told[2].event.at == NOON + timedelta(minutes=1)
        assert await uow.conversations.heard(limit=2) == told[:2]
