"""The editor of a journey's file in a real Chromium, where answers are late and people are quick."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.journeys_site import NAME, Site, with_people

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("end_to_end")]

WORDS = "#completions"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with with_people(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(autouse=True)
def _the_file_is_the_samples(site: Site) -> Iterator[None]:
    before = site.file.read_text()
    yield
    site.file.write_text(before)


def type_half_a_word(page: Page, site: Site) -> None:
    """Half of "reason", which may be completed, with the cursor behind it."""
    page.goto(site.url)
    text = page.get_by_label(f"The file of {NAME}")
    expect(text).to_have_value(site.file.read_text())
    text.fill(site.file.read_text().replace("- score: {engagement: 10, reason", "- score: {engagement: 10, rea"))
    text.evaluate("area => area.setSelectionRange(...Array(2).fill(area.value.indexOf('rea:') + 3))")
    text.focus()


def test_a_late_scroll_event_leaves_the_words_open_and_a_scroll_does_not(page: Page, site: Site) -> None:
    type_half_a_word(page, site)
    page.keyboard.press("Control+Space")
    expect(page.locator(WORDS)).to_contain_text("reason:")
    text = page.get_by_label(f"The file of {NAME}")
    text.dispatch_event("scroll")  # a busy browser tells of a scroll once the words are there
    expect(page.locator(WORDS)).to_be_visible()
    text.evaluate("area => area.scrollTop += 19")
    expect(page.locator(WORDS)).to_be_hidden()


def test_the_button_for_words_offers_them_to_whoever_was_typing(page: Page, site: Site) -> None:
    type_half_a_word(page, site)
    page.clock.install(time=0)
    page.clock.pause_at(1)
    page.get_by_role("button", name="Suggest").click()
    expect(page.locator(WORDS)).to_contain_text("reason:")
    page.clock.run_for(1_000)
    expect(page.locator(WORDS)).to_be_visible()
    page.get_by_label(f"The file of {NAME}").press("Enter")
    expect(page.get_by_label(f"The file of {NAME}")).to_have_value(site.file.read_text())


def test_words_for_another_place_are_not_offered(page: Page, site: Site) -> None:
    type_half_a_word(page, site)
    with page.expect_response("**/journeys/complete"):
        page.keyboard.press("Control+Space")
        page.keyboard.press("ArrowLeft")
    expect(page.locator(WORDS)).to_be_hidden()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Space")
    expect(page.locator(WORDS)).to_contain_text("reason:")
    page.get_by_label(f"The file of {NAME}").click(position={"x": 200, "y": 20})
    expect(page.locator(WORDS)).to_be_hidden()


def test_the_text_stays_where_it_is_while_somebody_types(page: Page, site: Site) -> None:
    page.goto(site.url)
    text = page.get_by_label(f"The file of {NAME}")
    text.fill("# Notes\n" * 40 + site.file.read_text())
    expect(page.locator("#picture-about")).to_contain_text("not saved yet")
    page.locator("[data-step=ask-for-time]").click()
    expect(page.locator(".line-numbers .chosen")).to_have_text("51")
    assert text.evaluate("area => area.scrollTop") > 0
    text.press("Control+Home")
    text.evaluate("area => area.scrollTop = 0")
    page.keyboard.type("# More\n")
    expect(page.locator(".line-numbers .chosen")).to_have_text("52")
    assert text.evaluate("area => area.scrollTop") == 0
