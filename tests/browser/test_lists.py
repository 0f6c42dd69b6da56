"""The lists of journeys and segments: what they say of one that is not in force, and what begins a new one."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scripted import Service

pytestmark = pytest.mark.browser

FAULT = {"path": "segments/fresh.yml", "line": 2, "message": "no such attribute", "suggestion": ""}
NUMBERS = dict.fromkeys(("waiting", "done", "parked", "held_out", "goals"), 0)
LISTS: dict[str, dict[str, Any]] = {
    "segments": {"segments": [{"segment": "fresh", "is_read": False, "journeys": []}]},
    "journeys": {
        "journeys": [
            {"journey": "fresh", "numbers": NUMBERS, "purpose": "", "entries": None, "running": "running"}
            | {"in_file": True, "is_retired": False, "is_read": False, "in_force": False}
        ]
    },
}


@pytest.mark.parametrize("name", LISTS)
def test_what_was_saved_a_moment_ago_is_not_said_to_have_faults(page: Page, service: Service, name: str) -> None:
    faults: list[dict[str, Any]] = []
    told = {**LISTS[name], "faults": faults, "may_change": True}
    page.route(f"**/{name}.json", lambda route: route.fulfill(json=told))
    page.goto(f"{service.url}/pages/{name}")
    expect(page.locator("#list .tag")).to_have_text("not in force yet")
    faults.append(FAULT)
    page.get_by_role("button", name="Load again").click()
    expect(page.locator("#list .tag")).to_have_text("not in force: see the faults above")


def test_a_message_to_everybody_with_a_tag_is_begun_by_a_link(page: Page, service: Service) -> None:
    recipe = {"recipe": "news", "title": "Write to many people once", "about": "", "asks": ["whom", "when"]}
    segments = [{"segment": "big-teams", "label": "Big teams", "condition": "profile.team_size > 20"}]
    told = {"journeys": [], "faults": [], "may_change": True, "recipes": [recipe], "segments": segments}
    page.route("**/journeys.json", lambda route: route.fulfill(json=told))
    page.route("**/segments/count", lambda route: route.fulfill(status=422, json={"error": ""}))
    page.route("**/people/tags.json", lambda route: route.fulfill(json={"tags": [{"tag": "fair-2026", "people": 75}]}))
    page.goto(f"{service.url}/pages/journeys?recipe=news&tag=fair-2026")
    expect(page.get_by_label("Tag", exact=True)).to_have_value("fair-2026")
    expect(page.get_by_label("To whom")).to_have_value("#")
    offered = page.get_by_label("Tag", exact=True).evaluate("field => [...field.list.options].map(one => one.label)")
    assert offered == ["fair-2026: 75 people"]
