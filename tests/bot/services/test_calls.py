"""What is different where people talk, and do not write: each call is told anew, and a person is put through to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.delivery import ChannelMessage, OutboxStatus
from bot.domain.effects import RequestHandoff, Say
from bot.domain.message import DeliveryState, DeliveryStatus, DeskVerb, HandoffCard, Text, Transfer
from bot.ports import Abilities
from bot.services.hand_off import transfer_key
from bot.services.receive import receive
from bot.services.start_conversation import start_conversation
from connectors.twilio_voice.calls import FAILURES as CALL_FAILURES
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import ANA, PHONE, Stage

MACHINE = "I am a machine."
SATURDAY = datetime(2026, 11, 28, 11, tzinfo=UTC)
SPOKEN = Abilities(identity="phone", spoken=True, transfers=True)


@pytest.fixture
def voice(stage: Stage) -> FakeChannel:
    channel = FakeChannel("voice", SPOKEN)
    stage.runtime = replace(stage.runtime, channels={**stage.runtime.channels, "voice": channel})
    return channel


async def say(stage: Stage, text: str, **more: Any) -> None:
    await stage.hear(text, channel="voice", address=PHONE, **more)
    await stage.settle()


async def test_each_call_is_told_anew_that_this_is_a_machine(stage: Stage, voice: FakeChannel) -> None:
    for _ in range(2):
        await say(stage, "", opened=True)
        await say(stage, "greet")
        await say(stage, "greet")
        first, second = voice.texts()
        assert first.startswith(MACHINE)
        assert MACHINE not in second
        voice.taken.clear()
        await stage.later(days=3)


async def test_the_same_call_told_twice_begins_once(stage: Stage, voice: FakeChannel) -> None:
    await say(stage, "", opened=True, vendor_id="call 1")
    await say(stage, "greet")
    await say(stage, "", opened=True, vendor_id="call 1")
    await say(stage, "greet")
    assert [text.startswith(MACHINE) for text in voice.texts()] == [True, False]


async def test_who_asks_for_a_person_on_the_phone_is_put_through(stage: Stage, voice: FakeChannel) -> None:
    await stage.meet(attributes={"name": "Ana Lima", "team_size": 80})
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await say(stage, "lead", vendor_id="turn 1")
    handoff = await stage.handoff("voice")
    [transfer] = [one for one in voice.taken if isinstance(one.content, Transfer)]
    assert transfer.key == transfer_key("voice:turn 1")
    assert transfer.content == Transfer(handoff.id, "Ana Lima — Asked for a person. Name: Ana Lima. Team size: 80")
    assert handoff.summary == "Asked for a person; calls on voice"
    await say(stage, "lead", vendor_id="turn 2")
    assert len([one for one in voice.taken if isinstance(one.content, Transfer)]) == 2
    assert len([one for one in stage.slack.taken if isinstance(one.content, HandoffCard)]) == 1


async def test_a_phone_rings_at_no_desk_that_is_closed(stage: Stage, voice: FakeChannel) -> None:
    await stage.meet()
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person", desk="support"),)
    stage.clock.set(SATURDAY)
    await say(stage, "lead", vendor_id="turn 1")
    assert voice.texts()[-1] == "We are back Monday at 08:00."
    assert not [one for one in voice.taken if isinstance(one.content, Transfer)]
    stage.clock.set(SATURDAY + timedelta(days=2))
    await say(stage, "lead", vendor_id="turn 2")
    assert [one for one in voice.taken if isinstance(one.content, Transfer)]


async def test_who_writes_is_not_put_through(stage: Stage, voice: FakeChannel) -> None:
    await stage.meet()
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await stage.says("lead")
    assert not [one for one in (*voice.taken, *stage.sms.taken) if isinstance(one.content, Transfer)]


async def test_a_channel_knows_on_what_occasion_a_message_comes(stage: Stage, voice: FakeChannel) -> None:
    await stage.meet()
    await stage.consent()
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    stage.actions.says["action_lead"] = (Say(Text("One moment.")),)
    await stage.says("lead")
    await stage.click(await stage.handoff(), DeskVerb.CLAIM)
    await stage.click(await stage.handoff(), DeskVerb.HAND_BACK)
    await stage.queue("offer")
    await stage.settle()
    occasions = {one.key.removesuffix(":0"): one.occasion for one in stage.sms.taken}
    joined = next(one for one in stage.sms.taken if "utter_rep_joined" in one.key)
    assert (occasions["sms:in-1"], joined.occasion, occasions["offer"]) == ("reply", "aside", "proactive")


async def test_a_withheld_number_makes_nobody_known(stage: Stage, voice: FakeChannel) -> None:
    await stage.hear("greet", channel="voice", address="withheld:CA1", nameless=True)
    await stage.settle()
    conversation = await stage.at("voice", "withheld:CA1")
    async with stage.store.transaction() as uow:
        assert await uow.profiles.identities(conversation.profile_id) == []
        assert await uow.profiles.owner_of("phone", "withheld:CA1") is None


async def test_a_caller_with_a_known_number_is_who_had_it_before(stage: Stage, voice: FakeChannel) -> None:
    await stage.meet()
    await say(stage, "greet")
    assert (await stage.at("voice")).profile_id == ANA


async def test_actions_know_the_number_that_somebody_calls_from_unless_it_is_withheld(
    stage: Stage, voice: FakeChannel
) -> None:
    known = []
    for channel, address in (("voice", PHONE), ("voice", "withheld:CA1"), ("webchat", "visitor")):
        await stage.hear("lead", channel=channel, address=address, nameless=address == "withheld:CA1")
        await stage.settle()
        known.append(stage.actions.given[-1]["phone"])
    assert known == [PHONE, None, None]


async def test_nobody_is_checked_in_on_after_a_call(stage: Stage, voice: FakeChannel) -> None:
    playbook = stage.library.playbook
    still_there = {"utter_still_there": playbook.assistant.responses["utter_tip"]}
    assistant = replace(playbook.assistant, responses={**playbook.assistant.responses, **still_there})
    stage.library.playbook = replace(playbook, silence=timedelta(minutes=5), assistant=assistant)
    await say(stage, "book")
    before = len(voice.taken)
    await stage.later(minutes=6)
    assert len(voice.taken) == before


async def call_for(stage: Stage, key: str, **more: Any) -> None:
    """A journey's message that is a call."""
    await stage.queue(key, dispatch=ChannelMessage("voice", PHONE, Text("An offer."), response="utter_offer", **more))
    await stage.settle()


async def test_each_call_that_we_place_says_that_this_is_a_machine(stage: Stage, voice: FakeChannel) -> None:
    await stage.meet()
    await stage.consent(channel="voice")
    async with stage.store.transaction() as uow:
        conversation = await start_conversation(uow, ANA, "voice", PHONE, stage.clock.now())
    for key in ("first", "second"):
        message = ChannelMessage("voice", PHONE, Text("An offer."))
        await stage.queue(key, dispatch=message, conversation_id=conversation.id)
        await stage.settle()
    assert voice.texts() == [f"{MACHINE} An offer."] * 2


async def test_a_call_without_consent_is_not_placed(stage: Stage, voice: FakeChannel) -> None:
    await stage.meet()
    await stage.consent(channel="sms")
    await call_for(stage, "call")
    assert voice.taken == []
    assert (await stage.entry("call")).status is OutboxStatus.WITHHELD


async def test_a_busy_line_is_called_again_and_in_the_end_written_to(stage: Stage, voice: FakeChannel) -> None:
    voice.abilities = replace(SPOKEN, failures=CALL_FAILURES)
    await stage.meet()
    await stage.consent(channel="voice")
    await stage.consent(channel="sms")
    await call_for(stage, "call", fallbacks=("sms",))
    for tries in (1, 2, 3):
        entry = await stage.entry("call")
        assert (entry.status, entry.attempts, len(voice.taken)) == (OutboxStatus.SENT, tries, tries)
        assert stage.sms.texts() == []
        busy = DeliveryStatus("voice", f"CA{tries}:busy", str(entry.vendor_id), DeliveryState.FAILED, error="busy")
        await receive(stage.runtime, voice, [replace(busy, key="call")])
        await stage.later(hours=1.5)
        await stage.settle()
    assert (await stage.entry("call")).status is OutboxStatus.DEAD
    assert len(stage.sms.texts()) == 1
