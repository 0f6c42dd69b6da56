"""Deliver: what is due leaves once, in order and through the gate, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.memory import MemoryPacer
from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, OutboxStatus
from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.domain.message import Author, Text
from bot.domain.pace import Pace
from bot.services.deliver import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    deliver_due,
    deliver_what_a_crash_left,
)
from bot.services.hand_over import STALE_AFTER
from tests.bot.services.fakes import FakeChannel, VendorWithAList
from tests.bot.services.stage import ANA, PHONE, VISITOR, Stage, capped

SECOND = timedelta(seconds=1)


async def die_while_sending(stage: Stage, channel: FakeChannel) -> None:
    """The vendor takes the message, and the process ends before it can write that down."""
    channel.lost = asyncio.Event()
    delivering = asyncio.create_task(deliver_due(stage.runtime))
    await channel.lost.wait()
    delivering.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await delivering
    channel.lost = None


async def restart(stage: Stage) -> None:
    stage.clock.forward(SECOND)
    await deliver_what_a_crash_left(stage.runtime)


async def outcome(stage: Stage, key: str = "k") -> tuple[OutboxStatus, str]:
    entry = await stage.entry(key)
    return entry.status, entry.reason


# ---------------------------------------------------------------- sending


async def test_what_is_due_is_sent_and_its_receipt_kept(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", "Hello", purpose=Purpose.REPLY)
    assert await deliver_due(stage.runtime) == 1
    entry = await stage.entry("k")
    assert (entry.status, entry.vendor_id, entry.attempts) == (OutboxStatus.SENT, "sms-k", 1)
    assert stage.sms.texts() == ["Hello"]
    assert await deliver_due(stage.runtime) == 0


async def test_what_is_not_due_stays(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY, due_at=stage.clock.now() + SECOND)
    assert await deliver_due(stage.runtime) == 0
    assert stage.sms.tries == []


async def test_what_has_expired_is_withheld(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY, expires_at=stage.clock.now() + SECOND)
    await stage.later(seconds=2)
    assert await outcome(stage) == (OutboxStatus.WITHHELD, "it came too late to be of use")
    assert stage.sms.tries == []


async def test_every_verdict_on_a_customers_message_leaves_a_decision_record(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("refused")
    await stage.queue("answer", purpose=Purpose.REPLY)
    await stage.queue("desk", purpose=Purpose.DESK, dispatch=ChannelMessage("slack", "#sales", Text("a lead")))
    await stage.settle()
    assert {(one.entry_key, one.outcome) for one in await stage.decisions()} == {
        ("refused", "withhold"),
        ("answer", "send"),
    }
    assert {(item["key"], item["outcome"]) for item in await stage.feed("decisions")} == {
        ("refused", "withhold"),
        ("answer", "send"),
    }


# ---------------------------------------------------------------- the line that this is a machine


async def test_the_first_words_of_a_conversation_say_that_this_is_a_machine_and_the_next_do_not(stage: Stage) -> None:
    assert await stage.says("greet") == ["I am a machine. Hello!"]
    assert await stage.says("greet") == ["Hello!"]


async def test_where_it_is_a_message_of_its_own_it_comes_first_and_once(stage: Stage) -> None:
    assert await stage.says("greet", channel="webchat") == ["I am a machine.", "Hello!"]
    assert await stage.says("greet", channel="webchat") == ["Hello!"]


async def test_the_line_is_said_again_when_the_first_message_did_not_get_through(stage: Stage) -> None:
    stage.sms.faults.append(PermanentSendError("a bad day"))
    assert await stage.says("greet") == []
    assert await stage.says("greet") == ["I am a machine. Hello!"]


async def test_a_crash_between_the_line_and_the_message_repeats_neither(stage: Stage) -> None:
    await stage.hear("greet", channel="webchat")
    stage.webchat.lost = asyncio.Event()
    settling = asyncio.create_task(stage.settle())
    await stage.webchat.lost.wait()
    settling.cancel()
    await asyncio.gather(settling, return_exceptions=True)
    stage.webchat.lost = None
    assert stage.webchat.texts() == ["I am a machine."]
    await restart(stage)
    await stage.settle()
    assert stage.webchat.texts() == ["I am a machine.", "Hello!"]


async def test_what_a_person_says_does_not_say_that_this_is_a_machine(stage: Stage) -> None:
    conversation = await stage.meet()
    words = Text("Ana here", author=Author.PERSON, author_name="Ana Rep")
    await stage.queue(
        "k",
        purpose=Purpose.SERVICE,
        dispatch=ChannelMessage("sms", PHONE, words),
        conversation_id=conversation.id,
    )
    await stage.settle()
    assert stage.sms.texts() == ["Ana here"]
    assert (await stage.at()).disclosed_at is None


# ---------------------------------------------------------------- a crash between "taken" and the record


async def test_marketing_that_may_have_left_before_a_crash_is_not_sent_again(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.queue("k")
    await die_while_sending(stage, stage.sms)
    await restart(stage)
    assert await outcome(stage) == (
        OutboxStatus.DEAD,
        "it is unknown whether this was sent before; marketing is not sent twice",
    )
    assert len(stage.sms.taken) == 1
    assert [one.outcome for one in await stage.decisions()] == ["send", "dead"]


async def test_an_answer_that_the_vendor_does_not_know_of_is_sent_again_after_a_crash(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    await die_while_sending(stage, stage.sms)
    stage.sms.taken.clear()
    await restart(stage)
    assert stage.sms.texts() == ["An offer."]
    assert (await stage.entry("k")).status is OutboxStatus.SENT


@pytest.mark.parametrize("purpose", [Purpose.MARKETING, Purpose.REPLY, Purpose.SERVICE])
async def test_what_the_vendor_knows_of_is_not_sent_again_after_a_crash(stage: Stage, purpose: Purpose) -> None:
    await stage.meet()
    await stage.consent()
    stage.sms.list_known = True
    await stage.queue("k", purpose=purpose)
    await die_while_sending(stage, stage.sms)
    await restart(stage)
    entry = await stage.entry("k")
    assert (entry.status, entry.vendor_id) == (OutboxStatus.SENT, "sms-k")
    assert len(stage.sms.tries) == 1


async def test_of_two_equal_texts_that_a_crash_left_each_is_sent_once(stage: Stage) -> None:
    """The vendor took the first and knows nothing of the second: its one message does not stand for both."""
    vendor = VendorWithAList("sms", stage.sms.abilities)
    stage.runtime = replace(stage.runtime, channels={**stage.runtime.channels, "sms": vendor})
    await stage.meet()
    for key in ("first", "second"):
        await stage.queue(key, "Thank you.", purpose=Purpose.SERVICE)
    vendor.only = "first"
    delivering = asyncio.create_task(deliver_due(stage.runtime))
    await vendor.asked_twice.wait()
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    vendor.only = None
    await restart(stage)
    assert vendor.texts() == ["Thank you.", "Thank you."]
    entries = [await stage.entry(key) for key in ("first", "second")]
    assert [one.status for one in entries] == [OutboxStatus.SENT, OutboxStatus.SENT]
    assert entries[0].vendor_id != entries[1].vendor_id


async def test_what_another_process_asks_about_is_left_to_it(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    await die_while_sending(stage, stage.sms)
    stage.sms.taken.clear()
    async with stage.runtime.leases.hold(f"left:sms:{ANA}", ttl=STALE_AFTER):
        await restart(stage)
    assert (await stage.entry("k")).status is OutboxStatus.SENDING
    await stage.later(minutes=3)
    assert stage.sms.texts() == ["An offer."]


async def test_a_vendor_that_knows_our_keys_is_simply_sent_it_again(stage: Stage) -> None:
    message = ChannelMessage("webchat", VISITOR, Text("Hello"))
    await stage.queue("k", purpose=Purpose.REPLY, dispatch=message)
    await die_while_sending(stage, stage.webchat)
    await restart(stage)
    assert len(stage.webchat.tries) == 2
    assert stage.webchat.texts() == ["Hello"]
    assert (await stage.entry("k")).status is OutboxStatus.SENT


async def test_marketing_left_by_a_crash_does_not_go_out_after_an_opt_out(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.queue("k")
    await die_while_sending(stage, stage.sms)
    await stage.hear("stop")
    stage.sms.taken.clear()
    await stage.later(minutes=3)
    assert "An offer." not in stage.sms.texts()
    assert (await stage.entry("k")).status is OutboxStatus.DEAD


async def test_a_crash_is_noticed_by_others_only_after_a_while(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    await die_while_sending(stage, stage.sms)
    stage.clock.forward(STALE_AFTER - SECOND)
    assert await deliver_due(stage.runtime) == 0
    stage.clock.forward(SECOND)
    assert await deliver_due(stage.runtime) == 1


async def test_a_vendor_that_is_away_at_the_start_does_not_cost_what_a_crash_left(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    await die_while_sending(stage, stage.sms)
    stage.sms.taken.clear()
    stage.sms.faults.extend(TemporarySendError("away") for _ in range(MOST_ATTEMPTS))
    await restart(stage)
    assert (await stage.entry("k")).status is OutboxStatus.SENDING
    assert len(stage.sms.faults) == MOST_ATTEMPTS - 1, "it is asked once, and again after a while"
    stage.sms.faults.clear()
    await stage.later(minutes=3)
    assert stage.sms.texts() == ["An offer."]


async def test_a_connector_that_fails_leaves_the_outcome_unknown(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.queue("offer")
    await stage.queue("answer", "Hello", purpose=Purpose.REPLY, conversation_id=(await stage.at()).id)
    stage.sms.faults.extend([KeyError("sid"), KeyError("sid")])
    await deliver_due(stage.runtime)
    assert await outcome(stage, "offer") == (OutboxStatus.SENDING, "the connector failed; see the log")
    await stage.later(minutes=3)
    assert (await stage.entry("offer")).status is OutboxStatus.DEAD
    assert stage.sms.texts() == ["I am a machine. Hello"]


# ---------------------------------------------------------------- trying again


async def test_each_pause_is_longer_than_the_one_before_until_it_gives_up(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    for attempt in range(1, MOST_ATTEMPTS):
        stage.sms.faults.append(TemporarySendError("busy"))
        await deliver_due(stage.runtime)
        entry = await stage.entry("k")
        pause = min(FIRST_PAUSE * 4 ** (attempt - 1), LONGEST_PAUSE)
        assert 0.75 * pause <= entry.due_at - stage.clock.now() <= 1.25 * pause
        assert (entry.status, entry.attempts, entry.reason) == (OutboxStatus.WAITING, attempt, "busy")
        stage.clock.set(entry.due_at)
    stage.sms.faults.append(TemporarySendError("busy"))
    await deliver_due(stage.runtime)
    assert await outcome(stage) == (OutboxStatus.DEAD, f"gave up after {MOST_ATTEMPTS} tries: busy")
    assert (await stage.decisions())[-1].outcome == "dead"


async def test_the_vendors_own_time_is_waited_for(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    stage.sms.faults.append(TemporarySendError("slow down", retry_after=timedelta(minutes=5)))
    await deliver_due(stage.runtime)
    assert (await stage.entry("k")).due_at == stage.clock.now() + timedelta(minutes=5)
    await stage.later(minutes=5)
    assert stage.sms.texts() == ["An offer."]
    first, second = stage.sms.tries
    assert (first.attempt, second.attempt) == (1, 2)
    assert first.first_tried_at == second.first_tried_at


async def test_what_can_never_be_sent_is_dead_at_once_and_holds_up_nothing(stage: Stage) -> None:
    here = (await stage.meet()).id
    await stage.queue("k", purpose=Purpose.REPLY, conversation_id=here)
    await stage.queue("next", "Next", purpose=Purpose.REPLY, conversation_id=here)
    stage.sms.faults.append(PermanentSendError("no such number"))
    await stage.settle()
    assert await outcome(stage) == (OutboxStatus.DEAD, "no such number")
    assert stage.sms.texts() == ["I am a machine. Next"]


async def test_an_entry_for_a_channel_that_is_gone_costs_no_other(stage: Stage) -> None:
    await stage.meet()
    gone = ChannelMessage("fax", PHONE, Text("Hello"))
    await stage.queue("k", purpose=Purpose.REPLY, dispatch=gone)
    await stage.queue("answer", purpose=Purpose.REPLY)
    assert await deliver_due(stage.runtime) == 2
    assert await outcome(stage) == (OutboxStatus.WAITING, "an unforeseen error; see the log")
    assert (await stage.entry("answer")).status is OutboxStatus.SENT


async def test_an_opt_out_that_only_the_vendor_knew_of_is_learnt(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.queue("k")
    await stage.queue("second")
    stage.sms.faults.append(PermanentSendError("the number has opted out", code="opted_out"))
    await stage.settle()
    assert (await stage.entry("k")).status is OutboxStatus.DEAD
    status, why = await outcome(stage, "second")
    assert status is OutboxStatus.WITHHELD
    assert why.startswith("this address opted out on")
    assert len(stage.sms.tries) == 1


# ---------------------------------------------------------------- lanes and caps


async def test_a_conversation_keeps_its_order_while_its_first_message_is_tried_again(stage: Stage) -> None:
    here = (await stage.meet()).id
    for number in (1, 2):
        await stage.queue(f"k{number}", f"line {number}", purpose=Purpose.REPLY, conversation_id=here)
    to_desk = ChannelMessage("slack", "#sales", Text("elsewhere", author=Author.SYSTEM))
    await stage.queue("other", purpose=Purpose.DESK, conversation_id=here, dispatch=to_desk)
    stage.sms.faults.append(TemporarySendError("busy"))
    await stage.settle()
    assert stage.sms.texts() == []
    assert stage.slack.texts() == ["elsewhere"]
    await stage.later(seconds=3)
    assert stage.sms.texts() == ["I am a machine. line 1", "line 2"]


async def test_marketing_that_is_claimed_together_keeps_below_the_cap(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.rule(capped(2))
    for number in range(5):
        await stage.queue(f"k{number}", f"offer {number}")
    await deliver_due(stage.runtime)
    assert stage.sms.texts() == ["offer 0", "offer 1"]
    assert await outcome(stage, "k4") == (OutboxStatus.WITHHELD, "the cap of 2 within 7 days is reached")
    await stage.later(days=7, seconds=1)
    await stage.queue("k5", "offer 5")
    await stage.settle()
    assert stage.sms.texts()[-1] == "offer 5"


async def test_a_slow_vendor_holds_up_its_own_conversation_only(stage: Stage) -> None:
    async def wait_for_the_other(_: object) -> None:
        async with asyncio.timeout(5):
            await other_is_sent.wait()

    async def tell(_: object) -> None:
        other_is_sent.set()

    other_is_sent = asyncio.Event()
    stage.sms.on_send, stage.webchat.on_send = wait_for_the_other, tell
    await stage.meet()
    await stage.queue("slow", purpose=Purpose.REPLY)
    await stage.queue("quick", purpose=Purpose.REPLY, dispatch=ChannelMessage("webchat", VISITOR, Text("Hello")))
    await deliver_due(stage.runtime)
    assert (await stage.entry("slow")).status is OutboxStatus.SENT


async def test_marketing_that_belongs_to_nobody_is_withheld(stage: Stage) -> None:
    await stage.queue("k", profile_id=None)
    await stage.settle()
    assert (await stage.entry("k")).status is OutboxStatus.WITHHELD


# ---------------------------------------------------------------- the sender's pace


async def test_a_sender_keeps_to_its_pace_and_every_message_leaves(stage: Stage) -> None:
    await stage.meet()
    stage.sms.abilities = replace(stage.sms.abilities, pace=Pace(1, 2, lambda _content: 1))
    stage.runtime = replace(stage.runtime, pacer=MemoryPacer())
    for number in range(5):
        await stage.queue(f"k{number}", purpose=Purpose.REPLY)
    await stage.settle()
    assert len(stage.sms.taken) == 2
    assert (await stage.entry("k2")).reason == "the sender of sms sends no more quickly"
    for seconds in (1, 1, 1):
        await stage.later(seconds=seconds)
    assert len(stage.sms.taken) == 5
    assert [one.outcome for one in await stage.decisions()].count("send") == 5


async def test_what_somebody_waits_for_does_not_wait_for_a_campaign_at_the_same_sender(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.sms.abilities = replace(stage.sms.abilities, pace=Pace(1, 1, lambda _content: 1))
    stage.runtime = replace(stage.runtime, pacer=MemoryPacer())
    for number in range(5):
        await stage.queue(f"campaign{number}", purpose=Purpose.SERVICE, priority=50)
    await stage.settle()
    await stage.queue("answer", purpose=Purpose.REPLY)
    await stage.settle()
    await stage.later(seconds=1)
    assert [one.key for one in stage.sms.taken] == ["campaign0", "answer"]
    for _ in range(9):
        await stage.later(seconds=1)
    assert len(stage.sms.taken) == 6


async def test_where_each_address_is_counted_by_itself_one_does_not_wait_for_another(stage: Stage) -> None:
    await stage.meet()
    stage.slack.abilities = replace(stage.slack.abilities, pace=Pace(1, 1, lambda _content: 1, per_address=True))
    stage.runtime = replace(stage.runtime, pacer=MemoryPacer())
    for number, place in enumerate(("#sales", "#support", "#sales")):
        to_desk = ChannelMessage("slack", place, Text("a lead"))
        await stage.queue(f"k{number}", purpose=Purpose.DESK, dispatch=to_desk)
    await stage.settle()
    assert [one.key for one in stage.slack.taken] == ["k0", "k1"]
    await stage.later(seconds=1)
    assert [one.key for one in stage.slack.taken] == ["k0", "k1", "k2"]
