"""The pages of journeys in a real Chromium, on a real server with copies of the sample content."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from bot.adapters.database import Database
from bot.documents import parse
from bot.domain.ids import ProfileId
from bot.domain.journey import ENTRANCE, EnrolmentStatus
from bot.journeys.content import version_of
from tests.contracts.samples import NOON, enrolment, journey, profile
from tests.running import ROOT, RunningServer, running

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("end_to_end")]

NAME = "demo-follow-up"
PARKED = EnrolmentStatus.PARKED


@dataclass
class Site:
    server: RunningServer
    file: Path

    @property
    def list(self) -> str:
        return f"{self.server.address}/journeys"

    @property
    def url(self) -> str:
        return f"{self.list}/{NAME}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    data, content = tmp_path / "data", tmp_path / "journeys"
    data.mkdir()
    shutil.copytree(ROOT / "journeys", content)
    file = content / f"{NAME}.yml"
    version = version_of(parse(str(file), file.read_text()))
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright has an event loop running in this thread
        elsewhere.submit(lambda: asyncio.run(populate(f"sqlite+aiosqlite:///{data / 'overture.db'}", version))).result()
    with running(data, {"OVERTURE_JOURNEYS": str(content)}) as server:
        yield Site(server, file)


async def populate(url: str, version: str) -> None:
    """Seven people: three wait for an answer, one waits in an older version, two have left, one is parked."""
    stands: list[dict[str, Any]] = [
        {"step": "ask-for-time", "due_at": NOON + timedelta(days=9000)},
        {"step": "ask-for-time", "due_at": NOON + timedelta(days=9000)},
        {"step": "ask-for-time", "due_at": NOON + timedelta(days=9000)},
        {"step": "old-question", "due_at": NOON + timedelta(days=9000), "version": "older"},
        {"step": "ask-for-time", "status": EnrolmentStatus.DONE, "reason": "meeting.booked happened", "goal_at": NOON},
        {"step": "end", "status": EnrolmentStatus.DONE, "reason": "came to the end"},
        {"step": "steps.4", "status": PARKED, "reason": "the note is no text: <b>50</b>"},
    ]
    store = Database(url)
    await store.migrate()
    async with store.transaction() as uow:
        for made in (version, "older"):
            await uow.enrolments.publish(replace(journey(made, NAME), first="begin"))
        uow.passages.add(NAME, version, [(ENTRANCE, "steps.0"), ("ask-for-time", "steps.2")], times=1_234)
        uow.passages.add(NAME, version, [("old-question", "ask-for-time")], times=2, moved=True)
        for number, more in enumerate(stands):
            person = ProfileId(f"person-{number}")
            await uow.profiles.add(profile(person))
            await uow.enrolments.add(
                enrolment(f"e{number}", of=person, into=NAME, **{"version": version, "due_at": None} | more)
            )
    await store.close()


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

    question.focus()
    page.keyboard.press("Enter")
    step = page.locator("#step")
    expect(step).to_contain_text("3 people wait here")
    expect(step).to_contain_text("1 left from here: meeting.booked happened")
    expect(step).to_contain_text("2 people were put here by publishing")
    expect(step.locator(".ways li").first).to_contain_text("1,234 times")
    expect(page.locator(".line-numbers .chosen")).to_have_text("11")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-step='steps.2']")).to_be_focused()
    step.get_by_role("button", name="Add to nurture").click()
    expect(page.locator("[data-step=nurture]")).to_be_focused()
    expect(page.locator("[data-step=nurture]")).to_have_attribute("aria-pressed", "true")

    page.get_by_role("link", name="1 person in version older").click()
    expect(page.locator("#tags")).to_contain_text("version older")
    expect(page.locator(".box")).to_have_count(1)


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
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#done")).to_contain_text("Saved")
    assert site.file.read_text() == before.replace("- wait: 1d", "- wait: 2d")
    expect(page.locator("#picture-about")).to_have_text("7 steps")
    # The file is read anew by the clock, and a busy machine takes its time.
    expect(page.locator("#tags")).not_to_contain_text("not in force", timeout=30_000)

    text.fill(before)
    site.file.write_text(before + "# somebody else was here\n")
    expect(save).to_be_enabled()
    save.click()
    page.get_by_role("button", name="Save", exact=True).click()
    both = page.locator("#conflict-dialog")
    expect(both.locator("#conflict-theirs .new").last).to_contain_text("# somebody else was here")
    expect(both.locator("#conflict-mine .gone")).to_contain_text("# somebody else was here")
    _is_for_everybody(page, 1440)
    both.get_by_role("button", name="Go on editing mine").click()
    expect(text).to_have_value(before)
    assert site.file.read_text().endswith("# somebody else was here\n")
    save.click()
    page.get_by_role("button", name="Save", exact=True).click()
    both.get_by_role("button", name="Save mine over theirs").click()
    expect(page.locator("#done")).to_contain_text("Saved")
    assert site.file.read_text() == before


def test_a_marketer_edits_steps_in_the_picture(page: Page, site: Site) -> None:
    before = site.file.read_text()
    page.goto(site.url)
    text, dialog = page.get_by_label(f"The file of {NAME}"), page.locator("#form-dialog")
    page.locator("[data-step=ask-for-time]").click()
    page.get_by_role("button", name="Edit…").click()
    expect(dialog.get_by_label("Form")).to_have_value("booking_form")
    dialog.get_by_label("Remind").fill("1d, 2d")
    dialog.get_by_role("button", name="Put it into the file").click()
    expect(dialog).to_be_hidden()
    changed = before.replace("remind: [1d]", "remind: [1d, 2d]")
    expect(text).to_have_value(changed)
    expect(page.locator("[data-step=ask-for-time]")).to_contain_text("reminds after 1 day and 2 days")

    page.locator("[data-step='steps.0']").click()
    page.get_by_role("button", name="Add a step after it…").click()
    kinds = dialog.get_by_label("What it does")
    for kind in [option.get_attribute("value") for option in kinds.locator("option").all()]:
        kinds.select_option(kind)
        expect(dialog.locator("#form-fields label").nth(1)).to_be_visible()
    kinds.select_option("add_to")
    dialog.get_by_label(re.compile("^Add to")).fill("asked")
    dialog.get_by_role("button", name="Put it into the file").click()
    changed = changed.replace("  - wait: 1d\n", "  - wait: 1d\n  - add_to: asked\n")
    expect(text).to_have_value(changed)
    page.locator("[data-step='steps.1']").click()
    page.get_by_role("button", name="Up", exact=True).click()
    changed = changed.replace("  - wait: 1d\n  - add_to: asked\n", "  - add_to: asked\n  - wait: 1d\n")
    expect(text).to_have_value(changed)
    expect(page.locator("[data-step='steps.0']")).to_contain_text("Add to asked")
    page.locator("#save").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#done")).to_contain_text("Saved")
    assert site.file.read_text() == changed


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
            _is_for_everybody(page, width)
            page.goto(site.url)
            page.locator("[data-step=ask-for-time]").click()
            expect(page.locator("#step")).to_contain_text("3 people wait here")
            _is_for_everybody(page, width)
            page.get_by_role("button", name="Edit…").click()
            expect(page.locator("#form-dialog")).to_be_visible()
            _is_for_everybody(page, width)


def _is_for_everybody(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.fixture
def drafts(tmp_path: Path) -> Iterator[Site]:
    """Where a file waits until it is published; nobody is inside."""
    data, content = tmp_path / "data", tmp_path / "journeys"
    data.mkdir()
    shutil.copytree(ROOT / "journeys", content)
    with running(data, {"OVERTURE_JOURNEYS": str(content), "OVERTURE_PUBLISHING": "on_command"}) as server:
        yield Site(server, content / f"{NAME}.yml")


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
    expect(done).to_have_text("Published. 0 people moved.")
    expect(words).to_contain_text("as the file says")

    page.get_by_label(f"The file of {NAME}").fill(before.replace("- wait: 1d", "- wait: 2d"))
    expect(page.locator("#save")).to_be_enabled()
    page.get_by_role("button", name="Publish…").click()
    expect(page.get_by_role("alert")).to_contain_text("not saved yet")
    page.get_by_role("button", name="Simulate…").click()
    tried = page.locator("#simulate-dialog")
    tried.get_by_label("People", exact=True).fill("300")
    tried.get_by_role("button", name="Simulate", exact=True).click()
    expect(tried.locator("#simulation")).to_contain_text("300 entered", timeout=60_000)
    expect(tried.locator("tbody tr").first).to_contain_text("Wait 2 days")
    expect(tried).to_contain_text("no consent to marketing by sms on record")
    _is_for_everybody(page, 1440)
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
    _is_for_everybody(page, 1440)
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


def test_a_marketer_begins_a_journey_and_another_like_it(page: Page, site: Site) -> None:
    page.goto(site.list)
    page.get_by_role("button", name="New journey…").click()
    dialog = page.locator("#new-dialog")
    dialog.get_by_label("Id", exact=True).fill(NAME)
    dialog.get_by_label("Title").fill("Spring offer")
    dialog.get_by_label("Event", exact=True).fill("spring.began")
    dialog.get_by_role("button", name="Begin it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Choose another id.")
    _is_for_everybody(page, 1440)
    dialog.get_by_label("Id", exact=True).fill("spring-offer")
    dialog.get_by_role("button", name="Begin it").click()
    expect(page.get_by_label("The file of spring-offer")).to_have_value(
        re.compile("^# Spring offer\njourney: spring-offer")
    )
    expect(page.locator("#standing-words")).to_contain_text("Paused since")

    page.goto(site.list)
    expect(page.locator("#list > li")).to_have_count(2)
    page.get_by_role("button", name=f"Duplicate {NAME}").click()
    dialog.get_by_role("button", name="Begin it").click()
    expect(page.locator("#journey-title")).to_have_text(f"{NAME}-2")
    copy = (site.file.parent / f"{NAME}-2.yml").read_text()
    assert copy == site.file.read_text().replace(f"journey: {NAME}", f"journey: {NAME}-2")


def test_a_marketer_pauses_resumes_and_stops(page: Page, site: Site) -> None:
    page.goto(site.url)
    words = page.locator("#standing-words")
    page.get_by_role("button", name="Pause").click()
    expect(words).to_contain_text("Paused since")
    page.get_by_role("button", name="Resume").click()
    expect(words).to_contain_text("Whoever enters goes through the file as it is.")
    page.get_by_role("button", name="Stop…").click()
    expect(page.locator("#stop-words")).to_contain_text("4 people are inside and would leave at once.")
    page.get_by_role("button", name="Let it run").click()
    page.get_by_role("button", name="Stop…").click()
    page.get_by_role("button", name="Stop it for 4 people").click()
    expect(words).to_contain_text("Stopped since")
    expect(page.locator("#done")).to_have_text("Stopped. 4 people left; 0 queued messages are not sent.")
    expect(page.locator("#history > li")).to_have_count(3)
