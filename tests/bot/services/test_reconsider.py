"""An answer to a question on consent is taken back in the messages after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.challenge import Asked, Challenge, ChallengeId
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.ids import MessageId
from bot.services.weigh import is_awaited
from tests.bot.services.stage import ANA, PHONE, Stage


async def _agreed(stage: Stage, *, message: MessageId) -> None:
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.consents.add(
            ConsentRecord(ANA, Purpose.MARKETING, "sms", True, now, "answered in sms", "May we text you?", message)
        )


async def _latest(stage: Stage) -> MessageId:
    message = (await stage.at()).tracker.latest_message
    assert message is not None
    return message.message_id


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    await stage.meet()
    await stage.says("greet")
    await _agreed(stage, message=await _latest(stage))
    await stage.later(minutes=1)
    return stage


@pytest.mark.parametrize(
    "said", ["actually no", "sorry, wrong button", "I changed my mind", "doch nicht", "but only by e-mail"]
)
async def test_a_yes_is_taken_back_and_the_ledger_says_so(stage: Stage, said: str) -> None:
    await stage.says(said)
    async with stage.store.transaction() as uow:
        last = (await uow.consents.of(ANA))[-1]
    assert (last.granted, last.channel, last.text) == (False, "sms", "May we text you?")
    assert "took back on sms" in last.how
    assert not await stage.may_send()


@pytest.mark.parametrize("said", ["greet", "no thanks, that's all", "is that so?", "yes"])
async def test_other_messages_leave_it(stage: Stage, said: str) -> None:
    await stage.says(said)
    assert await stage.may_send()


async def test_a_condition_that_comes_later_is_about_something_else(stage: Stage) -> None:
    await stage.says("greet")
    await stage.says("but only by e-mail")
    assert await stage.may_send()


async def test_what_is_said_much_later_is_about_something_else(stage: Stage) -> None:
    for _ in range(3):
        await stage.says("greet")
    await stage.says("actually no")
    assert await stage.may_send()


async def test_a_consent_that_is_to_be_confirmed_is_taken_back_as_well(stage: Stage) -> None:
    asked = Asked(Purpose.MARKETING, "May we write to you?", "answered in sms", await _latest(stage))
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        challenge = Challenge(ChallengeId("c"), ANA, "whatsapp", PHONE, now, now + timedelta(days=3), asked)
        await uow.challenges.add(challenge)
    await stage.later(minutes=1)
    await stage.says("I changed my mind")
    async with stage.store.transaction() as uow:
        assert not await is_awaited(uow, challenge, stage.clock.now())
        assert {one.channel for one in await uow.consents.of(ANA) if not one.granted} == {"sms", "whatsapp"}
