"""Long names on small screens: nothing of them is cut off, and nothing beside them goes out of sight."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cut_off import cut_off, is_within
from tests.browser.scripted import Service
from tests.browser.test_quick_people import NOTHING, person, tells

pytestmark = pytest.mark.browser

NAME = "Prof. Dr. Wolfgang Amadeus Maximilian von und zu Hohenstein-Wolfenbüttel-Braunschweig der Jüngere"
JOURNEY = "onboarding-of-international-customers-with-more-than-fifty-people"


def test_a_long_name_of_a_person_stands_whole(page: Page, service: Service) -> None:
    page.set_viewport_size({"width": 375, "height": 700})
    tells(page, "**/people/requests.json", {"requests": [], "more": False})
    tells(page, "**/people/of.json", {**person(NAME), "person": "of"})
    page.goto(f"{service.url}/pages/people?person=of")
    expect(page.locator("#person h2")).to_have_text(NAME)
    assert cut_off(page) == []


def test_a_question_about_a_very_long_name_stands_above_its_buttons(page: Page, service: Service) -> None:
    page.set_viewport_size({"width": 375, "height": 700})
    tells(page, "**/people/requests.json", {"requests": [], "more": False})
    tells(page, "**/people/of.json", {**person(NAME * 8), "person": "of"})
    page.goto(f"{service.url}/pages/people?person=of")
    page.get_by_role("button", name="Erase…").click()
    for part in (
        page.get_by_role("dialog").get_by_role("heading"),
        page.get_by_role("button", name="Erase", exact=True),
    ):
        expect(part).to_be_in_viewport(ratio=1)


def test_a_name_without_end_leaves_room_for_everybody_else(page: Page, service: Service) -> None:
    """Other systems tell names of up to 10,000 characters; the whole stands among the attributes."""
    page.set_viewport_size({"width": 1280, "height": 800})
    tells(page, "**/people/requests.json", {"requests": [], "more": False})
    endless = {"person": "of", "name": NAME * 40, "identities": [], "known_since": "2026-11-28T17:00:00Z"}
    ana = {**endless, "person": "ana", "name": "Ana Lima"}
    newest: dict[str, Any] = {
        "people": [endless, ana],
        "more_before": None,
        "segments": {},
        "count": 2,
        "at_least": False,
    }
    tells(page, "**/people/newest.json*", newest)
    tells(page, "**/people/of.json", {**person(NAME * 40), "person": "of"})
    page.goto(f"{service.url}/pages/people?person=of")
    expect(page.get_by_role("button", name="Ana Lima")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Erase…")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [1440, 375])
def test_when_a_journey_of_a_long_name_is_due_is_in_sight(page: Page, service: Service, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    now = "2026-11-28T17:00:00Z"
    waits = {"lane": "timers", "to": JOURNEY, "why": "", "entries": 33, "due": 0, "first_due": now}
    tells(page, "**/queues.json", {**NOTHING, "now": now, "waiting": [waits]})
    page.goto(f"{service.url}/pages/queues")
    expect(page.locator("#waiting")).to_contain_text(JOURNEY)
    assert is_within(page, ".waiting .scroll", "#waiting time")


@pytest.mark.parametrize("name", ["access", "import", "journeys", "people", "queues", "report", "understanding"])
def test_a_page_stands_whole_on_the_narrowest_screen(page: Page, service: Service, name: str) -> None:
    """320 pixels are a screen of 1280 that is zoomed to 400%."""
    page.set_viewport_size({"width": 320, "height": 640})
    choices = {"targets": [], "channels": ["sms"], "region": "GB", "regions": ["GB", "GS"], "largest": 1_000}
    page.route(f"**/{name}**/*.json*", lambda route: route.fulfill(status=503, json={"error": "Not now."}))
    tells(page, "**/choices.json", choices)
    page.goto(f"{service.url}/pages/{name}")
    expect(page.locator("main")).to_be_visible()
    assert cut_off(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
