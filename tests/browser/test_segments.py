"""The page Segments in a real Chromium on a real server: who belongs is said by lines or as text, and counted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.adapters.database import Database
from bot.domain.ids import ProfileId
from tests.browser.everybody import is_for_everybody
from tests.browser.stocked import stock
from tests.contracts.samples import profile
from tests.lending import ROOT
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

PEOPLE = {"Ana Bell": (50, "GB"), "Ben Cole": (40, "DE"), "Cy Dorn": (25, "FR"), "Dee East": (3, "GB")}
GREETING = """\
journey: greet-large
purpose: marketing
enter: {segment: big-teams}
steps:
  - wait: 1d
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("segments") / "journeys"
    shutil.copytree(ROOT / "journeys", made)
    (made / "greet-large.yml").write_text(GREETING)
    return made


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[RunningServer]:
    data = folder.parent / "data"
    stock(data, populate)
    with running(data, {"OVERTURE_JOURNEYS": str(folder)}) as started:
        yield started


async def populate(store: Database) -> None:
    async with store.transaction() as uow:
        for number, (name, (size, country)) in enumerate(PEOPLE.items()):
            known = {"name": name, "team_size": size, "country": country}
            tags = frozenset({"fair-2026"} if number == 0 else ())
            await uow.profiles.add(replace(profile(ProfileId(f"person-{number}")), attributes=known, tags=tags))


def lines(page: Page) -> Locator:
    return page.locator(".line")


def test_tags_that_people_have_are_offered_where_one_is_typed(page: Page, server: RunningServer) -> None:
    for address, field in (("segments/by-tag?label=By+tag", "Value"), ("people/import", "Tags for everybody in it")):
        with page.expect_response("**/people/tags.json"):
            page.goto(f"{server.address}/{address}")
            if field == "Value":
                lines(page).first.get_by_label("What is looked at").select_option("profile.tags")
        known = page.locator("#known-tags option")
        expect(known).to_have_attribute("value", "fair-2026")
        assert page.get_by_label(field).evaluate("field => field.list.id") == "known-tags"


def test_a_marketer_makes_a_segment_by_lines_and_sees_how_many_they_are(
    page: Page, server: RunningServer, folder: Path
) -> None:
    page.goto(f"{server.address}/segments")
    is_for_everybody(page, 1440)
    page.get_by_role("button", name="New segment…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Who they are").fill("Large teams in Bath & Köln")
    expect(dialog.get_by_label("Id")).to_have_value("large-teams-in-bath-koln")
    dialog.get_by_role("button", name="Say who belongs").click()

    expect(page.get_by_role("heading", name="Large teams in Bath & Köln")).to_be_visible()
    first = lines(page).first
    first.get_by_label("What is looked at").select_option("profile.team_size")
    expect(page.locator("#many-about")).to_have_text("a value is missing")
    expect(page.locator("#many")).to_contain_text("Fill in each line")
    first.get_by_label("How").select_option("more")
    first.get_by_label("Value").fill("10")
    expect(page.locator(".figure")).to_have_text("3 people now")
    expect(page.locator(".some")).to_contain_text("Ana Bell")

    page.get_by_role("button", name="Add a group").click()
    inner = page.locator(".group.inner")
    inner.get_by_label("What is looked at").select_option("profile.country")
    inner.get_by_label("How").select_option("one_of")
    inner.get_by_label("Value").fill("GB\nDE")
    inner.get_by_role("button", name="Add a line").click()
    event = inner.locator(".line").nth(1)
    event.get_by_label("What is looked at").select_option("did.")
    event.get_by_label("Event").fill("pricing.viewed")
    event.get_by_label("in the last").fill("30")
    expect(page.locator(".figure")).to_have_text("2 people now")
    expect(page.locator("#says")).to_have_text(
        "People in the team is more than 10, and (Country (ISO code) is one of “GB” or “DE”, "
        "or did pricing.viewed in the last 30 days)."
    )
    is_for_everybody(page, 390)
    is_for_everybody(page, 1440)

    page.get_by_role("button", name="Save…").click()
    expect(page.get_by_role("dialog")).to_contain_text("2 people would be in it.")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#about")).to_contain_text("worked out")
    assert (folder / "segments" / "large-teams-in-bath-koln.yml").read_text() == (
        "segment: large-teams-in-bath-koln\n"
        "label: Large teams in Bath & Köln\n"
        "if: profile.team_size > 10 and (profile.country in ['GB', 'DE'] or did('pricing.viewed', 30) >= 1)\n"
    )
    page.goto(f"{server.address}/segments")
    row = page.locator("#list > li", has_text="Large teams in Bath")
    row.get_by_role("link", name="2 people: who is in Large teams").click()
    expect(page.locator("#found")).to_have_text("2 people, newest first.")
    expect(page.locator("#people").get_by_role("button", name="Ana Bell")).to_be_visible()


def test_some_of_a_segments_people_are_shown_and_all_of_them_on_the_page_people(
    page: Page, server: RunningServer
) -> None:
    people = [{"person": f"p{number}", "name": f"Person {number}", "identities": []} for number in range(10)]
    page.route("**/segments/count", lambda route: route.fulfill(json={"count": 15, "about": False, "people": people}))
    page.goto(f"{server.address}/segments/big-teams")
    expect(page.get_by_role("link", name="All of them")).to_have_attribute("href", "/people?segment=big-teams")
    page.locator(".line").first.get_by_label("Value").fill("21")
    expect(page.get_by_role("link", name="All of them")).to_have_count(0)


def test_before_an_edit_is_saved_it_is_told_who_comes_and_goes_and_what_they_enter(
    page: Page, server: RunningServer, folder: Path
) -> None:
    file = folder / "segments" / "big-teams.yml"
    before = file.read_text()
    page.goto(f"{server.address}/segments/big-teams")
    expect(page.locator(".figure")).to_have_text("3 people now")
    expect(page.locator("#journeys")).to_contain_text(
        "People enter greet-large when they come into the segment big-teams."
    )
    expect(page.get_by_role("button", name="Save…")).to_be_disabled()
    page.get_by_label("Value").fill("2")
    expect(page.locator(".moves")).to_have_text("1 person would come into it0 people would leave it")
    page.get_by_role("button", name="Save…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 person would come into it, and 0 people would leave it.")
    expect(dialog).to_contain_text("Whoever comes into it enters greet-large at once.")
    dialog.get_by_role("button", name="Go on editing").click()
    page.get_by_role("button", name="Undo all").click()
    expect(page.get_by_label("Value")).to_have_value("20")
    assert file.read_text() == before
    page.get_by_role("button", name="Take out this segment…").click()
    expect(page.get_by_role("dialog")).to_contain_text("big-teams is still needed")


def test_what_lines_cannot_say_is_written_as_text_and_a_fault_is_told(
    page: Page, server: RunningServer, folder: Path
) -> None:
    (folder / "segments" / "odd.yml").write_text("segment: odd\nif: profile.team_size * 2 > 60\n")
    page.goto(f"{server.address}/segments/odd")
    expect(page.locator("#no-lines")).to_be_visible()
    text = page.get_by_label("The condition as text")
    expect(text).to_have_value("profile.team_size * 2 > 60")
    expect(page.locator(".figure")).to_have_text("2 people now")
    text.fill("profile.team_sise > 20")
    expect(page.locator("#faults")).to_contain_text("Did you mean")
    expect(page.get_by_role("button", name="Save…")).to_be_disabled()
    text.fill("profile.team_size > 20")
    expect(lines(page)).to_have_count(1)
    expect(page.locator(".figure")).to_have_text("3 people now")
    page.get_by_role("button", name="Save…").click()
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#done")).to_contain_text("Saved")
    page.get_by_role("button", name="Take out this segment…").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it out").click()
    expect(page).to_have_url(re.compile("/segments$"))
    assert not (folder / "segments" / "odd.yml").exists()


def test_a_recipe_tells_how_many_it_would_go_to(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.address}/journeys")
    page.get_by_role("button", name="New journey…").click()
    page.get_by_label("Begin with").select_option(label="Write to many people once")
    page.get_by_label("To whom").select_option("big-teams")
    expect(page.locator("#new-whom-count")).to_contain_text("Now: 3 people, of whom only those who agreed")
    page.goto(f"{server.address}/segments/big-teams")
    page.get_by_role("link", name="Write to them once…").click()
    expect(page.get_by_label("Begin with")).to_have_value("news")
    expect(page.get_by_label("To whom")).to_have_value("big-teams")
    expect(page.locator("#new-whom-count")).to_contain_text("Now: 3 people")
    page.get_by_label("To whom").select_option("#")
    page.get_by_label("Tag", exact=True).fill("it's")
    expect(page.locator("#new-whom-count")).to_contain_text("Now: 0 people")
