"""A click is an event of the person's, with its message: it moves journeys on, once, and is not noted of everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters.database import Database
from bot.domain.consent import Wish
from bot.domain.effects import Emit
from bot.domain.journey import LINK_CLICKED, OPT_OUT_SIGNAL
from bot.services.change_preferences import refuse_channel
from bot.services.disown_address import disown_address
from bot.services.enrol import tell_journeys
from bot.services.erase_person import erase_person
from bot.services.note_click import note_click
from bot.services.respect_wishes import note_objection
from tests.bot.services.linking import OFFER, PRICES, allow, link_rule, offered, said
from tests.bot.services.stage import ANA, PHONE, Stage
from tests.manual_clock import ManualClock

UNTIL_CLICKED = (
    OFFER
    + """
- {id: waits, wait: {for: link.clicked, at_most: 2d}}
- branch:
    - {if: happened.url == 'https://example.com/prices', do: [add_to: interested]}
    - else: {do: [add_to: silent]}
- wait: 30d
"""
)

WAITS = "- wait: {for: link.clicked, at_most: 2d}\n- add_to: clicked\n- wait: 30d"


@pytest.fixture
def stage(store: Database, clock: ManualClock) -> Stage:
    return Stage(store, clock)


async def click(stage: Stage, code: str) -> bool:
    async with stage.store.transaction() as uow:
        noted = await note_click(uow, stage.runtime, code, stage.clock.now())
    await stage.settle()
    return noted


async def clicks(stage: Stage) -> list[dict[str, object]]:
    async with stage.store.transaction() as uow:
        return [dict(one.data) for one in await uow.timeline.of(ANA, limit=50) if one.event == LINK_CLICKED]


async def tags(stage: Stage) -> list[str]:
    async with stage.store.transaction() as uow:
        return sorted((await uow.profiles.get(ANA)).tags)


async def test_a_click_ends_the_wait_for_it_and_says_what_of(stage: Stage) -> None:
    assert await click(stage, await offered(stage, UNTIL_CLICKED))
    assert await tags(stage) == ["interested"]
    [data] = await clicks(stage)
    run = data.pop("enrolment")
    assert data == {
        "channel": "sms", "journey": "welcome", "step": "offer", "response": "utter_offer",
        "message": f"{run}:offer:1", "url": PRICES,
    }  # fmt: skip


async def test_who_does_not_click_goes_on_when_the_time_is_over(stage: Stage) -> None:
    await offered(stage, UNTIL_CLICKED)
    stage.clock.forward(timedelta(days=3))
    await stage.settle()
    assert await tags(stage) == ["silent"]


async def test_a_wait_hears_of_the_links_of_the_message_before_it(stage: Stage) -> None:
    code = await offered(
        stage, OFFER + "- wait: 1h\n- {id: tip, send: {response: utter_tip, channels: [sms]}}\n" + WAITS
    )
    stage.clock.forward(timedelta(hours=2))
    await stage.settle()
    assert said(stage) == "A tip."
    assert await click(stage, code)
    assert await tags(stage) == [], "that was the offer's, and the tip was sent since"


async def test_a_click_that_another_system_tells_of_ends_the_wait_as_before(stage: Stage) -> None:
    await offered(stage, OFFER + WAITS)
    await stage.happens(LINK_CLICKED)
    await stage.settle()
    assert await tags(stage) == ["clicked"]


async def test_a_double_tap_is_one_click_and_one_tomorrow_another(stage: Stage) -> None:
    code = await offered(stage)
    noted = [await click(stage, code), await click(stage, code)]
    stage.clock.forward(timedelta(days=1))
    assert [*noted, await click(stage, code)] == [True, False, True]
    assert len(await clicks(stage)) == 2


async def test_a_code_that_nobody_was_sent_is_no_click(stage: Stage) -> None:
    code = await offered(stage)
    assert not await click(stage, code[:-1] + ("a" if code[-1] != "a" else "b"))
    assert await clicks(stage) == []


async def test_nothing_is_noted_of_who_objected_since(stage: Stage) -> None:
    code = await offered(stage)
    async with stage.store.transaction() as uow:
        await note_objection(uow, stage.runtime, ANA, how="a test", now=stage.clock.now())
    assert not await click(stage, code)


async def test_nothing_is_noted_of_whose_browser_asked_for_privacy_since(stage: Stage) -> None:
    code = await offered(stage)
    async with stage.store.transaction() as uow:
        await tell_journeys(uow, stage.runtime, ANA, [Emit(OPT_OUT_SIGNAL)], stage.clock.now())
    assert not await click(stage, code)


async def test_nothing_is_noted_of_who_was_erased_and_the_page_is_still_known(stage: Stage) -> None:
    code = await offered(stage)
    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
    assert not await click(stage, code)
    async with stage.store.transaction() as uow:
        assert await uow.sent_links.page(code[:-8]) == PRICES


async def test_nothing_is_noted_once_no_rule_allows_it_any_more(stage: Stage) -> None:
    code = await offered(stage)
    allow(stage, link_rule(followed=False))
    assert not await click(stage, code)
    allow(stage)
    assert await click(stage, code)


async def test_nothing_is_noted_of_who_said_stop_since(stage: Stage) -> None:
    code = await offered(stage)
    await stage.says("stop")
    assert not await click(stage, code)


async def test_nothing_is_noted_of_who_wants_no_marketing_there_since(stage: Stage) -> None:
    code = await offered(stage)
    await stage.consent(channel="whatsapp")
    async with stage.store.transaction() as uow:
        wish = Wish("on their page", stage.clock.now())
        await refuse_channel(uow, stage.runtime, ANA, "sms", wish)
    assert not await click(stage, code)


async def test_whoever_has_the_number_by_now_clicks_nothing_of_theirs(stage: Stage) -> None:
    code = await offered(stage)
    async with stage.store.transaction() as uow:
        wish = Wish("wrote so on sms", stage.clock.now())
        await disown_address(uow, stage.runtime, ANA, "sms", PHONE, wish)
    assert not await click(stage, code)
    assert await clicks(stage) == []
