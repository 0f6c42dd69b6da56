"""Attempt: what was under way when a process died, between the moment when its vendor took it and the record."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, OutboxStatus
from bot.domain.errors import TemporarySendError
from bot.domain.message import Text
from bot.services.attempt import attempt
from bot.services.compose_outbound import STALE_AFTER
from bot.services.deliver import deliver_due
from bot.services.let_go import TakenOver, let_go
from bot.services.try_again import MOST_ATTEMPTS
from tests.bot.services.crash import claimed, die_while_sending, restart
from tests.bot.services.fakes import VendorWithAList
from tests.bot.services.stage import ANA, VISITOR, Stage

SECOND = timedelta(seconds=1)


async def test_marketing_that_may_have_left_before_a_crash_is_not_sent_again(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.queue("k")
    await die_while_sending(stage, stage.sms)
    await restart(stage)
    assert await stage.outcome() == (
        OutboxStatus.DEAD,
        "it is unknown whether this was sent before; marketing is not sent twice",
    )
    assert len(stage.sms.taken) == 1
    assert [one.outcome for one in await stage.decisions()] == ["send", "dead"]


async def test_marketing_that_was_only_claimed_before_a_crash_is_sent(stage: Stage) -> None:
    """Nothing leaves before its decision record is kept, and there is none."""
    await stage.meet()
    await stage.consent()
    await stage.queue("k")
    await claimed(stage)
    await restart(stage)
    assert (await stage.entry("k")).status is OutboxStatus.SENT
    assert [one.outcome for one in await stage.decisions()] == ["send"]


@pytest.mark.parametrize("purpose", [Purpose.MARKETING, Purpose.REPLY])
async def test_what_another_process_has_taken_over_is_left_to_it(stage: Stage, purpose: Purpose) -> None:
    """A process that stood still for minutes goes on where it was."""
    await stage.meet()
    await stage.consent()
    await stage.queue("k", purpose=purpose)
    [entry] = await claimed(stage)
    await stage.later(minutes=3)
    assert (await stage.entry("k")).status is OutboxStatus.SENT
    answers = await let_go(stage.runtime, [entry])
    assert isinstance(answers[entry.id], TakenOver)
    with pytest.raises(TakenOver):
        await attempt(stage.runtime, entry, answers[entry.id])
    assert len(stage.sms.taken) == 1
    assert [one.outcome for one in await stage.decisions()] == ["send"]


async def test_marketing_that_was_let_go_is_not_sent_by_whoever_takes_it_over(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.queue("k")
    [entry] = await claimed(stage)
    answers = await let_go(stage.runtime, [entry])
    await stage.later(minutes=3)
    assert stage.sms.taken == []
    assert (await attempt(stage.runtime, entry, answers[entry.id])).status is OutboxStatus.SENT
    assert len(stage.sms.taken) == 1


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
    await stage.meet()
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
    assert await stage.outcome("offer") == (OutboxStatus.SENDING, "the connector failed; see the log")
    await stage.later(minutes=3)
    assert (await stage.entry("offer")).status is OutboxStatus.DEAD
    assert stage.sms.texts() == ["I am a machine. Hello"]
