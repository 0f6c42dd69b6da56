"""The pages of journeys in a real Chromium, on a real server with copies of the sample content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from tests.browser.cut_off import is_within
from tests.browser.everybody import is_for_everybody
from tests.browser.journeys_site import NAME, Site, with_drafts, with_people

pytestmark = pytest.mark.browser


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with with_people(tmp_path) as made:
        yield made


@pytest.fixture
def drafts(tmp_path: Path) -> Iterator[Site]:
    with with_drafts(tmp_path) as made:
        yield made


def test_a_marketer_sees_where_people_stand(page: Page, site: Site) -> None:
    page.goto(site.server.address)
    page.get_by_role("link", name="Journeys").click()
    listed = page.locator("#list > li")
    expect(listed).to_have_count(1)
    expect(listed).to_contain_text("People enter when demo.requested happens; again after 90 days.")
    expect(listed.locator(".waiting dd")).to_have_text("4")
    expect(listed.locator(".goals dd")).to_have_text("1")
    page.get_by_role("link", name=NAME).click()

    question = page.locator("[data-step=ask-for-time]")
    expect(question).to_contain_text("Ask with booking_form")
    expect(question).to_contain_text("3 wait")
    expect(question).to_contain_text("1 left")
    expect(question).to_contain_text("2 moved")
    expect(page.locator(".way b")).to_have_text(["1,234", "1,234"])
    expect(page.locator(".way.leaves").first).to_have_text("does not want to: leaves")
    expect(page.locator("#parked")).to_contain_text("person-6 at steps.4the note is no text: <b>50</b>")
    expect(page.get_by_label(f"The file of {NAME}")).to_have_value(re.compile("^# Somebody asked for a demo"))

    told = (
        "Ask with booking_form. By sms. Needs meeting_time. Reminds after 1 day. Here 3 wait, 1 left, 2 moved. "
        "Answered: Set the profile, gone 1,234 times. Silent for 3 days: Add to nurture. "
        "Does not want to: leaves the journey"
    )
    expect(question).to_have_attribute("aria-label", told)

    question.focus()
    page.keyboard.press("Enter")
    step = page.locator("#step")
    expect(step).to_contain_text("3 people wait here")
    expect(step.get_by_role("list", name="Who is here").get_by_role("link")).to_have_count(3)
    expect(step.locator(".inside")).to_contain_text("person-2until ")
    expect(step).to_contain_text("1 left from here: meeting.booked happened")
    expect(step).to_contain_text("2 people were put here by publishing")
    expect(step.locator(".ways li").first).to_contain_text("1,234 times")
    expect(page.locator(".line-numbers .chosen")).to_have_text("11")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-step='steps.2']")).to_be_focused()
    step.get_by_role("button", name="Add to nurture").click()
    expect(page.locator("[data-step=nurture]")).to_be_focused()
    expect(page.locator("[data-step=nurture]")).to_have_attribute("aria-pressed", "true")

    page.get_by_role("link", name="person-6").click()
    expect(page.locator("#person")).to_contain_text(f"{NAME}: parked at steps.4, the note is no text: <b>50</b>")
    page.go_back()

    page.get_by_role("link", name="1 person in version older").click()
    expect(page.locator("#tags")).to_contain_text("version older")
    expect(page.locator(".box")).to_have_count(1)


def test_the_page_looks_again_until_what_was_saved_is_in_force(page: Page, site: Site) -> None:
    looks: list[int] = []

    def not_yet(route: Route) -> None:
        looks.append(1)
        told = route.fetch()
        route.fulfill(response=told, json={**told.json(), **({"in_force": False} if len(looks) < 4 else {})})

    page.goto(site.url)
    text = page.get_by_label(f"The file of {NAME}")
    text.fill(site.file.read_text().replace("- wait: 1d", "- wait: 2d"))
    page.locator("#save").click()
    page.route(f"**/journeys/{NAME}.json", not_yet)
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="File")).to_be_focused()
    expect(page.locator("#tags")).to_contain_text("not in force")
    expect(page.locator("#tags")).not_to_contain_text("not in force", timeout=60_000)
    assert len(looks) >= 4

    looks.clear()
    page.goto(site.url)  # as it is after a journey is begun
    expect(page.locator("#tags")).to_contain_text("not in force")
    expect(page.locator("#tags")).not_to_contain_text("not in force", timeout=60_000)


def test_a_marketer_edits_the_file_and_saves_what_has_changed(page: Page, site: Site, complaints: list[str]) -> None:
    before = site.file.read_text()
    page.goto(site.url)
    text, faults, save = (
        page.get_by_label(f"The file of {NAME}"),
        page.locator("#editor-faults li"),
        page.locator("#save"),
    )
    expect(text).to_have_value(before)
    text.fill(before.replace("[sms]", "[smss]"))
    expect(faults.first).to_have_text('Line 12there is no channel "smss". Did you mean "sms"?')
    expect(page.locator(".line-numbers .bad").first).to_have_text("12")
    expect(save).to_be_disabled()
    faults.get_by_role("button", name="Line 12").click()
    expect(text).to_be_focused()

    text.fill(
        before.replace("- wait: 1d", "- wait: 2d").replace(
            "- score: {engagement: 10, reason", "- score: {engagement: 10, rea"
        )
    )
    text.evaluate("area => area.setSelectionRange(...Array(2).fill(area.value.indexOf('rea:') + 3))")
    text.focus()
    page.keyboard.press("Control+Space")
    expect(page.locator("#completions")).to_contain_text("reason:")
    page.keyboard.press("Enter")
    expect(page.locator("[data-step='steps.0']")).to_contain_text("Wait 2 days")
    expect(page.locator("#picture-about")).to_have_text("7 steps, not saved yet")
    expect(faults).to_have_count(0)
    save.click()
    expect(page.locator(".line-diff .gone")).to_contain_text("- wait: 1d")
    expect(page.locator(".line-diff .new")).to_have_count(1)
    same, new = (page.locator(f".line-diff .{kind} code").first.bounding_box() for kind in ("same", "new"))
    assert same is not None
    assert new is not None
    assert (same["x"], same["height"]) == (new["x"], new["height"])  # so that the steps are seen
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#done")).to_contain_text("Saved")
    assert site.file.read_text() == before.replace("- wait: 1d", "- wait: 2d")
    expect(page.locator("#picture-about")).to_have_text("7 steps")
    # The file is read anew by the clock, and a busy machine takes its time.
    expect(page.locator("#tags")).not_to_contain_text("not in force", timeout=60_000)

    text.fill(before)
    site.file.write_text(before + "# somebody else was here\n")
    expect(save).to_be_enabled()
    save.click()
    page.get_by_role("button", name="Save", exact=True).click()
    both = page.locator("#conflict-dialog")
    expect(both.locator("#conflict-theirs .new").last).to_contain_text("# somebody else was here")
    expect(both.locator("#conflict-mine .gone")).to_contain_text("# somebody else was here")
    is_for_everybody(page, 1440)
    both.get_by_role("button", name="Go on editing mine").click()
    expect(text).to_have_value(before)
    assert site.file.read_text().endswith("# somebody else was here\n")
    expect(page.locator("#done")).to_have_text("")
    save.click()
    page.get_by_role("button", name="Save", exact=True).click()
    both.get_by_role("button", name="Save mine over theirs").click()
    expect(page.locator("#done")).to_contain_text("Saved")
    assert site.file.read_text() == before


def test_the_pages_are_for_everybody(browser: Browser, site: Site, request: pytest.FixtureRequest) -> None:
    wide, narrow = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
    with (
        browser.new_context(viewport=wide, color_scheme="light") as light,
        browser.new_context(viewport=narrow, color_scheme="dark") as dark,
    ):
        for context, width in ((light, 1440), (dark, 390)):
            page = context.new_page()
            page.goto(site.list)
            expect(page.locator("#list > li")).to_have_count(1)
            is_for_everybody(page, width)
            page.goto(site.url)
            expect(page.locator(".kind-enter")).to_be_visible()
            assert is_within(page, "#canvas", ".kind-enter")
            page.locator("[data-step=ask-for-time]").click()
            expect(page.locator("#step")).to_contain_text("3 people wait here")
            is_for_everybody(page, width)
            page.get_by_role("button", name="Edit…").click()
            expect(page.locator("#form-dialog")).to_be_visible()
            is_for_everybody(page, width)
            page.get_by_role("button", name="Cancel").click()
            page.locator("[data-step='steps.0']").click()
            page.get_by_role("button", name="Add a step after it…").click()
            page.get_by_label("What it does").select_option("branch")
            fields = page.locator("#form-fields")
            assert fields.evaluate("node => node.scrollWidth <= node.clientWidth")
            is_for_everybody(page, width)


def test_a_marketer_edits_simulates_publishes_and_rolls_back(page: Page, drafts: Site) -> None:
    before = drafts.file.read_text()
    page.goto(drafts.url)
    words, done = page.locator("#standing-words"), page.locator("#done")
    expect(words).to_have_text("A draft: nobody enters until it is published.")
    page.get_by_role("button", name="Publish…").click()
    dialog = page.locator("#publish-dialog")
    expect(dialog).to_contain_text("It was never published before")
    expect(dialog).to_contain_text("Nobody is inside.")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(done).to_have_text("Published.")
    expect(words).to_contain_text("as the file says")

    page.get_by_label(f"The file of {NAME}").fill(before.replace("- wait: 1d", "- wait: 2d"))
    expect(page.locator("#save")).to_be_enabled()
    page.get_by_role("button", name="Publish…").click()
    expect(page.get_by_role("alert")).to_contain_text("not saved yet")
    page.get_by_role("button", name="Simulate…").click()
    tried = page.locator("#simulate-dialog")
    people, days = (tried.get_by_role("spinbutton", name=name).bounding_box() for name in ("People", "Days"))
    assert people is not None
    assert days is not None
    assert 0 < days["x"] - (people["x"] + people["width"]) < 20
    tried.get_by_label("People", exact=True).fill("300")
    tried.get_by_role("button", name="Simulate", exact=True).click()
    expect(tried.locator("#simulation")).to_contain_text("300 entered", timeout=60_000)
    expect(tried.locator("tbody tr").first).to_contain_text("Wait 2 days")
    expect(tried).to_contain_text("no consent to marketing by sms on record")
    is_for_everybody(page, 1440)
    tried.get_by_label("People", exact=True).fill("10000")
    tried.get_by_role("button", name="Simulate", exact=True).click()
    expect(tried.get_by_role("status")).to_contain_text("of 10,000 people")
    tried.get_by_role("button", name="Cancel").click()
    expect(tried.get_by_role("status")).to_have_text("Cancelled. Nothing was kept.")
    tried.get_by_role("button", name="Close").click()

    page.locator("#save").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(words).to_contain_text("The file is a draft that differs from it.")
    page.get_by_role("button", name="Publish…").click()
    expect(dialog.locator(".line-diff .gone")).to_contain_text("- wait: 1d")
    expect(dialog.locator(".line-diff .new")).to_contain_text("- wait: 2d")
    is_for_everybody(page, 1440)
    page.set_viewport_size({"width": 320, "height": 800})
    below = (
        "lines => lines.filter(({firstElementChild: a, lastElementChild: z}) => a?.offsetTop !== z?.offsetTop).length"
    )
    assert dialog.locator(".line-diff li").evaluate_all(below) == 0, "each line begins beside its sign"
    page.set_viewport_size({"width": 1440, "height": 900})
    dialog.get_by_role("button", name="Publish", exact=True).click()
    history = page.locator("#history > li")
    expect(history).to_have_count(2)

    history.last.get_by_role("button", name="Roll back to it…").click()
    expect(dialog.locator(".line-diff .new")).to_contain_text("- wait: 1d")
    dialog.get_by_role("button", name="Roll back", exact=True).click()
    expect(history).to_have_count(3)
    expect(history.first).to_contain_text("rolled back to")
    expect(words).to_contain_text("The file is a draft that differs from it.")
    history.first.get_by_role("button", name="What changed").click()
    expect(page.locator("#change .line-diff .new")).to_contain_text("- wait: 1d")
    page.locator("#change-done").click()


def test_what_was_typed_while_the_service_was_away_can_be_saved_once_it_is_back(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.route("**/journeys/check", lambda route: route.abort("connectionrefused"))
    text = page.get_by_label(f"The file of {NAME}")
    text.fill(site.file.read_text().replace("- wait: 1d", "- wait: 2d"))
    expect(page.get_by_text("The service does not answer. Is it running?")).to_be_visible()
    expect(page.locator("#save")).to_be_disabled()
    page.unroute("**/journeys/check")
    expect(page.locator("#save")).to_be_enabled()


def test_a_journeys_file_and_its_simulation_fit_a_small_laptop(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{site.list}/{NAME}")
    expect(page.locator("#file-path")).to_have_text(re.compile(rf"{NAME}\.yml$"))
    assert page.locator("#file-path").evaluate("(one) => one.scrollWidth <= one.clientWidth")
    page.get_by_role("button", name="Simulate…").click()
    dialog = page.get_by_role("dialog")
    heading, first = (
        dialog.get_by_role("heading").first.bounding_box(),
        dialog.get_by_role("spinbutton").first.bounding_box(),
    )
    assert heading is not None
    assert first is not None
    assert abs(first["x"] - heading["x"]) < 8, "fields begin where the heading does"


def test_a_journey_that_is_not_there_is_said_to_be_so(page: Page, site: Site) -> None:
    page.goto(f"{site.list}/nowhere")
    expect(page.locator("#canvas")).to_contain_text('There is no journey "nowhere" here.')
    expect(page.get_by_role("heading", name="File")).to_be_hidden()


def test_a_journey_whose_file_is_gone_is_shown_to_whoever_must_stop_it(page: Page, site: Site) -> None:
    site.file.unlink()
    page.goto(site.url)
    expect(page.locator("#standing-words")).to_contain_text("Its file is gone, so nobody enters.")
    expect(page.locator("[data-step='ask-for-time']")).to_be_visible()
    expect(page.locator("#editor")).to_be_hidden()
    expect(page.get_by_role("button", name="Stop…")).to_be_enabled()


def test_a_marketer_begins_a_journey_and_another_like_it(page: Page, site: Site) -> None:
    page.goto(site.list)
    page.get_by_role("button", name="New journey…").click()
    dialog = page.locator("#new-dialog")
    dialog.get_by_label("Id", exact=True).fill(NAME)
    dialog.get_by_label("What it is for").fill("Spring offer")
    dialog.get_by_label("Event", exact=True).fill("spring.began")
    dialog.get_by_role("button", name="Begin it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Choose another id.")
    is_for_everybody(page, 1440)
    dialog.get_by_label("Id", exact=True).fill("spring-offer")
    dialog.get_by_role("button", name="Begin it").click()
    expect(page.get_by_label("The file of spring-offer")).to_have_value(
        re.compile("^# Spring offer\njourney: spring-offer")
    )
    words = page.locator("#standing-words")
    expect(words).to_contain_text("New, and not started: nobody enters.")
    expect(page.locator("#tags").get_by_role("link", name="not started")).to_be_visible()
    page.goto(site.list)
    expect(page.locator("#list > li", has_text="spring-offer").locator(".tag")).to_have_text("not started")
    page.go_back()
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#done")).to_have_text("Started.")
    expect(words).to_contain_text("Whoever enters goes through the file as it is.")
    expect(page.locator("#publish")).not_to_have_class("primary")  # nothing waits for it: the file holds as it is
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()

    page.goto(site.list)
    expect(page.locator("#list > li")).to_have_count(2)
    page.get_by_role("button", name=f"Duplicate {NAME}").click()
    dialog.get_by_role("button", name="Begin it").click()
    expect(page.locator("#journey-title")).to_have_text(f"{NAME}-2")
    copy = (site.file.parent / f"{NAME}-2.yml").read_text()
    assert copy == site.file.read_text().replace(f"journey: {NAME}", f"journey: {NAME}-2")


def test_a_marketer_begins_with_a_recipe(page: Page, site: Site) -> None:
    page.goto(site.list)
    page.get_by_role("button", name="New journey…").click()
    dialog = page.locator("#new-dialog")
    dialog.get_by_label("Begin with").select_option("Bring back a basket that was left")
    expect(dialog.get_by_label("Id", exact=True)).to_have_value("basket")
    expect(dialog.get_by_label("Event", exact=True)).to_be_hidden()
    is_for_everybody(page, 1440)
    expect(dialog.get_by_label("When")).to_be_hidden()
    dialog.get_by_label("Begin with").select_option("Write to many people once")
    expect(dialog.get_by_label("To whom")).to_have_value("big-teams")
    expect(dialog.get_by_label("Tag")).to_be_hidden()
    dialog.get_by_label("To whom").select_option("Everybody with a tag…")
    dialog.get_by_label("Tag").fill("spring-fair")
    dialog.get_by_label("When").fill("2020-12-01T09:00")
    is_for_everybody(page, 1440)
    dialog.get_by_role("button", name="Begin it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("2020-12-01 09:00 is past: in ")
    dialog.get_by_label("Begin with").select_option("Nothing: I write the steps")
    expect(dialog.get_by_label("Event", exact=True)).to_be_visible()


def test_a_marketer_lets_those_go_on_whom_an_error_stopped(page: Page, site: Site) -> None:
    page.goto(site.url)
    expect(page.locator("#parked-panel")).to_contain_text("person-6")
    page.get_by_role("button", name="Let them go on").click()
    expect(page.locator("#done")).to_have_text("1 person goes on.")
    expect(page.locator("#history")).to_contain_text("let parked people go on by")


def test_a_marketer_pauses_resumes_and_stops(page: Page, site: Site) -> None:
    page.goto(site.url)
    words, who = page.locator("#standing-words"), page.locator("#step .inside")
    page.locator("[data-step=ask-for-time]").click()
    expect(who).to_contain_text("person-2until ")
    page.get_by_role("button", name="Pause").click()
    expect(words).to_contain_text("Paused since")
    expect(page.locator("#tags").get_by_role("link", name="paused")).to_be_visible()
    expect(who).to_contain_text("person-2until the journey is resumed")
    expect(page.locator("#standing-title")).to_be_focused()  # the button that had the focus is gone
    page.get_by_role("button", name="Publish…").click()
    expect(page.get_by_role("dialog")).to_contain_text("It is paused, and stays so until you resume it.")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#done")).to_have_text("Published. It is still paused: resume it to let people in.")
    page.get_by_role("button", name="Resume").click()
    expect(words).to_contain_text("Whoever enters goes through the file as it is.")
    expect(page.locator("#tags")).not_to_contain_text("paused")
    page.get_by_role("button", name="Stop…").click()
    expect(page.locator("#stop-words")).to_contain_text("4 people are inside and would leave at once.")
    page.get_by_role("button", name="Let it run").click()
    page.get_by_role("button", name="Stop…").click()
    page.get_by_role("button", name="Stop it for 4 people").click()
    expect(words).to_contain_text("Stopped since")
    expect(page.locator("#done")).to_have_text("Stopped. 4 people left.")
    expect(page.locator("#history > li")).to_have_count(4)


def test_a_marketer_retires_a_journey_and_brings_it_back(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.get_by_role("button", name="Retire…").click()
    page.get_by_role("button", name="Retire it").click()
    expect(page.locator("#done")).to_have_text("Retired. Nobody enters any more. 4 people go on to the end.")
    expect(page.locator("#standing-words")).to_contain_text("Retired: nobody enters.")
    expect(page.locator("[data-step='ask-for-time']")).to_be_visible()
    expect(page.locator("#history > li").first).to_contain_text("retired by")
    page.goto(site.list)
    expect(page.locator("#count")).to_have_text("0 journeys, 1 retired")
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("button", name="Bring back…").click()
    asked = page.get_by_role("dialog", name=f"Bring {NAME} back?")
    expect(asked).to_contain_text("People enter it again, as its file says.")
    is_for_everybody(page, 1440)
    asked.get_by_role("button", name="Bring it back").click()
    expect(page.locator("#done")).to_have_text("Brought back.")
    expect(page.get_by_label(f"The file of {NAME}")).to_have_value(re.compile(f"journey: {NAME}"))
    expect(page.locator("#history > li").first).to_contain_text("brought back by")
    assert site.file.exists()
