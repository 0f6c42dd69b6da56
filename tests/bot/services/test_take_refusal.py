"""What follows when a vendor refuses a journey's message for good."""

from __future__ import annotations

import pytest

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
