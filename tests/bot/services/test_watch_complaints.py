"""When many call what we send spam, the desk hears of it before mail services turn on the sender."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.consent import Consequence
from bot.domain.delivery import OutboxStatus
from bot.domain.message import SpareAddress
from bot.services.erase_person import erase_person
from bot.services.receive import receive
from bot.services.watch_complaints import complaints_of
from tests.bot.services.stage import ANA, PHONE, Stage
from tests.contracts.samples import entry


def complaint(address: str) -> SpareAddress:
    return SpareAddress("sms", f"spam {address}", address, Consequence.COMPLAINED, "called it spam")


async def complain(stage: Stage, *addresses: str) -> None:
    for address in addresses:
        assert await receive(stage.runtime, stage.sms, [complaint(address)]) == 1
    await stage.settle()


async def test_a_complaint_is_an_opt_out_and_counted(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await complain(stage, PHONE)
    assert not await stage.may_send()
    async with stage.store.transaction() as uow:
        suppression = await uow.consents.suppression("sms", PHONE)
        assert (await complaints_of(uow, "sms", stage.clock.now())).complaints == 1
    assert suppression is not None
    assert suppression.reason == "called it spam"
    assert await receive(stage.runtime, stage.sms, [complaint(PHONE)]) == 0


async def test_the_desk_hears_of_too_many_once_a_day(stage: Stage) -> None:
    await complain(stage, "+447700900001", "+447700900002")
    assert stage.desk_texts() == []
    await complain(stage, "+447700900003", "+447700900004")
    (told,) = stage.desk_texts()
    assert told.startswith("sms: 3 of 0 messages within 7 days were called spam. Gmail and Yahoo")
    stage.clock.forward(timedelta(days=1))
    await complain(stage, "+447700900005")
    assert len(stage.desk_texts()) == 2


async def test_complaints_of_last_week_count_no_more(stage: Stage) -> None:
    await complain(stage, "+447700900001", "+447700900002")
    stage.clock.forward(timedelta(days=8))
    await complain(stage, "+447700900003")
    assert stage.desk_texts() == []


@pytest.mark.parametrize(("sent", "told"), [(999, 1), (1_001, 0)])
async def test_they_are_held_against_what_was_sent(stage: Stage, sent: int, told: int) -> None:
    async with stage.store.transaction() as uow:
        for number in range(sent):
            one = entry(f"k{number}", channel="sms", conversation_id=None, profile_id=None)
            await uow.outbox.add(one)
            await uow.outbox.settle(replace(one, status=OutboxStatus.SENT))
    await complain(stage, "+447700900001", "+447700900002", "+447700900003")
    assert len(stage.desk_texts()) == told


async def test_of_somebody_who_was_erased_no_address_is_kept_for_it(stage: Stage) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
    await receive(stage.runtime, stage.sms, [complaint(PHONE)])
    async with stage.store.transaction() as uow:
        assert (await complaints_of(uow, "sms", stage.clock.now())).complaints == 0
