"""What every store keeps of conversations: snapshots and logs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.conversation import ActionExecuted, BotUttered, Conversation, ReplyCutShort, SlotSet, UserUttered
from bot.domain.errors import Conflict
from bot.domain.ids import ConversationId, MessageId
from bot.domain.message import Speech
from bot.domain.understanding import Entity, IntentScore, Understood
from bot.ports import Store
from tests.contracts.samples import (
    ANNA,
    BEN,
    CHAT,
    NOON,
    OTHER_CHAT,
    add_chat,
    conversation,
)

HELLO = UserUttered(
    "hello",
    Understood("hello", IntentScore("greet", 0.9), (Entity("name", "Anna"),), (IntentScore("greet", 0.9),)),
    MessageId("m1"),
    NOON,
    "webchat",
)
ANSWER = BotUttered("Hi, I am an automated assistant.", "utter_greet", at=NOON + timedelta(seconds=1))


def after_a_turn(before: Conversation) -> Conversation:
    return replace(
        before,
        tracker=before.tracker.apply_all([HELLO, SlotSet("size", 50.0), ANSWER]),
        last_message_at=NOON,
        disclosed_at=NOON,
        asking_enrolment="e1",
        version=before.version + 1,
    )


async def test_the_logs_are_read_in_batches_one_conversation_after_the_other(store: Store) -> None:
    dated = BotUttered("later", at=NOON + timedelta(days=1))
    async with store.transaction() as uow:
        await add_chat(uow)
        await add_chat(uow, OTHER_CHAT, of=BEN)
        await uow.conversations.log(OTHER_CHAT, [HELLO, ANSWER], NOON)
        await uow.conversations.log(CHAT, [HELLO, SlotSet("size", 50.0), dated], NOON)
    async with store.transaction() as uow:
        first = await uow.conversations.logged(limit=2)
        assert [(one.conversation_id, one.sequence) for one in first] == [(CHAT, 1), (CHAT, 2)]
        assert [one.event for one in first] == [HELLO, SlotSet("size", 50.0, at=NOON)]
        rest = await uow.conversations.logged(after=(CHAT, 2), limit=9)
        assert [(one.conversation_id, one.sequence) for one in rest] == [(CHAT, 3), (OTHER_CHAT, 1), (OTHER_CHAT, 2)]
        late = await uow.conversations.logged(since=NOON + timedelta(hours=1), limit=9)
        assert [one.event for one in late] == [dated]
        assert await uow.conversations.logged(after=(OTHER_CHAT, 2), limit=9) == []


async def test_a_conversation_is_found_by_id_address_and_person(store: Store) -> None:
    async with store.transaction() as uow:
        here = await add_chat(uow)
        later = replace(conversation(OTHER_CHAT, channel="sms", address="+44"), started_at=NOON + timedelta(days=1))
        await uow.conversations.add(later)
    async with store.transaction() as uow:
        assert await uow.conversations.get(CHAT) == here
        assert await uow.conversations.at("sms", "+44") == later
        assert await uow.conversations.at("webchat", "+44") is None
        assert await uow.conversations.of(ANNA) == [here, later]
        with pytest.raises(LookupError, match="nowhere"):
            await uow.conversations.get("nowhere")  # type: ignore[arg-type]


async def test_an_address_has_one_conversation(store: Store) -> None:
    async with store.transaction() as uow:
        here = await add_chat(uow)
    with pytest.raises(Conflict):
        async with store.transaction() as uow:
            await uow.conversations.add(conversation(OTHER_CHAT, address=here.address))


async def test_an_address_that_a_conversation_leaves_may_have_another(store: Store) -> None:
    async with store.transaction() as uow:
        first = await add_chat(uow)
        await uow.conversations.readdress(first, f"{first.address} until noon")
        await uow.conversations.add(replace(first, id=OTHER_CHAT))
    async with store.transaction() as uow:
        assert (await uow.conversations.get(CHAT)).address == f"{first.address} until noon"
        found = await uow.conversations.at(first.channel, first.address)
        assert found is not None
        assert found.id == OTHER_CHAT


async def test_a_snapshot_comes_back_as_it_was_saved(store: Store) -> None:
    async with store.transaction() as uow:
        saved = after_a_turn(await add_chat(uow))
        await uow.conversations.save(saved)
    async with store.transaction() as uow:
        assert await uow.conversations.get(CHAT) == saved


async def test_of_two_turns_on_the_same_version_one_is_refused(store: Store) -> None:
    async with store.transaction() as uow:
        read = await add_chat(uow)
    async with store.transaction() as uow:
        await uow.conversations.save(after_a_turn(read))
    with pytest.raises(Conflict):
        async with store.transaction() as uow:
            await uow.conversations.save(after_a_turn(read))


async def test_the_transcript_has_who_said_what_and_when(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.conversations.log(CHAT, [HELLO, ActionExecuted("utter_greet"), ANSWER], NOON)
        await uow.conversations.log(CHAT, [], NOON)
        await uow.conversations.log(CHAT, [BotUttered("Sam here.", speaker="Sam")], NOON + timedelta(minutes=1))
    async with store.transaction() as uow:
        lines = await uow.conversations.transcript(CHAT)
        assert lines == [
            Speech(NOON, "Customer", "hello", MessageId("m1")),
            Speech(NOON + timedelta(seconds=1), "Assistant", "Hi, I am an automated assistant."),
            Speech(NOON + timedelta(minutes=1), "Sam", "Sam here."),
        ]
        assert await uow.conversations.transcript(CHAT, last=2) == lines[1:]
        assert await uow.conversations.transcript(OTHER_CHAT) == []


async def test_the_transcript_has_of_a_reply_that_was_cut_short_what_was_heard(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.conversations.log(CHAT, [BotUttered("Hi there."), BotUttered("We have three plans.")], NOON)
        await uow.conversations.log(CHAT, [ReplyCutShort("We have three plans.", "We have"), HELLO], NOON)
        assert [line.text for line in await uow.conversations.transcript(CHAT)] == ["Hi there.", "We have", "hello"]


# ---------------------------------------------------------------- hand-offs
async def test_the_log_is_read_whole_or_up_to_a_moment(store: Store) -> None:
    filled = SlotSet("size", 50.0, at=NOON + timedelta(minutes=1))
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.conversations.log(CHAT, [HELLO, ANSWER, filled], NOON)
    async with store.transaction() as uow:
        assert await uow.conversations.events(CHAT) == [HELLO, ANSWER, filled]
        assert await uow.conversations.events(CHAT, until=NOON + timedelta(seconds=1)) == [HELLO, ANSWER]
        assert await uow.conversations.events(OTHER_CHAT) == []


async def test_when_the_customer_last_wrote_is_known_and_reminders_are_none_of_theirs(store: Store) -> None:
    later = timedelta(hours=2)
    wrote = replace(HELLO, message_id=MessageId("webchat:m1"))
    reminded = replace(HELLO, message_id=MessageId(f"{CHAT}:remind:1"), at=NOON + later)
    async with store.transaction() as uow:
        await add_chat(uow)
        chat = await uow.conversations.get(CHAT)
        assert await uow.conversations.heard_at(chat.channel, chat.address) is None
        await uow.conversations.log(CHAT, [wrote, ANSWER, reminded], NOON + later)
        assert await uow.conversations.heard_at(chat.channel, chat.address) == NOON
        assert await uow.conversations.heard_at(chat.channel, "somebody else") is None


async def test_whether_it_was_said_that_this_is_a_machine_is_known_after_each_change(store: Store) -> None:
    async with store.transaction() as uow:
        chat = await add_chat(uow)
        assert not await uow.conversations.is_disclosed(CHAT)
        await uow.conversations.disclosed([CHAT], NOON)
        assert await uow.conversations.is_disclosed(CHAT)
    async with store.transaction() as uow:
        assert await uow.conversations.is_disclosed(CHAT)
        await uow.conversations.save(replace(chat, disclosed_at=NOON, version=chat.version + 1))
        assert await uow.conversations.is_disclosed(CHAT)
        await uow.conversations.undisclosed(CHAT)
        assert not await uow.conversations.is_disclosed(CHAT)
        await uow.conversations.disclosed([CHAT], NOON + timedelta(days=1))
    async with store.transaction() as uow:
        assert (await uow.conversations.get(CHAT)).disclosed_at == NOON + timedelta(days=1)


async def test_a_disclosure_can_be_due_again(store: Store) -> None:
    async with store.transaction() as uow:
        chat = await add_chat(uow)
        await uow.conversations.disclosed([CHAT], NOON)
        await uow.conversations.undisclosed(CHAT)
    async with store.transaction() as uow:
        found = await uow.conversations.get(CHAT)
        assert (found.disclosed_at, found.version) == (None, chat.version)
        await uow.conversations.disclosed([CHAT], NOON + timedelta(days=1))
    async with store.transaction() as uow:
        assert (await uow.conversations.get(CHAT)).disclosed_at == NOON + timedelta(days=1)


async def test_who_wrote_lately_is_told_once_and_the_latest_first(store: Store) -> None:
    def heard(minutes: int) -> UserUttered:
        return replace(HELLO, message_id=MessageId(f"m{minutes}"), at=NOON + timedelta(minutes=minutes))

    async with store.transaction() as uow:
        await add_chat(uow)
        await add_chat(uow, OTHER_CHAT, of=BEN)
        await uow.conversations.log(CHAT, [heard(0), ANSWER, heard(1)], NOON)
        await uow.conversations.log(OTHER_CHAT, [heard(2), *(heard(minutes) for minutes in range(10, 30))], NOON)
    async with store.transaction() as uow:
        late = NOON + timedelta(hours=1)
        wrote = {OTHER_CHAT: NOON + timedelta(minutes=29), CHAT: NOON + timedelta(minutes=1)}
        for limit in (2, 3):
            found = await uow.conversations.heard_lately(before=late, limit=limit)
            assert [*found.items()] == [*wrote.items()]
        assert [*await uow.conversations.heard_lately(before=late, limit=1)] == [OTHER_CHAT]
        earlier = await uow.conversations.heard_lately(before=NOON + timedelta(minutes=1), limit=2)
        assert earlier == {CHAT: NOON}
        assert await uow.conversations.heard_lately(before=NOON, limit=2) == {}


async def test_a_glimpse_has_what_was_said_last_whoever_said_it(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await add_chat(uow, OTHER_CHAT, of=BEN)
        await uow.conversations.log(CHAT, [HELLO, ANSWER, SlotSet("size", 50.0)], NOON)
    async with store.transaction() as uow:
        found = await uow.conversations.glimpses([CHAT, OTHER_CHAT, ConversationId("erased")])
        assert {id_: (one.profile_id, one.channel) for id_, one in found.items()} == {
            CHAT: (ANNA, "webchat"),
            OTHER_CHAT: (BEN, "webchat"),
        }
        assert found[CHAT].last == Speech(NOON + timedelta(seconds=1), "Assistant", ANSWER.text)
        assert found[OTHER_CHAT].last is None
        assert await uow.conversations.glimpses([]) == {}
