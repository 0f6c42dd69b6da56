"""The page Desk in a real Chromium on a real server: a holiday, somebody away, and a new colleague with a route."""

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


def test_a_marketer_closes_the_desk_and_has_somebody_away_and_somebody_new_take_leads(
    page: Page, server: RunningServer, folder: Path
) -> None:
    page.goto(f"{server.address}/desk")
    expect(page.locator("#standing")).to_contain_text("open now")
    dialog = page.get_by_role("dialog")

    page.get_by_role("button", name="Closed days…").click()
    dialog.get_by_label("First day").fill("2030-12-24")
    dialog.get_by_label("Last day").fill("2030-12-26")
    is_for_everybody(page, 390)
    dialog.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator("#days-off > li")).to_contain_text("closed")
    expect(page.get_by_role("row", name="The desk")).to_contain_text("closed")
    page.get_by_role("button", name="Somebody is away…").click()
    dialog.get_by_label("Who").select_option("Ben")
    dialog.get_by_label("First day").fill("2030-12-23")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Ben")).to_contain_text("away")

    page.get_by_role("button", name="Add somebody…").click()
    dialog.get_by_label("Name").fill("Cara Klein")
    dialog.get_by_label("Languages").fill("de")
    is_for_everybody(page, 1440)
    dialog.get_by_role("button", name="Add them").click()
    expect(page.locator("#reps")).to_contain_text("Cara Klein")
    page.get_by_role("button", name="Add a route…").click()
    dialog.get_by_label("Name").fill("german")
    dialog.get_by_label("Value").fill("DE")
    dialog.get_by_label("Cara Klein").check()
    is_for_everybody(page, 390)
    dialog.get_by_role("button", name="Add it").click()
    expect(page.locator("#routes > li").nth(1)).to_contain_text("If country is “DE” → Cara Klein")
    page.get_by_role("group", name="The route german").get_by_role("button", name="Earlier").click()
    expect(page.locator("#routes > li").first).to_contain_text("german")
    expect(page.get_by_text("not in force yet")).to_have_count(0)
    is_for_everybody(page, 390)
    is_for_everybody(page, 1440)

    text = (folder / "desks" / "sales.yml").read_text()
    assert "holidays: [2030-12-24..2030-12-26]\n" in text
    assert "  cara: {name: Cara Klein, languages: [de]}\n" in text
    assert "    holidays: [2030-12-23]\n" in text
    german = "  - route: german\n    if: customer.country == 'DE'\n    to: [cara]\n"
    assert text.index(german) < text.index("  - route: large-teams\n")
