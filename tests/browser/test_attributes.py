"""The page Attributes in a real Chromium on a real server: one is declared, and a segment can look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.everybody import is_for_everybody
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser


@pytest.fixture
def server(folder: Path, tmp_path: Path) -> Iterator[RunningServer]:
    (tmp_path / "data").mkdir()
    with running(tmp_path / "data", {"OVERTURE_JOURNEYS": str(folder)}) as started:
        yield started


def test_a_marketer_declares_what_people_have_and_a_segment_looks_at_it(
    page: Page, server: RunningServer, folder: Path
) -> None:
    page.goto(f"{server.address}/people")
    page.get_by_role("link", name="Attributes").click()
    expect(page.locator("#count")).to_contain_text("attributes")
    is_for_everybody(page, 390)
    first = page.locator("#list > li").first  # of which nothing more is said
    name, deeds = (first.locator(part).bounding_box() for part in (".name-line", ".deeds"))
    assert name is not None
    assert deeds is not None
    assert name["y"] < deeds["y"]
    is_for_everybody(page, 1440)
    page.get_by_role("button", name="New attribute…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("stage")
    dialog.get_by_role("button", name="Declare it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("There is an attribute stage already.")
    dialog.get_by_label("Name").fill("plan")
    dialog.get_by_label("What it is called").fill("Plan")
    dialog.get_by_label("Its only values").fill("gold: the golden one\nsilver")
    dialog.get_by_label("How much it tells").select_option("open")
    is_for_everybody(page, 1440)
    dialog.get_by_role("button", name="Declare it").click()
    row = page.locator("#list > li", has_text="Plan")
    expect(row).to_contain_text("One of the golden one, silver.")
    expect(row.get_by_text("not in force yet")).to_have_count(0)
    assert "one_of: {gold: the golden one, silver: silver}" in (folder / "profile.yml").read_text()

    page.goto(f"{server.address}/segments/gold?label=Gold")
    page.get_by_label("What is looked at").select_option("profile.plan")
    page.get_by_label("Value").select_option("the golden one")
    expect(page.locator("#says")).to_have_text("Plan is “the golden one”.")
    page.goto(f"{server.address}/people/attributes")
    page.get_by_role("button", name="Take out team_size").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it out").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text('there is no "profile.team_size"')
