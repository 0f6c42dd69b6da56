"""The preference centre in a real Chromium: without script, by keyboard alone, in each of its languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from bot.adapters.database import Database
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.ids import ProfileId
from bot.domain.person import Identity, Profile
from bot.entrypoints.web.preferences.links import LASTS, sign
from bot.entrypoints.web.preferences.words import LANGUAGES
from bot.entrypoints.wiring.own_secret import installation_secret
from tests.browser.stocked import stock
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

ANA, REFUSED, OBJECTS, ERASED = (ProfileId(name) for name in ("ana", "refused", "objects", "erased"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    data = tmp_path_factory.mktemp("preferences")
    stock(data, fill)
    with running(data) as server:
        yield server


async def fill(store: Database) -> None:
    now = datetime.now(UTC)
    async with store.transaction() as uow:
        for number, person in enumerate((ANA, REFUSED, OBJECTS)):
            objected_at = now if person == OBJECTS else None
            await uow.profiles.add(Profile(person, now, objected_at=objected_at))
            identity = Identity("phone", f"+44770090012{number}", verified=person != OBJECTS)
            await uow.profiles.claim(person, identity, now)
        await uow.consents.add(ConsentRecord(ANA, Purpose.MARKETING, "sms", True, now, "asked", "May we?"))
        await uow.consents.add(ConsentRecord(REFUSED, Purpose.MARKETING, "sms", False, now, "stop", ""))


def link(server: RunningServer, person: ProfileId = ANA, lasts: timedelta = LASTS) -> str:
    secret = installation_secret(Path(server.log_file).parent)
    return f"{server.address}/preferences/{sign(secret, person, datetime.now(UTC) + lasts)}"


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[Page]:
    with browser.new_context(java_script_enabled=False) as context:
        yield context.new_page()


def test_what_somebody_wants_is_said_by_keyboard_without_script(scriptless: Page, server: RunningServer) -> None:
    page = scriptless
    page.goto(link(server))
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="text message")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="As often as there is something")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title("Saved. It applies from now on. Your preferences")
    expect(page.get_by_role("checkbox", name="text message")).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="WhatsApp")).to_be_checked()
    expect(page.get_by_role("radio", name="At most once in 7 days")).to_be_checked()

    page.get_by_role("button", name="Stop all marketing").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Saved. It applies from now on.")
    expect(page.get_by_role("checkbox", name="WhatsApp")).not_to_be_checked()


def test_who_has_a_link_that_has_ended_or_is_not_whole_can_ask_for_another(
    scriptless: Page, server: RunningServer
) -> None:
    for old in (link(server, lasts=-timedelta(days=2)), link(server)[:-3]):
        scriptless.goto(old)
        scriptless.get_by_role("link", name="Send me the link").press("Enter")
        scriptless.get_by_label("Your e-mail address or phone number").fill("+447700900120")
        scriptless.keyboard.press("Enter")
        expect(scriptless.get_by_role("heading")).to_have_text("Check your messages")


def test_the_pages_are_for_everybody_in_each_language(browser: Browser, server: RunningServer) -> None:
    some = [link(server), link(server, lasts=-timedelta(days=2))]
    more = [link(server, person) for person in (REFUSED, OBJECTS, ERASED)]
    more += [f"{some[0]}?saved=1", some[0][:-3], f"{server.address}/preferences"]
    wide, narrow = ViewportSize(width=1280, height=800), ViewportSize(width=320, height=740)
    for number, language in enumerate(LANGUAGES):
        size = (wide, narrow)[number % 2]
        with browser.new_context(
            viewport=size, color_scheme="dark" if size is narrow else "light", locale=language, bypass_csp=True
        ) as context:
            page = context.new_page()
            for address in some if language not in ("ar", "en") else some + more:
                page.goto(address)
                assert page.locator("html").get_attribute("lang") == language
                assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
                results = Axe().run(page)
                assert results.violations_count == 0, results.generate_report()
