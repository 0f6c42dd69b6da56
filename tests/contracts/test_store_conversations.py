"""What every store keeps of conversations: snapshots, logs, what came in, who took over."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.consent import Purpose
from bot.domain.conversation import ActionExecuted, BotUttered, Conversation, ReplyCutShort, SlotSet, UserUttered
from bot.domain.delivery import OutboxStatus
from bot.domain.errors import Conflict
from bot.domain.handoff import HandoffState
from bot.domain.ids import MessageId
from bot.domain.message import OpenForm, Speech
from bot.domain.understanding import Entity, IntentScore, Understood
from bot.ports import Inbox, Store
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
    message,
    profile,
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


# ---------------------------------------------------------------- inbox


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
        (position,) = [one.position for one in await uow.inbox.waiting(CHAT, NOON) if one.inbound.channel == "webchat"]
        await uow.inbox.done(position, NOON)
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
        await uow.inbox.done(waiting[0].position, NOON)
        assert await texts(uow.inbox) == ["m2", "m3"]


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


# ---------------------------------------------------------------- hand-offs


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


async def test_the_log_is_read_whole_or_up_to_a_moment(store: Store) -> None:
    filled = SlotSet("size", 50.0, at=NOON + timedelta(minutes=1))
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.conversations.log(CHAT, [HELLO, ANSWER, filled], NOON)
    async with store.transaction() as uow:
        assert await uow.conversations.events(CHAT) == [HELLO, ANSWER, filled]
        assert await uow.conversations.events(CHAT, until=NOON + timedelta(seconds=1)) == [HELLO, ANSWER]
        assert await uow.conversations.events(OTHER_CHAT) == []


async def test_a_message_waits_until_its_turn_is_taken_or_it_is_parked(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.inbox.add(CHAT, message("one"), NOON)
        await uow.inbox.add(CHAT, message("two"), NOON)
    async with store.transaction() as uow:
        assert await uow.inbox.waits("webchat", "one")
        assert not await uow.inbox.waits("sms", "one")
        first, second = await uow.inbox.waiting(CHAT, NOON)
        await uow.inbox.done(first.position, NOON)
        await uow.inbox.failed(second.position, "ValueError", park_after=1)
    async with store.transaction() as uow:
        assert not await uow.inbox.waits("webchat", "one")
        assert not await uow.inbox.waits("webchat", "two")
        assert await uow.inbox.find("webchat", "one") == message("one")
        assert await uow.inbox.find("sms", "one") is None


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


async def test_a_disclosure_can_be_due_again(store: Store) -> None:
    async with store.transaction() as uow:
        chat = await add_chat(uow)
        await uow.conversations.disclosed(CHAT, NOON)
        await uow.conversations.undisclosed(CHAT)
    async with store.transaction() as uow:
        found = await uow.conversations.get(CHAT)
        assert (found.disclosed_at, found.version) == (None, chat.version)
        await uow.conversations.disclosed(CHAT, NOON + timedelta(days=1))
    async with store.transaction() as uow:
        assert (await uow.conversations.get(CHAT)).disclosed_at == NOON + timedelta(days=1)
