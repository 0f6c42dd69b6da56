"""Links lead through us where the journey, the rules and the person all let them, and are as written anywhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.database import Database
from bot.domain.assistant import Variation
from bot.domain.effects import Emit
from bot.domain.errors import TemporarySendError
from bot.domain.journey import OPT_OUT_SIGNAL
from bot.domain.message import Button, Template, Text
from bot.services.enrol import tell_journeys
from bot.services.send_test import send_test
from tests.bot.services.linking import (
    OFFER,
    OURS,
    PRICES,
    allow,
    begin,
    code_in,
    enter,
    kept,
    link_rule,
    said,
    say,
)
from tests.bot.services.stage import ANA, PHONE, Stage
from tests.manual_clock import ManualClock

AS_WRITTEN = "- {id: offer, send: {response: utter_offer, channels: [sms]}}\n"


@pytest.fixture
def stage(store: Database, clock: ManualClock) -> Stage:
    stage = Stage(store, clock)
    say(stage, Variation(f"Our prices: {PRICES}."))
    allow(stage)
    return stage


async def test_a_link_leads_through_us_to_the_page_that_the_author_wrote(stage: Stage) -> None:
    await begin(stage, OFFER)
    code = code_in(stage)
    assert said(stage) == f"Our prices: https://chat.example.com/l/{code}."
    assert len(code) <= 12, "each character may make a text message dearer"
    async with stage.store.transaction() as uow:
        assert await uow.sent_links.page(code[:-8]) == PRICES


async def test_each_message_has_links_of_its_own_to_the_same_page(stage: Stage) -> None:
    await begin(stage, OFFER + "- {id: again, send: {response: utter_offer, channels: [sms], links: followed}}")
    first, second = (OURS.search(text)[1] for text in stage.sms.texts()[-2:])  # type: ignore[index]
    assert first != second
    assert first[:-8] == second[:-8]


async def test_a_second_try_has_the_same_links(stage: Stage) -> None:
    stage.sms.faults.append(TemporarySendError("busy"))
    await begin(stage, OFFER)
    stage.clock.forward(timedelta(minutes=10))
    await stage.settle()
    first, second = stage.sms.tries
    assert isinstance(first.content, Text)
    assert first.content == second.content
    assert OURS.search(first.content.text)


async def test_buttons_lead_through_us_too(stage: Stage) -> None:
    say(stage, Variation("Look:", buttons=(Button("Prices", PRICES), Button("Yes", "/affirm"))))
    await begin(stage, OFFER)
    content = stage.sms.taken[-1].content
    assert isinstance(content, Text)
    assert OURS.fullmatch(content.buttons[0].payload)
    assert content.buttons[1].payload == "/affirm"


@pytest.mark.parametrize(
    ("steps", "head", "follows"),
    [
        (AS_WRITTEN, "", False),
        (AS_WRITTEN, "links: followed", True),
        (OFFER.replace("followed", "as_written"), "links: followed", False),
        (OFFER, "links: as_written", True),
    ],
)
async def test_a_step_says_so_and_else_its_journey(stage: Stage, steps: str, head: str, follows: bool) -> None:
    await begin(stage, steps, head)
    assert bool(OURS.search(said(stage))) is follows


async def test_nothing_is_followed_where_no_rule_says_so(stage: Stage) -> None:
    allow(stage, link_rule(channel="email"))
    await begin(stage, OFFER)
    assert said(stage) == f"Our prices: {PRICES}."


async def test_a_country_may_say_otherwise(stage: Stage) -> None:
    allow(stage, link_rule(), link_rule(jurisdiction="GB", followed=False))
    await begin(stage, OFFER)
    assert said(stage) == f"Our prices: {PRICES}."


async def test_nothing_is_followed_of_whose_browser_asked_for_privacy(stage: Stage) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        await tell_journeys(uow, stage.runtime, ANA, [Emit(OPT_OUT_SIGNAL)], stage.clock.now())
    await enter(stage, OFFER)
    assert said(stage) == f"Our prices: {PRICES}."


async def test_nothing_is_followed_where_our_address_is_of_this_machine_alone(stage: Stage) -> None:
    stage.runtime = replace(stage.runtime, opens_links=lambda channel: False)
    await begin(stage, OFFER)
    assert said(stage) == f"Our prices: {PRICES}."


async def test_an_approved_template_stays_as_the_vendor_has_it(stage: Stage) -> None:
    say(stage, Variation(f"Our prices: {PRICES}.", template=Template("offer")))
    await begin(stage, OFFER)
    assert said(stage) == f"Our prices: {PRICES}."


async def test_links_with_something_of_the_person_are_as_they_are(stage: Stage) -> None:
    words = "{{ preferences_link }} https://example.com/cart/{{ event.cart | default: 'empty' }} " + PRICES
    say(stage, Variation(words, liquid=True))
    await begin(stage, OFFER)
    preferences, cart, prices = said(stage).split()
    assert preferences == "https://chat.example.com/preferences/ana"
    assert cart.startswith("https://example.com/cart/")
    assert OURS.fullmatch(prices)


async def test_a_test_shows_the_link_as_it_is_and_counts_nothing(stage: Stage) -> None:
    await begin(stage, OFFER)
    async with stage.store.transaction() as uow:
        await send_test(uow, "utter_offer", "sms", PHONE, Text(f"Our prices: {PRICES}."), stage.clock.now())
    await stage.settle()
    assert said(stage) == f"Our prices: {PRICES}."


async def test_a_code_that_is_taken_by_another_message_leaves_the_link_as_it_is(stage: Stage) -> None:
    await begin(stage, OFFER)
    code = code_in(stage)
    found = await kept(stage.runtime, code)
    assert found is not None
    async with stage.store.transaction() as uow:
        assert not await uow.sent_links.keep(replace(found, outbox_key="another"))
