"""The editor of a journey's file in a real Chromium, where answers are late and people are quick."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.journeys_site import NAME, Site, with_people

pytestmark = pytest.mark.browser

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


def test_what_is_typed_while_the_file_is_saved_stays_and_is_saved_next(page: Page, site: Site) -> None:
    before, held = site.file.read_text(), list[Route]()
    page.goto(site.url)
    page.route(site.url, lambda route: held.append(route))
    text, save = page.get_by_label(f"The file of {NAME}"), page.locator("#save")
    text.fill(before + "# one\n")
    save.click()
    with page.expect_request(site.url):
        page.get_by_role("button", name="Save", exact=True).click()
    text.press("Control+End")
    with page.expect_response("**/journeys/check"):
        page.keyboard.type("# two\n")
    expect(save).to_be_disabled()  # one after the other
    held[0].continue_()
    expect(page.locator("#done")).to_contain_text("Saved")
    assert site.file.read_text() == before + "# one\n"
    expect(text).to_have_value(before + "# one\n# two\n")
    save.click()
    expect(page.locator("#diff .new")).to_have_text("+put in: # two")
    with page.expect_request(site.url):
        page.get_by_role("button", name="Save", exact=True).click()
    held[1].continue_()
    expect(page.locator("#undo")).to_be_disabled()
    assert site.file.read_text() == before + "# one\n# two\n"


def test_an_answer_that_comes_late_shows_no_older_file(page: Page, site: Site) -> None:
    held: list[Route] = []
    page.goto(site.url)
    text, before = page.get_by_label(f"The file of {NAME}"), site.file.read_text()
    expect(text).to_have_value(before)
    page.route(f"**/{NAME}.json", lambda route: held.append(route), times=1)
    with page.expect_request(f"**/{NAME}.json"):
        page.locator("#reload").click()
    older = held[0].fetch()
    site.file.write_text(before + "# new\n")
    page.locator("#reload").click()
    expect(text).to_have_value(before + "# new\n")
    with page.expect_response(f"**/{NAME}.json"):
        held[0].fulfill(response=older)
    page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(text).to_have_value(before + "# new\n")


def test_a_step_is_removed_once_however_often_somebody_clicks(page: Page, site: Site) -> None:
    held: list[Route] = []
    page.goto(site.url)
    text, step = page.get_by_label(f"The file of {NAME}"), page.locator("#step")
    page.locator("[data-step='steps.0']").click()
    page.route("**/journeys/edit", lambda route: held.append(route))
    with page.expect_request("**/journeys/edit"):
        step.get_by_role("button", name="Remove").dblclick()
    held.pop().continue_()
    once = site.file.read_text().replace("  - wait: 1d\n\n", "")
    expect(text).to_have_value(once)
    expect(step).to_contain_text("No step is chosen")
    assert held == []
    expect(page.locator("#picture-about")).to_have_text("6 steps, not saved yet")


def test_what_is_typed_while_a_step_is_edited_stays(page: Page, site: Site) -> None:
    held: list[Route] = []
    page.goto(site.url)
    text, step = page.get_by_label(f"The file of {NAME}"), page.locator("#step")
    page.locator("[data-step=nurture]").click()
    page.route("**/journeys/edit", lambda route: held.append(route))
    with page.expect_request("**/journeys/edit"):
        step.get_by_role("button", name="Up", exact=True).click()
    text.press("Control+End")
    page.keyboard.type("# more\n")
    held[0].continue_()
    expect(page.locator("#toast")).to_contain_text("What was typed is still being read")
    expect(text).to_have_value(site.file.read_text() + "# more\n")


def test_what_is_pressed_while_an_edit_is_under_way_is_done_next(page: Page, site: Site) -> None:
    """Each press is of what it was about: steps are called by their places, which the edits before it change."""
    held: list[Route] = []
    page.goto(site.url)
    name, step = page.locator("#step .step-name strong"), page.locator("#step")
    page.route("**/journeys/edit", lambda route: held.append(route))
    page.locator("[data-step='steps.3']").click()
    expect(name).to_have_text("Score +10 engagement")
    with page.expect_request("**/journeys/edit"):
        step.get_by_role("button", name="Up", exact=True).press("Enter")
    page.keyboard.press("Enter")
    page.locator("[data-step='steps.4']").click()
    expect(name).to_have_text("Update the CRM")
    step.get_by_role("button", name="Remove").click()
    step.get_by_role("button", name="Remove").click()  # it is gone by then
    assert len(held) == 1  # one after the other
    for number in range(3):
        with page.expect_response("**/journeys/edit"):
            page.wait_for_function("() => document.querySelector('#step').ariaBusy")
            held[number].continue_()
    expect(step).to_contain_text("No step is chosen")
    text = page.get_by_label(f"The file of {NAME}").input_value()
    assert text.index("- score:") < text.index("- id: ask-for-time")
    assert "- crm:" not in text
    assert "- handoff:" in text
    expect(step).not_to_have_attribute("aria-busy", "true")
    assert len(held) == 3


def test_a_step_goes_down_as_often_as_somebody_clicks(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.locator("[data-step='steps.0']").click()
    page.locator("#step").get_by_role("button", name="Down", exact=True).click(click_count=3, delay=120)
    expect(page.locator("[data-step='steps.3']")).to_contain_text("Wait 1 day")


def test_what_is_typed_and_read_while_a_step_is_edited_stays(page: Page, site: Site) -> None:
    held: list[Route] = []
    page.goto(site.url)
    text, step = page.get_by_label(f"The file of {NAME}"), page.locator("#step")
    page.locator("[data-step=nurture]").click()
    page.route("**/journeys/edit", lambda route: held.append(route))
    with page.expect_request("**/journeys/edit"):
        step.get_by_role("button", name="Up", exact=True).click()
    text.press("Control+End")
    with page.expect_response("**/journeys/check"):
        page.keyboard.type("# more\n")
    held[0].continue_()
    expect(page.locator("#toast")).to_contain_text("The text has changed meanwhile")
    expect(text).to_have_value(site.file.read_text() + "# more\n")


def test_what_a_form_says_is_put_in_once_and_not_where_the_form_was_given_up(page: Page, site: Site) -> None:
    held: list[Route] = []
    page.goto(site.url)
    text, step, dialog = page.get_by_label(f"The file of {NAME}"), page.locator("#step"), page.locator("#form-dialog")
    page.route("**/journeys/edit", lambda route: held.append(route))
    page.locator("[data-step='steps.0']").click()
    for number, is_given_up in enumerate((True, False)):
        step.get_by_role("button", name="Add a step after it…").click()
        dialog.get_by_label("What it does").select_option("add_to")
        dialog.get_by_label(re.compile("^Add to")).fill("asked")
        with page.expect_request("**/journeys/edit"):
            page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        if is_given_up:
            page.keyboard.press("Escape")
        with page.expect_response("**/journeys/edit"):
            held[number].continue_()
        expect(dialog).to_be_hidden()
    put_in = site.file.read_text().replace("  - wait: 1d\n", "  - wait: 1d\n  - add_to: asked\n")
    expect(text).to_have_value(put_in)
    assert len(held) == 2


def test_ctrl_z_undoes_what_was_done_in_the_picture_and_what_was_typed(page: Page, site: Site) -> None:
    page.goto(site.url)
    before, text = site.file.read_text(), page.get_by_label(f"The file of {NAME}")
    expect(text).to_have_value(before)
    text.press("Control+End")
    page.keyboard.type("# One")
    page.locator("#picture-about").get_by_text("not saved yet").wait_for()
    page.locator("[data-step='steps.0']").click()
    page.locator("#step").get_by_role("button", name="Remove").click()
    expect(text).to_have_value((before + "# One").replace("  - wait: 1d\n\n", ""))
    text.press("Control+z")
    expect(text).to_have_value(before + "# One")
    text.press("Control+z")
    expect(text).to_have_value(before)
    text.press("Control+z")  # there is nothing before that
    text.press("Control+Shift+z")
    text.press("Control+y")
    expect(text).to_have_value((before + "# One").replace("  - wait: 1d\n\n", ""))
    page.get_by_role("button", name="Undo all").click()
    expect(text).to_have_value(before)
    text.press("Control+z")
    expect(text).to_have_value((before + "# One").replace("  - wait: 1d\n\n", ""))
