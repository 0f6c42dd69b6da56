"""The transcript that a hand-off's card links to, as a rep reads it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.domain.message import ASSISTANT, CUSTOMER, Speech
from bot.entrypoints.web.transcripts import page_of
from tests.browser.scripted import Service

pytestmark = pytest.mark.browser

AT = datetime(2025, 7, 24, 22, 30, tzinfo=UTC)
SAID = [
    Speech(AT, ASSISTANT, "Hello! What would you like?"),
    Speech(AT, CUSTOMER, f"see https://example.com/{'x' * 300}"),
    Speech(AT, "Ana", "Hi, Ana here."),
]


def opened(page: Page, service: Service) -> None:
    page.route("**/transcripts/*", lambda route: route.fulfill(content_type="text/html", body=page_of(SAID)))
    page.goto(f"{service.url}/transcripts/one")


def test_who_spoke_is_told_apart_and_the_times_are_the_readers(page: Page, service: Service) -> None:
    opened(page, service)
    expect(page.locator("li.customer time")).to_have_text("Jul 24, 2025, 11:30 PM")  # in Lisbon
    expect(page.locator("li.customer time")).to_have_attribute("title", "24 Jul 2025, 22:30 UTC")
    expect(page.locator("li.assistant b")).to_have_text("Assistant")
    expect(page.locator("li.colleague b")).to_have_text("Ana")
    assert page.locator("li.customer").bounding_box() != page.locator("li.assistant").bounding_box()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everybody(browser: Browser, service: Service, scheme: str) -> None:
    with browser.new_context(viewport={"width": 375, "height": 700}, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        opened(page, service)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        assert Axe().run(page).violations_count == 0
