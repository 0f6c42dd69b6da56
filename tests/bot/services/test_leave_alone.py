"""A STOP from the address of somebody who was erased."""

from __future__ import annotations

import pytest

from bot.domain.consent import Consequence
from bot.domain.message import SpareAddress
from bot.services.erase_person import erase_person
from bot.services.receive import receive
from tests.bot.services.stage import ANA, PHONE, Stage
from tests.bot.services.test_erase_person import found_in, rows


@pytest.fixture
async def erased(stage: Stage) -> Stage:
    await stage.meet()
    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
    return stage


async def reasons(stage: Stage) -> set[tuple[str, str]]:
    async with stage.store.transaction() as uow:
        return {(one.channel, one.reason) for one in await uow.consents.erased(PHONE)}


@pytest.mark.parametrize("words", ["STOP", "please stop texting me"])
async def test_it_is_heeded_and_confirmed_once_and_nothing_of_them_is_kept(erased: Stage, words: str) -> None:
    assert await erased.says(words) == ["I am a machine. You will get no more of these."]
    assert await erased.says("Stop!") == []
    assert await reasons(erased) == {(name, "wrote so on sms") for name in ("sms", "voice", "whatsapp")}
    assert found_in(await rows(erased), PHONE) == set()
    await erased.hear("hello")
    assert not await erased.may_send(of=(await erased.at()).profile_id), "should they be known again"


async def test_where_the_vendor_answers_it_we_do_not(erased: Stage) -> None:
    assert await erased.says("STOP", metadata={"opt_out_type": "STOP"}) == []
    assert ("sms", "wrote so on sms") in await reasons(erased)


async def test_anything_else_that_they_write_is_answered_in_a_conversation(erased: Stage) -> None:
    assert (await erased.says("greet"))[-1].endswith("Hello!")
    assert await erased.says("stop") == [], (
        "it stops there as it does anywhere, and their address was left alone before"
    )


async def test_what_a_vendor_knows_of_them_is_kept_as_a_digest_too(erased: Stage) -> None:
    word = SpareAddress("sms", "link", PHONE, Consequence.OPTED_OUT, "pressed the link to unsubscribe")
    assert await receive(erased.runtime, erased.sms, [word]) == 1
    assert await receive(erased.runtime, erased.sms, [word]) == 0
    assert found_in(await rows(erased), PHONE) == set()
