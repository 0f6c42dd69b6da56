"""Our pages on paper: all that they tell, and nothing that only somebody at a screen can use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.journeys_site import Site, with_people
from tests.browser.scripted import Service
from tests.browser.test_quick_people import person, tells
from tests.browser.test_transcript import opened

pytestmark = pytest.mark.browser

A4: ViewportSize = {"width": 680, "height": 1000}
"""What is printed on, in CSS pixels, without its margins."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with with_people(tmp_path) as made:
        yield made


def put_on_paper(page: Page) -> None:
    page.set_viewport_size(A4)
    page.emulate_media(media="print")


def test_a_person_is_printed_without_the_buttons_and_who_else_was_found(page: Page, service: Service) -> None:
    known = {"name": "stage", "label": "Stage", "value": "lead", "shown": "Lead", "sensitivity": "open"}
    origin = {"words": "API, crm", "source": "api", "where": "", "at": "2026-11-01T10:00:00Z"}
    told = {**person("Ana"), "attributes": [known], "provenance": {"attributes": {"stage": origin}, "tags": {}}}
    tells(page, "**/people/requests.json", {"requests": [], "more": False})
    tells(page, "**/people/ana.json", told)
    page.goto(f"{service.url}/pages/people?person=ana")
    expect(page.get_by_role("button", name="Put right: Stage")).to_be_visible()
    put_on_paper(page)
    expect(page.locator("#person")).to_contain_text("Lead")
    for of_no_use in ("nav", ".finding", ".deeds"):
        expect(page.locator(of_no_use).first).to_be_hidden()
    assert page.locator("button:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= A4["width"]


def test_the_picture_of_a_journey_is_printed_whole_and_lies_over_nothing(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.locator("[data-step=nurture]").wait_for()
    put_on_paper(page)
    canvas, step = page.locator("#canvas"), page.locator(".panel.step")
    assert canvas.evaluate("node => node.scrollHeight <= node.clientHeight")
    lowest = max(box["y"] + box["height"] for one in page.locator(".box").all() if (box := one.bounding_box()))
    below = step.bounding_box()
    assert below is not None
    assert below["y"] >= lowest
    expect(page.locator(".panel.file")).to_be_hidden()


def test_a_transcript_begins_on_the_first_page(page: Page, service: Service) -> None:
    opened(page, service)
    put_on_paper(page)
    expect(page.locator("ol")).to_have_css("display", "block")  # a grid would begin on the second one
