"""The page "Queues" in a real Chromium, on a real server with something in its queues."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from bot.adapters.database import Database
from bot.domain.consent import EVERY_ADDRESS, Consequence, Suppression
from bot.domain.delivery import CrmNote, OutboxStatus
from bot.domain.ids import EnrolmentId, HandoffId, ProfileId
from tests.browser.cut_off import cut_off
from tests.browser.stocked import stock
from tests.contracts.samples import entry
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

NOTE = CrmNote("hubspot", HandoffId("h"), "words")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    stock(tmp_path, fill)
    with running(tmp_path) as server:
        yield server


async def fill(store: Database) -> None:
    now = datetime.now(UTC)
    dead = [
        *(entry(f"n{count}", dispatch=NOTE, reason="401: the token has expired") for count in range(3)),
        entry("m", channel="sms", reason="30005: unknown handset"),
    ]
    later = entry("w", enrolment_id=EnrolmentId("e"), reason="quiet hours", due_at=now + timedelta(hours=9))
    async with store.transaction() as uow:
        for one in (*(replace(one, status=OutboxStatus.DEAD) for one in dead), later):
            made = replace(one, created_at=now, conversation_id=None)
            await uow.outbox.add(made)
            await uow.outbox.settle(made)
        await uow.segments.queue(ProfileId("anna"), "keen", entered=True, at=now)
        await uow.segments.failed(1, "KeyError")
        await uow.consents.suppress(Suppression("sms", EVERY_ADDRESS, "21606", now, Consequence.SENDER_STOPPED))


def test_an_operator_sees_what_is_wrong_and_puts_it_right_by_keyboard(page: Page, server: RunningServer) -> None:
    page.goto(server.address)
    page.get_by_role("link", name="Service").click()
    page.get_by_role("link", name="Queues").click()
    groups = page.locator(".group")
    expect(groups).to_have_count(2)
    expect(page.locator("#waiting")).to_contain_text("quiet hours")
    expect(page.locator(".lanes li", has_text="sends")).to_contain_text("in time")

    page.get_by_role("searchbox").fill("HANDSET")
    expect(groups).to_have_count(1)
    expect(groups.get_by_role("button", name="Replay")).to_have_count(0)
    groups.get_by_role("button", name="Discard…").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Why nobody needs it any more").fill("it was a test")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_have_text("1 entry discarded.")
    page.get_by_role("searchbox").fill("")
    expect(groups).to_have_count(1)

    page.get_by_role("button", name="Show").press("Enter")
    expect(groups.locator(".entries li")).to_have_count(3)
    groups.locator(".entries").get_by_role("button", name="Discard…").first.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    page.get_by_role("button", name="Let it send again").press("Enter")
    expect(page.locator(".alarm")).to_have_count(1)
    expect(page.locator(".alarm")).to_contain_text("Journeys were not told of 1 change of the segment keen")
    page.locator(".alarm").get_by_role("button", name="Replay").press("Enter")
    expect(page.locator(".alarm")).to_have_count(0)
    page.get_by_role("button", name="Replay all").press("Enter")
    expect(page.locator("#done")).to_have_text("3 entries will leave again.")


def test_who_may_do_nothing_there_is_offered_nothing(page: Page, server: RunningServer) -> None:
    def told_to_others(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "may_change": False})

    page.route("**/queues.json", told_to_others)
    page.goto(f"{server.address}/queues")
    expect(page.locator(".alarm")).to_have_count(2)
    page.get_by_role("button", name="Show").first.click()
    expect(page.locator(".entries li").first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Replay|Discard|Let it send"))).to_have_count(0)


def test_that_nothing_waits_is_said_on_a_phone_too(page: Page, tmp_path: Path) -> None:
    with running(tmp_path) as idle:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{idle.address}/queues")
        expect(page.get_by_text("Nothing waits.")).to_be_visible()


def test_while_the_service_is_away_no_lane_is_said_to_do_well(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.address}/queues")
    lane, live = page.locator(".lanes li", has_text="sends"), page.locator("#live")
    expect(lane).to_contain_text("in time")
    green = lane.evaluate("lane => getComputedStyle(lane).borderBlockStartColor")
    page.route("**/queues.json", lambda route: route.abort())
    expect(lane.locator(".tag")).to_have_text("not reached")
    expect(live).to_contain_text("The service does not answer. Is it running? What you see is of ")
    assert lane.evaluate("lane => getComputedStyle(lane).borderBlockStartColor") != green
    assert Axe().run(page).violations_count == 0
    page.unroute("**/queues.json")
    expect(lane).to_contain_text("in time")
    expect(live).to_contain_text("live, ")


def test_the_page_is_for_everybody(browser: Browser, server: RunningServer) -> None:
    wide, narrow = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=740)
    with (
        browser.new_context(viewport=wide, color_scheme="light") as light,
        browser.new_context(viewport=narrow, color_scheme="dark") as dark,
    ):
        for context, width in ((light, 1280), (dark, 360)):
            page = context.new_page()
            page.goto(f"{server.address}/queues")
            expect(page.locator(".group")).to_have_count(2)
            page.get_by_role("button", name="Show").first.click()
            expect(page.locator(".entries li").first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert cut_off(page) == []
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()
