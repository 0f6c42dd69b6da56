"""Deliver: what is due leaves once, in order and through the gate, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.memory import MemoryLeases, MemoryPacer
from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, Lane, OutboxStatus
from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.domain.message import Author, Button, Text
from bot.domain.pace import Pace
from bot.services import deliver, under_way
from bot.services.compose_outbound import STALE_AFTER
from bot.services.deliver import Deliveries, deliver_due
from tests.bot.services.crash import die_while_sending, restart
from tests.bot.services.stage import PHONE, VISITOR, Stage, capped

SECOND = timedelta(seconds=1)


# ---------------------------------------------------------------- sending


async def test_what_is_due_is_sent_and_its_receipt_kept(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", "Hello", purpose=Purpose.REPLY)
    assert await deliver_due(stage.runtime) == 1
    entry = await stage.entry("k")
    assert (entry.status, entry.vendor_id, entry.attempts) == (OutboxStatus.SENT, "sms-k", 1)
    assert stage.sms.texts() == ["Hello"]
    assert await deliver_due(stage.runtime) == 0


async def test_a_channel_is_told_the_language_of_choices_that_are_in_the_assistants_own(stage: Stage) -> None:
    playbook = stage.library.playbook
    german = replace(playbook.assistant.configuration, language="de")
    stage.library.playbook = replace(playbook, assistant=replace(playbook.assistant, configuration=german))
    await stage.meet()
    for key, language in (("own", ""), ("french", "fr")):
        asked = Text("Ja?", (Button("Ja", "/affirm"),), author=Author.SYSTEM, language=language)
        await stage.queue(key, purpose=Purpose.REPLY, dispatch=ChannelMessage("sms", PHONE, asked))
    await deliver_due(stage.runtime)
    assert [one.content.language for one in stage.sms.taken if isinstance(one.content, Text)] == ["de", "fr"]


async def test_what_is_not_due_stays(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY, due_at=stage.clock.now() + SECOND)
    assert await deliver_due(stage.runtime) == 0
    assert stage.sms.tries == []


async def test_what_has_expired_is_withheld(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY, expires_at=stage.clock.now() + SECOND)
    await stage.later(seconds=2)
    assert await stage.outcome() == (OutboxStatus.WITHHELD, "it came too late to be of use")
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
    whose = [one.profile_id for one in await stage.decisions()]
    assert [item["person"] for item in await stage.feed("decisions")] == whose


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
    assert await stage.outcome("k4") == (OutboxStatus.WITHHELD, "the cap of 2 within 1 week is reached (rule cap)")
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


async def test_what_is_due_leaves_while_a_slow_vendor_has_what_was_claimed_before(stage: Stage) -> None:
    async def answer_late(_: object) -> None:
        async with asyncio.timeout(5):
            await quick_is_sent.wait()

    async def tell(_: object) -> None:
        quick_is_sent.set()

    quick_is_sent, settled = asyncio.Event(), list[int]()
    stage.sms.on_send, stage.webchat.on_send = answer_late, tell
    await stage.meet()
    await stage.queue("slow", purpose=Purpose.REPLY)
    async with Deliveries(stage.runtime, Lane.REPLIES, settled=lambda: settled.append(1)) as deliveries:
        assert not await deliveries.start_due()
        await stage.queue("quick", purpose=Purpose.REPLY, dispatch=ChannelMessage("webchat", VISITOR, Text("Hello")))
        assert not await deliveries.start_due()
    assert [(await stage.entry(key)).status for key in ("slow", "quick")] == [OutboxStatus.SENT] * 2
    assert len(settled) == 2, "each may let another of its conversation go"


async def test_what_fails_around_one_delivery_ends_neither_the_others_nor_the_lane(stage: Stage) -> None:
    class BrokenLeases(MemoryLeases):
        @contextlib.asynccontextmanager
        async def hold(self, name: str, *, ttl: timedelta) -> AsyncIterator[bool]:
            if name.startswith("left:"):
                raise RuntimeError("nobody foresaw this")
            async with super().hold(name, ttl=ttl) as held:
                yield held

    await stage.meet()
    await stage.queue("left", purpose=Purpose.REPLY)
    await die_while_sending(stage, stage.sms)
    stage.clock.forward(STALE_AFTER)
    await stage.queue("other", purpose=Purpose.REPLY, dispatch=ChannelMessage("webchat", VISITOR, Text("Hello")))
    stage.runtime = replace(stage.runtime, leases=BrokenLeases())
    settled: list[int] = []
    async with Deliveries(stage.runtime, Lane.REPLIES, settled=lambda: settled.append(1)) as deliveries:
        await deliveries.start_due()
    assert [(await stage.entry(key)).status for key in ("left", "other")] == [OutboxStatus.SENDING, OutboxStatus.SENT]
    assert len(settled) == 2, "neither counts as under way any more"


async def test_no_more_is_claimed_than_may_be_under_way(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer_when_asked_to(_: object) -> None:
        most.append(len(stage.sms.tries) - len(stage.sms.taken))
        if len(stage.sms.tries) == 4:
            may_answer.set()
        await may_answer.wait()

    most: list[int] = []
    may_answer = asyncio.Event()
    monkeypatch.setattr(deliver, "BATCH", 2)
    monkeypatch.setattr(under_way, "LEAST", 4)
    monkeypatch.setattr(under_way, "MOST", 4)
    stage.sms.on_send = answer_when_asked_to
    await stage.meet()
    for number in range(9):
        await stage.queue(f"k{number}", purpose=Purpose.REPLY)
    async with Deliveries(stage.runtime, Lane.REPLIES, settled=lambda: None) as deliveries:
        while await deliveries.start_due():
            pass
    assert len(stage.sms.taken) == 9
    assert max(most) == 4


@pytest.mark.parametrize("error", [TemporarySendError("no answer in time"), PermanentSendError("refused")])
async def test_a_process_that_stood_still_undoes_nothing_of_what_another_has_sent_meanwhile(
    stage: Stage, error: Exception
) -> None:
    async def stand_still(_: object) -> None:
        stage.sms.on_send = None
        stage.clock.forward(STALE_AFTER)
        await deliver_due(stage.runtime)  # as the other process does
        raise error

    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    stage.sms.on_send = stand_still
    await deliver_due(stage.runtime)
    await stage.later(days=1)
    entry = await stage.entry("k")
    assert (entry.status, entry.vendor_id) == (OutboxStatus.SENT, "sms-k")
    assert len(stage.sms.taken) == 1, "and so nobody sends it again"


async def test_what_a_vendor_took_from_a_process_that_stood_still_is_written_down(stage: Stage) -> None:
    async def stand_still(_: object) -> None:
        stage.sms.on_send = None
        stage.clock.forward(STALE_AFTER)
        stage.sms.faults.append(TemporarySendError("busy"))
        await deliver_due(stage.runtime)  # as the other process does

    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    stage.sms.on_send = stand_still
    await deliver_due(stage.runtime)
    await stage.later(days=1)
    assert (await stage.entry("k")).status is OutboxStatus.SENT
    assert len(stage.sms.taken) == 1


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


# ---------------------------------------------------------------- a connector that the settings name no more


def without_texts(stage: Stage) -> None:
    """The service is started again, and its settings name no connector for texts any more."""
    left = {name: channel for name, channel in stage.runtime.channels.items() if name != "sms"}
    stage.runtime = replace(stage.runtime, channels=left, pacer=MemoryPacer())


@pytest.mark.parametrize("purpose", [Purpose.MARKETING, Purpose.SERVICE, Purpose.REPLY, Purpose.DESK])
async def test_what_waits_for_a_channel_that_is_gone_is_withheld_with_the_reason(
    stage: Stage, purpose: Purpose
) -> None:
    await stage.meet()
    await stage.queue("k", purpose=purpose)
    without_texts(stage)
    assert await deliver_due(stage.runtime) == 1
    assert await stage.outcome() == (OutboxStatus.WITHHELD, "sms is not set up here")


async def test_what_a_crash_left_for_a_channel_that_is_gone_is_given_up(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    await die_while_sending(stage, stage.sms)
    without_texts(stage)
    await restart(stage)
    reason = "it is unknown whether this was sent before: sms is not set up here any more"
    assert await stage.outcome() == (OutboxStatus.DEAD, reason)
