"""Preferences are changed: what somebody wants no more at an address, nobody else makes them get there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.audit import Deed
from bot.domain.consent import Purpose, Wish
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import RecordConsent
from bot.domain.ids import ProfileId
from bot.domain.importing import Arrival, GivenConsent, Taking
from bot.domain.person import Identity, Profile
from bot.services.cause import Cause
from bot.services.change_preferences import change_preferences, choices_of, refuse_channel
from bot.services.import_people import take_people
from tests.bot.services.stage import ANA, PHONE, VISITOR, Stage

BEA = ProfileId("bea")
YES = RecordConsent(Purpose.MARKETING, "sms", True, "May we?", "answered in the chat")


@pytest.fixture
async def turned_off(stage: Stage) -> Stage:
    """Ana, who wants no more marketing by text message, and keeps that in the chat."""
    await stage.meet()
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    await stage.consent()
    await stage.consent(channel="webchat")
    await change(stage, shown={"sms", "webchat"}, wanted={"webchat"})
    stage.clock.forward(timedelta(minutes=1))
    return stage


async def change(stage: Stage, *, shown: set[str], wanted: set[str]) -> None:
    texts = {"sms": "By text message.", "webchat": "By the chat."}
    async with stage.store.transaction() as uow:
        wish = Wish("page", stage.clock.now())
        await change_preferences(uow, stage.runtime, ANA, shown=shown, wanted=wanted, texts=texts, wish=wish)


async def offer(stage: Stage, key: str, of: ProfileId = ANA) -> OutboxStatus:
    """What becomes of an offer for Ana's number."""
    await stage.queue(key, profile_id=of)
    await stage.settle()
    return (await stage.entry(key)).status


async def typed_by_another(stage: Stage) -> None:
    """Bea types Ana's number in the chat, and agrees to get texts there."""
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.profiles.add(Profile(BEA, now, time_zone="Europe/London"))
        await uow.profiles.claim(BEA, Identity("phone", PHONE), now)
    await stage.do(YES, cause=Cause("bea", BEA))


async def test_who_turned_a_channel_off_gets_nothing_there_by_what_another_agrees_to(turned_off: Stage) -> None:
    await typed_by_another(turned_off)
    assert await offer(turned_off, "offer", BEA) is OutboxStatus.WITHHELD
    assert [one.why[:22] for one in await turned_off.decisions(BEA)] == ["this address opted out"]
    async with turned_off.store.transaction() as uow:
        choices = {one.channel: one for one in await choices_of(uow, turned_off.runtime, BEA)}
    assert not choices["sms"].wanted


async def test_nor_by_what_another_had_agreed_to_before(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.consent(channel="webchat")
    await typed_by_another(stage)
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    await change(stage, shown={"sms", "webchat"}, wanted={"webchat"})
    assert await offer(stage, "offer", BEA) is OutboxStatus.WITHHELD


async def test_nor_by_an_import_of_somebody_else(turned_off: Stage) -> None:
    given = GivenConsent(Purpose.MARKETING, "sms", True, turned_off.clock.now(), "a form", "May we?")
    bea = (Identity("phone", PHONE), Identity("email", "bea@example.com"))
    [landing] = await take_people(
        turned_off.runtime, [Arrival(1, bea, consents=(given,))], Taking("a list"), Deed("a", "b")
    )
    assert any("is not taken" in one for one in landing.warnings)


async def test_what_they_ask_for_comes_all_the_same(turned_off: Stage) -> None:
    await turned_off.queue("confirmation", purpose=Purpose.SERVICE)
    await turned_off.settle()
    assert (await turned_off.entry("confirmation")).status is OutboxStatus.SENT


async def test_who_turns_it_on_again_gets_it_again(turned_off: Stage) -> None:
    await change(turned_off, shown={"webchat"}, wanted={"sms", "webchat"})
    assert await offer(turned_off, "offer") is OutboxStatus.SENT


async def test_so_does_who_agrees_anew_with_a_number_that_they_have_proved(turned_off: Stage) -> None:
    await turned_off.do(YES)
    assert await offer(turned_off, "offer") is OutboxStatus.SENT


async def test_and_who_writes_start(turned_off: Stage) -> None:
    await turned_off.says("start")
    assert await offer(turned_off, "offer") is OutboxStatus.SENT


async def test_what_is_turned_off_stays_so_though_the_clock_was_put_back_since_it_was_turned_on(
    stage: Stage,
) -> None:
    await stage.meet()
    await stage.consent()
    await stage.consent(channel="webchat")
    stage.clock.forward(timedelta(seconds=-20))
    async with stage.store.transaction() as uow:
        await refuse_channel(uow, stage.runtime, ANA, "sms", Wish("a CRM", stage.clock.now()))
    assert not await stage.may_send()
