"""An address that is to be spared, by the word of its owner or of a vendor."""

from __future__ import annotations

from bot.domain.consent import Consequence
from bot.domain.delivery import OutboxStatus
from bot.domain.message import SpareAddress
from bot.domain.person import Identity
from bot.services.receive import receive
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of

STOP = SpareAddress("sms", "link", PHONE, Consequence.OPTED_OUT, "pressed the link to unsubscribe")


async def test_an_opt_out_by_link_ends_all_marketing_at_once_and_is_recorded_with_how(stage: Stage) -> None:
    stage.play(journey_of("- wait: 1d\n- send: {response: utter_tip, channels: [sms]}"))
    await stage.meet()
    await stage.consent()
    await stage.queue("k")
    assert await receive(stage.runtime, stage.sms, [STOP]) == 1
    await stage.settle()
    assert (await stage.entry("k")).status is OutboxStatus.WITHHELD
    assert not await stage.may_send()
    async with stage.store.transaction() as uow:
        suppression = await uow.consents.suppression("sms", PHONE)
        refused = [one for one in await uow.consents.of(ANA) if not one.granted]
    assert suppression is not None
    assert suppression.reason == "pressed the link to unsubscribe"
    assert {one.channel: one.how for one in refused}["sms"] == "pressed the link to unsubscribe"


async def test_the_same_word_twice_is_taken_once(stage: Stage) -> None:
    await stage.meet()
    assert await receive(stage.runtime, stage.sms, [STOP]) == 1
    assert await receive(stage.runtime, stage.sms, [STOP]) == 0


async def test_an_address_that_is_nobodys_is_spared_too(stage: Stage) -> None:
    assert await receive(stage.runtime, stage.sms, [STOP]) == 1
    async with stage.store.transaction() as uow:
        assert await uow.consents.suppression("sms", PHONE) is not None


async def test_whom_the_vendor_knows_by_an_id_of_its_own_is_the_same_person(stage: Stage) -> None:
    stage.open_whatsapp()
    await stage.meet()
    await stage.consent()
    user = Identity("whatsapp", "GB.1", verified=True)
    await stage.says("greet", channel="whatsapp", identities=(user,))
    word = SpareAddress("whatsapp", "stop", user.value, Consequence.OPTED_OUT, "stopped marketing in WhatsApp")
    assert await receive(stage.runtime, stage.whatsapp, [word]) == 1
    assert not await stage.may_send()
    assert await receive(stage.runtime, stage.whatsapp, [word]) == 0


async def test_where_nothing_arrives_nothing_more_is_sent_and_consent_stands(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    word = SpareAddress("sms", "bounce", PHONE, Consequence.UNREACHABLE, "nobody has this address")
    assert await receive(stage.runtime, stage.sms, [word]) == 1
    assert await receive(stage.runtime, stage.sms, [word]) == 0
    await stage.queue("k")
    await stage.settle()
    assert (await stage.entry("k")).reason.startswith("nothing arrives at this address since")
    assert await stage.may_send()
