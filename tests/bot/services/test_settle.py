"""What a vendor says of a message after it has taken it, in whatever order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, OutboxStatus
from bot.domain.effects import RequestHandoff
from bot.domain.ids import ProfileId
from bot.domain.message import Author, DeliveryState, DeliveryStatus, OutboundMessage, Text
from bot.domain.person import Identity
from bot.services.deliver import deliver_due
from bot.services.merge_people import merge_people
from bot.services.receive import receive
from bot.services.stop_sender import lift_stop
from tests.bot.services.stage import ANA, PHONE, VISITOR, Stage, journey_of

BY_TEXT_OR_WEB = "- send: {response: utter_tip, channels: [sms, webchat]}"


async def tell(stage: Stage, key: str, error: str = "", *, state: DeliveryState = DeliveryState.FAILED) -> int:
    """The vendor tells how far the message got that it took last under this key."""
    number = sum(one.key == key for one in stage.sms.taken)
    sent_id = f"sms-{key}" if number < 2 else f"sms-{key}-{number}"
    status = DeliveryStatus("sms", f"{sent_id}:{state}", sent_id, state, error)
    return await receive(stage.runtime, stage.sms, [status])


async def sent(stage: Stage, key: str = "k") -> None:
    await stage.meet()
    await stage.consent()
    await stage.queue(key)
    await stage.settle()
    assert (await stage.entry(key)).status is OutboxStatus.SENT


async def test_a_message_that_did_not_arrive_is_dead_with_the_reason(stage: Stage) -> None:
    await sent(stage)
    assert await tell(stage, "k", "no_phone") == 1
    entry = await stage.entry("k")
    assert (entry.status, entry.reason) == (
        OutboxStatus.DEAD,
        "taken by the vendor, and not delivered: error no_phone (nobody has this number)",
    )
    assert [one.outcome for one in await stage.decisions()] == ["send", "dead"]
    assert await tell(stage, "k", "no_phone") == 0, "that is known"


async def test_nothing_more_is_sent_to_where_nothing_arrives_until_somebody_writes_from_there(stage: Stage) -> None:
    await sent(stage)
    await tell(stage, "k", "no_phone")
    await stage.queue("next")
    await stage.settle()
    assert (await stage.entry("next")).reason.startswith("nothing arrives at this address since")
    await stage.later(minutes=1)
    await stage.says("greet")
    await stage.later(hours=1)
    await stage.queue("after")
    await stage.settle()
    assert (await stage.entry("after")).status is OutboxStatus.SENT


async def test_a_phone_that_was_off_is_tried_again_a_few_times_with_longer_pauses(stage: Stage) -> None:
    await sent(stage)
    await tell(stage, "k", "off")
    assert (await stage.entry("k")).status is OutboxStatus.WAITING
    await stage.later(minutes=59)
    assert len(stage.sms.taken) == 1
    await stage.later(minutes=2)
    assert len(stage.sms.taken) == 2
    assert (await stage.entry("k")).attempts == 2


async def test_the_last_failure_is_final(stage: Stage) -> None:
    await sent(stage)
    for hours in (2, 5):
        await tell(stage, "k", "off")
        await stage.later(hours=hours)
    assert (await stage.entry("k")).attempts == 3
    await tell(stage, "k", "off")
    assert (await stage.entry("k")).status is OutboxStatus.DEAD


async def test_what_waits_to_be_tried_again_needs_consent_again(stage: Stage) -> None:
    await sent(stage)
    await tell(stage, "k", "off")
    await stage.says("stop")
    await stage.later(hours=2)
    assert (await stage.entry("k")).status is OutboxStatus.WITHHELD
    assert sum(one.key == "k" for one in stage.sms.taken) == 1


async def test_a_stop_that_the_vendor_tells_of_later_ends_everything(stage: Stage) -> None:
    stage.play(journey_of("- wait: 30d\n- send: {response: utter_tip, channels: [sms]}"))
    await sent(stage)
    await stage.happens("demo.requested")
    await tell(stage, "k", "opted_out")
    assert not await stage.may_send()
    assert await stage.enrolments() == []


async def test_a_failure_told_before_the_receipt_counts_when_the_receipt_comes(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.queue("k")

    async def overtake(_message: object) -> None:
        status = DeliveryStatus("sms", "sms-k:failed", "sms-k", DeliveryState.FAILED, "no_phone", "k")
        await receive(stage.runtime, stage.sms, [status])

    stage.sms.on_send = overtake
    await deliver_due(stage.runtime)
    assert (await stage.entry("k")).status is OutboxStatus.DEAD


async def test_a_vendor_that_told_of_our_key_settles_what_a_crash_left_open(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.queue("k")
    async with stage.store.transaction() as uow:
        await uow.outbox.claim(stage.clock.now(), 10, stale_after=timedelta(minutes=2))
    status = DeliveryStatus("sms", "SM7:sent", "SM7", DeliveryState.SENT, "", "k")
    await receive(stage.runtime, stage.sms, [status])
    await stage.later(minutes=3)
    entry = await stage.entry("k")
    assert (entry.status, entry.vendor_id, stage.sms.taken) == (OutboxStatus.SENT, "SM7", [])


async def test_a_journeys_message_that_did_not_arrive_goes_to_the_next_channel(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.consent(channel="webchat")
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    stage.play(journey_of(BY_TEXT_OR_WEB))
    await stage.happens("demo.requested")
    await stage.settle()
    [message] = stage.sms.taken
    await tell(stage, message.key, "no_phone")
    await stage.settle()
    assert stage.webchat.texts() == ["I am a machine.", "A tip."]


async def test_a_rep_hears_that_their_message_did_not_arrive(stage: Stage) -> None:
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await stage.says("lead")
    await stage.reply("Shall I call you?")
    message = stage.sms.taken[-1]
    await tell(stage, message.key, "no_phone")
    await stage.settle()
    assert any("did not reach the customer" in str(one.content) for one in stage.slack.taken)


# ---------------------------------------------------------------- a sender that is stopped


async def test_a_filtered_message_stops_the_sender_and_tells_the_desk(stage: Stage) -> None:
    await sent(stage)
    await tell(stage, "k", "filtered")
    await stage.queue("offer")
    await stage.queue("answer", purpose=Purpose.REPLY, dispatch=ChannelMessage("sms", PHONE, Text("Hello!")))
    await stage.settle()
    assert (await stage.entry("offer")).reason == "sms is stopped since 23 November 2026: taken for spam"
    assert (await stage.entry("offer")).status is OutboxStatus.WAITING
    assert (await stage.entry("answer")).status is OutboxStatus.WITHHELD
    [alert] = stage.slack.taken
    assert "overture senders lift sms" in str(alert.content)


async def test_an_operator_lets_a_stopped_sender_send_again(stage: Stage) -> None:
    await sent(stage)
    await tell(stage, "k", "filtered")
    await stage.queue("offer")
    await stage.settle()
    async with stage.store.transaction() as uow:
        assert await lift_stop(uow, "sms")
        assert not await lift_stop(uow, "sms")
    await stage.later(minutes=16)
    assert (await stage.entry("offer")).status is OutboxStatus.SENT


async def test_what_a_stopped_sender_holds_back_is_told_once_a_day(stage: Stage) -> None:
    await sent(stage)
    await tell(stage, "k", "filtered")
    await stage.queue("offer")
    await stage.settle()

    async def told() -> list[str]:
        return [one.outcome for one in await stage.decisions() if one.entry_key == "offer"]

    for _ in range(4):
        await stage.later(minutes=16)
    assert await told() == ["later"]
    await stage.later(hours=24)
    await stage.later(minutes=16)
    assert await told() == ["later", "later"]
    async with stage.store.transaction() as uow:
        assert await lift_stop(uow, "sms")
    await stage.later(minutes=16)
    assert await told() == ["later", "later", "send"]


async def test_one_stop_alerts_once(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    for key in ("k", "l"):
        await stage.queue(key)
    await stage.settle()
    await tell(stage, "k", "filtered")
    await tell(stage, "l", "filtered")
    await stage.settle()
    assert len(stage.slack.taken) == 1


# ---------------------------------------------------------------- a channel with a reply window


@pytest.fixture
def whatsapp(stage: Stage) -> None:
    stage.open_whatsapp()


async def test_within_the_reply_window_a_text_leaves_and_later_it_is_withheld(stage: Stage, whatsapp: None) -> None:
    assert await stage.says("greet", channel="whatsapp") == ["I am a machine. Hello!"]
    rep = ChannelMessage("whatsapp", PHONE, Text("Still there?", author=Author.PERSON))
    profile = (await stage.at("whatsapp")).profile_id
    await stage.later(hours=23)
    await stage.queue("in time", purpose=Purpose.SERVICE, dispatch=rep, profile_id=profile)
    await stage.settle()
    await stage.later(hours=1)
    await stage.queue("too late", purpose=Purpose.SERVICE, dispatch=rep, profile_id=profile)
    await stage.settle()
    assert (await stage.entry("in time")).status is OutboxStatus.SENT
    assert (await stage.entry("too late")).status is OutboxStatus.WITHHELD
    assert [one.why for one in await stage.decisions(profile)][-1].startswith(
        "whatsapp takes only a template later than 24 hours after the customer's last message (that was 23 Nov"
    )


async def test_a_stop_on_one_channel_of_a_number_counts_on_the_other(stage: Stage, whatsapp: None) -> None:
    await stage.meet()
    await stage.consent()
    await stage.consent(channel="whatsapp")
    assert await stage.says("stop", channel="whatsapp") == ["I am a machine. You will get no more of these."]
    assert not await stage.may_send()
    assert not await stage.may_send(channel="whatsapp")
    await stage.later(minutes=1)
    await stage.says("start", channel="whatsapp")
    assert await stage.may_send(channel="whatsapp")
    assert not await stage.may_send(), "START brings back only where it was written"


async def test_what_the_vendor_answers_itself_is_not_answered_again(stage: Stage) -> None:
    assert await stage.says("help", metadata={"vendor_answers": True}) == []
    assert await stage.says("stop", metadata={"vendor_answers": True}) == []
    assert not await stage.may_send()


async def test_a_failure_that_was_told_first_is_theirs_with_whom_the_person_was_merged_meanwhile(stage: Stage) -> None:
    """Else it could not be written down, and what its vendor has taken came up again as left by a crash."""
    older = ProfileId("older")
    await stage.meet(older, phone="+447700900456")
    stage.clock.forward(timedelta(hours=1))
    await stage.meet()
    await stage.consent()

    async def merge(message: OutboundMessage) -> None:
        told = DeliveryStatus("sms", "told", f"sms-{message.key}", DeliveryState.FAILED, "opted_out")
        await receive(stage.runtime, stage.sms, [told])
        async with stage.store.transaction() as uow:
            await merge_people(uow, stage.runtime, older, ANA, who="a test", why="the same", now=stage.clock.now())

    stage.sms.on_send = merge
    await stage.queue("k")
    await stage.settle()
    assert (await stage.entry("k")).status is OutboxStatus.DEAD
    assert not await stage.may_send(of=older)
