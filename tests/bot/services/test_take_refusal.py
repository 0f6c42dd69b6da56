"""What follows when a vendor refuses a journey's message for good."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.assistant import Response, Variation
from bot.domain.delivery import OutboxStatus
from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.domain.person import Identity
from tests.bot.services.stage import ANA, VISITOR, Stage, journey_of

BY_TEXT_OR_WEB = "- send: {response: utter_tip, channels: [sms, webchat]}"


@pytest.fixture
async def ana(stage: Stage) -> None:
    """She has a phone and is known on the website, and may be written to on both."""
    await stage.meet()
    await stage.consent()
    await stage.consent(channel="webchat")
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    stage.play(journey_of(BY_TEXT_OR_WEB))


async def outcomes(stage: Stage) -> list[tuple[str, str]]:
    return [(one.channel, one.outcome) for one in await stage.decisions()]


async def test_what_a_channel_refuses_goes_to_the_next(stage: Stage, ana: None) -> None:
    stage.sms.faults.append(PermanentSendError("this number does not exist"))
    await stage.happens("demo.requested")
    await stage.settle()
    assert stage.sms.texts() == []
    assert stage.webchat.texts() == ["I am a machine.", "A tip."]
    assert sorted(await outcomes(stage)) == [("sms", "dead"), ("sms", "send"), ("webchat", "send")]


async def test_it_says_there_what_the_event_brought(stage: Stage, ana: None) -> None:
    playbook = stage.library.playbook
    cart = Response("utter_tip", (Variation("{{ event.item | default: 'Something' }} waits.", liquid=True),))
    assistant = replace(playbook.assistant, responses={**playbook.assistant.responses, "utter_tip": cart})
    stage.library.playbook = replace(playbook, assistant=assistant)
    stage.sms.faults.append(PermanentSendError("this number does not exist"))
    await stage.happens("demo.requested", item="A scarf")
    await stage.settle()
    assert stage.webchat.texts() == ["I am a machine.", "A scarf waits."]


async def test_marketing_goes_to_the_first_channel_that_they_agreed_to(stage: Stage, ana: None) -> None:
    await stage.consent(granted=False)
    await stage.happens("demo.requested")
    await stage.settle()
    assert (stage.sms.texts(), stage.webchat.texts()) == ([], ["I am a machine.", "A tip."])


async def test_where_they_agreed_to_none_the_first_one_says_why(stage: Stage, ana: None) -> None:
    for channel in ("sms", "webchat"):
        await stage.consent(granted=False, channel=channel)
    await stage.happens("demo.requested")
    await stage.settle()
    assert await outcomes(stage) == [("sms", "withhold")]


async def test_it_needs_consent_there_as_well(stage: Stage, ana: None) -> None:
    await stage.consent(granted=False, channel="webchat")
    stage.sms.faults.append(PermanentSendError("this number does not exist"))
    await stage.happens("demo.requested")
    await stage.settle()
    assert stage.webchat.texts() == []
    assert ("webchat", "withhold") in await outcomes(stage)


async def test_whoever_opted_out_at_the_vendor_is_not_followed_to_another_channel(stage: Stage, ana: None) -> None:
    stage.sms.faults.append(PermanentSendError("unsubscribed", code="opted_out"))
    await stage.happens("demo.requested")
    await stage.settle()
    assert stage.webchat.texts() == []
    assert not await stage.may_send()


async def test_what_may_go_better_later_waits_for_its_own_channel(stage: Stage, ana: None) -> None:
    stage.sms.faults.append(TemporarySendError("busy"))
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.later(minutes=1)
    assert stage.sms.texts() == ["I am a machine. A tip."]
    assert stage.webchat.texts() == []


async def test_after_the_last_channel_it_is_dead(stage: Stage, ana: None) -> None:
    stage.sms.faults.append(PermanentSendError("this number does not exist"))
    stage.webchat.faults.append(PermanentSendError("the visitor is gone"))
    await stage.happens("demo.requested")
    await stage.settle()
    async with stage.store.transaction() as uow:
        assert await uow.outbox.count(OutboxStatus.DEAD) == 2
        assert await uow.outbox.next_due() is None
