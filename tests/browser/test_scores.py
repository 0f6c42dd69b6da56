"""The page Scores in a real Chromium on a real server: a rule is begun, tried, saved and taken out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.adapters.database import Database
from bot.domain.ids import ProfileId
from tests.browser.everybody import is_for_everybody
from tests.browser.stocked import stock
from tests.contracts.samples import profile
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

PEOPLE = {"Ana Bell": "GB", "Ben Cole": "DE", "Cy Dorn": "GB"}


@pytest.fixture
def server(folder: Path, tmp_path: Path) -> Iterator[RunningServer]:
    data = tmp_path / "data"
    stock(data, populate)
    with running(data, {"OVERTURE_JOURNEYS": str(folder)}) as started:
        yield started


async def populate(store: Database) -> None:
    async with store.transaction() as uow:
        for number, (name, country) in enumerate(PEOPLE.items()):
            known = {"name": name, "country": country}
            await uow.profiles.add(replace(profile(ProfileId(f"person-{number}")), attributes=known))


def test_a_marketer_begins_a_rule_sees_what_it_would_do_and_takes_it_out(
    page: Page, server: RunningServer, folder: Path
) -> None:
    file = folder / "scores" / "lead.yml"
    before = file.read_text()
    page.goto(f"{server.address}/scores")
    expect(page.locator("#fit-count")).to_have_text("6 rules")
    expect(page.locator(".grades tbody tr").last).to_contain_text("3")
    is_for_everybody(page, 390)
    is_for_everybody(page, 1440)

    page.get_by_role("button", name="New rule of fit…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("is where we sell")
    dialog.get_by_label("File").select_option("lead")
    dialog.get_by_role("button", name="Say what gives them").click()

    line = page.locator(".line")
    line.get_by_label("What is looked at").select_option("profile.country")
    line.get_by_label("Value").fill("GB")
    page.get_by_label("Points", exact=True).fill("40")
    expect(page.locator("#says")).to_have_text("+40. As long as Country (ISO code) is “GB”.")
    expect(page.locator(".figure")).to_have_text("2 people")
    expect(page.locator(".letters")).to_contain_text("With A: 0 people now, 2 people with this rule.")
    page.get_by_label("An address, an attribute or a tag").fill("Ana")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".tried .then")).to_contain_text("A3")
    expect(page.locator(".tried .comes")).to_contain_text("+40 is where we sell")
    is_for_everybody(page, 390)
    is_for_everybody(page, 1440)

    page.get_by_role("button", name="Save…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Whoever it is true of gets the points within minutes")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#about")).to_have_text("fit, as long as it is true")
    rule = "  - id: is-where-we-sell\n    if: profile.country == 'GB'\n    points: 40\n    reason: is where we sell\n"
    assert rule in file.read_text()
    assert file.read_text().replace(rule, "").replace("\n\n\n", "\n\n") == before

    page.get_by_role("button", name="Take out this rule…").click()
    expect(page.get_by_role("dialog")).to_contain_text("loses them within minutes")
    page.get_by_role("dialog").get_by_role("button", name="Take it out").click()
    expect(page.locator("#fit-count")).to_have_text("6 rules")
    assert file.read_text() == before


def test_grades_are_changed_after_seeing_how_many_move(page: Page, server: RunningServer, folder: Path) -> None:
    page.goto(f"{server.address}/scores")
    page.locator("#grades-change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("B from points of fit").fill("0")
    expect(dialog.locator("td.moves")).to_have_count(2)
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#grades tbody small").nth(1)).to_have_text("0 or more")
    assert "  fit: {A: 40, B: 0}\n" in (folder / "scores" / "interest.yml").read_text()
