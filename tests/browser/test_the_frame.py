"""The frame in which all pages stand: they begin at one edge, whatever their widths."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.scripted import Service

pytestmark = pytest.mark.browser

PAGES = (
    "access",
    "conversations",
    "desk",
    "import",
    "journeys",
    "knowledge",
    "people",
    "queues",
    "report",
    "responses",
    "rules",
    "scores",
    "segments",
    "understanding",
)
EDGES = """() => [...document.querySelectorAll(".brand, main > *")]
    .map(one => one.getBoundingClientRect()).filter(({width}) => width > 1).map(({left}) => left)"""

CUT_OFF = "(({scrollHeight, clientHeight}) => scrollHeight - clientHeight)(document.querySelector('header.bar'))"


@pytest.mark.parametrize("width", [1920, 1280, 800, 375])
def test_every_page_begins_where_its_head_does(page: Page, service: Service, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.route("**/*.json*", lambda route: route.fulfill(status=503, json={"error": "Not now."}))
    for name in PAGES:
        page.goto(f"{service.url}/pages/{name}")
        brand, *parts = page.evaluate(EDGES)
        assert min(parts) == brand, name
        assert page.evaluate(CUT_OFF) == 0, f"of {name} the head is cut off"
