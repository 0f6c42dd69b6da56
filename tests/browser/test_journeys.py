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
    expect(page.locator("#done")).to_have_text("")
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


OFFER = """\
journey: offer
purpose: marketing   # needs consent
enter: {event: cart.left}
steps:
  # Big ones are for sales.
  - branch:
      - if:   "event.size > 20"   # big
        do:
          - add_to:  big
      - else: {do: [add_to: small]}

  - id: test
    split:
      - {name: tip,   weight: 50, do: [add_to: tipped]} # half
      - {name: nothing, weight: 50}
  - id: last
    add_to: offered
"""


@pytest.fixture
def offer(site: Site) -> Site:
    """The journey `offer`, whose people part."""
    made = replace(site, file=site.file.parent / "offer.yml")
    made.file.write_text(OFFER)
    return made


def test_a_marketer_edits_ways(page: Page, offer: Site) -> None:
    page.goto(f"{offer.list}/offer")
    text, dialog, step = page.get_by_label("The file of offer"), page.locator("#form-dialog"), page.locator("#step")
    put = dialog.get_by_role("button", name="Put it into the file")
    page.locator("[data-step='steps.0']").click()
    way = step.get_by_role("group", name="if event.size > 20")
    way.get_by_role("button", name="Edit…").click()
    _is_for_everybody(page, 1440)
    dialog.get_by_label("If").fill("event.size > 50")
    expect(dialog).to_contain_text("Its step is edited in the picture.")
    put.click()
    expect(dialog).to_be_hidden()
    changed = OFFER.replace('- if:   "event.size > 20"   # big', '- if: "event.size > 50"     # big')
    expect(text).to_have_value(changed)

    step.get_by_role("button", name="Add a way…").click()
    dialog.get_by_label("If").fill("event.size > 30")
    dialog.get_by_label("It", exact=True).select_option("go")
    put.click()
    expect(dialog).to_be_visible()  # it wants to know where
    dialog.get_by_label("Go to").fill("test")
    put.click()
    new = "      - if: event.size > 30\n        go: test\n"
    expect(text).to_have_value(changed.replace("      - else:", f"{new}      - else:"))
    step.get_by_role("group", name="if event.size > 30").get_by_role("button", name="Up").click()
    expect(text).to_have_value(changed.replace("      - if:", f"{new}      - if:"))
    expect(step.locator(".items li").first).to_contain_text("if event.size > 30goes to test")
    step.get_by_role("group", name="everybody else").get_by_role("button", name="Remove").click()
    step.get_by_role("button", name="Say what else happens…").click()
    dialog.get_by_label("What happens first").select_option("wait")
    dialog.get_by_label("At most").fill("1d")
    put.click()
    expect(text).to_have_value(re.compile("      - else:\n          do:\n            - wait: {at_most: 1d}\n\n"))

    page.locator("[data-step=test]").click()
    expect(step.get_by_role("group", name="nothing").get_by_role("button", name="Down")).to_be_disabled()
    step.get_by_role("button", name="Add a way…").click()
    dialog.get_by_label("Name").fill("offer")
    dialog.get_by_label("The new way").fill("20")
    expect(dialog.locator(".sum")).to_have_text("They sum to 120, not to 100.")
    put.click()
    expect(step.locator(".problem")).to_contain_text("the weights sum to 120, not to 100")
    expect(page.locator("#save")).to_be_disabled()
    step.get_by_role("group", name="offer").get_by_role("button", name="Edit…").click()
    dialog.get_by_label("Nothing").fill("30")
    expect(dialog.locator(".sum")).to_have_text("They sum to 100.")
    _is_for_everybody(page, 1440)
    put.click()
    expect(step.locator(".problem")).to_have_count(0)
    assert "- {name: tip,   weight: 50, do: [add_to: tipped]} # half\n" in text.input_value()
    assert "- {name: nothing, weight: 30}\n      - {name: offer, weight: 20}\n" in text.input_value()
    page.locator("#save").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#done")).to_contain_text("Saved")


def test_a_marketer_parts_people_with_a_new_step(page: Page, offer: Site) -> None:
    page.goto(f"{offer.list}/offer")
    text, dialog, step = page.get_by_label("The file of offer"), page.locator("#form-dialog"), page.locator("#step")
    put = dialog.get_by_role("button", name="Put it into the file")
    page.locator("[data-step=last]").click()
    step.get_by_role("button", name="Add a step after it…").click()
    dialog.get_by_label("What it does").select_option("split")
    dialog.get_by_label("Id", exact=False).first.fill("second")
    first = dialog.get_by_role("group", name="First way").first
    first.get_by_label("It", exact=True).select_option("go")
    first.get_by_label("Go to").fill("end")
    _is_for_everybody(page, 1440)
    put.click()
    split = "  - id: second\n    split:\n      - {name: a, weight: 50, go: end}\n      - {name: b, weight: 50}\n"
    expect(text).to_have_value(OFFER + split)
    step.get_by_role("button", name="Add a step after it…").click()
    dialog.get_by_label("What it does").select_option("branch")
    dialog.get_by_label("If").fill("split.test == 'tip'")
    dialog.get_by_role("group", name="Where it leads").get_by_label("It", exact=True).select_option("go")
    dialog.get_by_label("Go to").fill("end")
    put.click()
    branch = "  - branch:\n      - {if: split.test == 'tip', go: end}\n"
    expect(text).to_have_value(OFFER + branch + split)
    expect(step.locator(".problem")).to_have_count(0)


def test_a_marketer_edits_what_lets_people_in(page: Page, offer: Site) -> None:
    page.goto(f"{offer.list}/offer")
    text, dialog, step = page.get_by_label("The file of offer"), page.locator("#form-dialog"), page.locator("#step")
    put = dialog.get_by_role("button", name="Put it into the file")
    page.locator("[data-step=':enter']").click()
    step.get_by_role("button", name="Edit…").click()
    dialog.get_by_label("Again").fill("after 90d")
    put.click()
    changed = OFFER.replace("{event: cart.left}", "{event: cart.left, again: after 90d}")
    expect(text).to_have_value(changed)

    entries = {
        "segment": ({"Segment": "big-teams"}, "segment: big-teams"),
        "left_segment": (
            {"Left segment": "big-teams", "If": "lead.fit > 1"},
            "left_segment: big-teams, if: lead.fit > 1",
        ),
        "message": ({"Channels": "sms"}, "message: {channels: [sms]}"),
        "once": (
            {"Once": "2026-12-01 09:00", "Zone": "Europe/London", "If": "lead.fit"},
            "schedule: {once: 2026-12-01 09:00, zone: Europe/London}, if: lead.fit",
        ),
        "cron": (
            {"Cron": "0 9 * * mon", "Zone": "Europe/London", "If": "lead.fit > 1"},
            "schedule: {cron: 0 9 * * mon, zone: Europe/London}, if: lead.fit > 1",
        ),
        "date": ({"Date": "profile.renews_on", "Before": "14d"}, "schedule: {date: profile.renews_on, before: 14d}"),
        "api": ({}, "api: true"),
    }
    lines = ["  - {event: cart.left, again: after 90d}\n"]
    for kind, (fields, written) in entries.items():
        step.get_by_role("button", name="Add an entry…").click()
        dialog.get_by_label("What lets people in").select_option(kind)
        for label, value in fields.items():
            dialog.get_by_label(label).fill(value)
        put.click()
        lines.append(f"  - {{{written}}}\n")
        expect(text).to_have_value(OFFER.replace("enter: {event: cart.left}\n", f"enter:\n{''.join(lines)}"))
        expect(step.locator(".items li")).to_have_count(len(lines))
    expect(step.locator(".problem")).to_have_count(0)
    expect(page.locator("#save")).to_be_enabled()
    _is_for_everybody(page, 1440)
    step.get_by_role("group", name="A call of the API").get_by_role("button", name="Up").press("Enter")
    expect(step.locator(".items li").nth(6)).to_contain_text("A call of the API")
    expect(step.get_by_role("group", name="A call of the API").get_by_role("button", name="Up")).to_be_focused()
    step.get_by_role("group", name="A time, again").get_by_role("button", name="Remove").click()
    expect(step.locator(".items li")).to_have_count(len(lines) - 1)


def test_a_marketer_edits_the_settings(page: Page, offer: Site) -> None:
    page.goto(f"{offer.list}/offer")
    text, dialog = page.get_by_label("The file of offer"), page.locator("#form-dialog")
    page.get_by_role("button", name="Settings…").click()
    expect(dialog.get_by_label("Purpose")).to_have_value("marketing")
    dialog.get_by_label("Holdout").fill("5%")
    dialog.get_by_label("Goal").fill("event meeting.booked within 30d")
    dialog.get_by_label("Hours").fill("09:00-20:00")
    dialog.get_by_label("Closed").select_option("skip")
    dialog.get_by_label("Priority").fill("60")
    dialog.get_by_label("On edit").select_option("map")
    dialog.get_by_label("New steps").fill("first: last")
    _is_for_everybody(page, 1440)
    dialog.get_by_role("button", name="Put it into the file").click()
    changed = OFFER.replace(
        "enter: {event: cart.left}\n",
        "enter: {event: cart.left}\n"
        "exit: {goal: event meeting.booked within 30d}\n"
        "send_window: {hours: 09:00-20:00, closed: skip}\n"
        "holdout: 5%\n"
        "priority: 60\n"
        "on_edit: {map: {first: last}}\n",
    )
    expect(text).to_have_value(changed)
    expect(page.locator("#save")).to_be_enabled()
    page.get_by_role("button", name="Settings…").click()
    dialog.get_by_label("Holdout").fill("")
    dialog.get_by_label("On edit").select_option("drain")
    dialog.get_by_role("button", name="Put it into the file").click()
    changed = changed.replace("holdout: 5%\n", "").replace("on_edit: {map: {first: last}}", "on_edit: drain")
    expect(text).to_have_value(changed)


def test_a_marketer_edits_what_happens_when_it_fails_or_is_late(page: Page, offer: Site) -> None:
    before = OFFER + "  - handoff: {reason:   hot}   # now\n"
    offer.file.write_text(before)
    page.goto(f"{offer.list}/offer")
    text, dialog, step = page.get_by_label("The file of offer"), page.locator("#form-dialog"), page.locator("#step")
    put = dialog.get_by_role("button", name="Put it into the file")
    page.locator("[data-step='steps.3']").click()
    step.get_by_role("button", name="Edit…").click()
    dialog.get_by_label("Within").fill("15m")
    late = dialog.get_by_role("group", name="Late")
    late.get_by_label("It", exact=True).select_option("do")
    late.get_by_label("What happens first").select_option("go")
    late.get_by_label(re.compile("^Go required")).fill("last")
    _is_for_everybody(page, 1440)
    put.click()
    expect(text).to_have_value(re.compile("within: 15m, late: {do: \\[go: last\\]}} +# now\n$"))
    step.get_by_role("button", name="Go last").click()
    expect(step.locator(".step-name")).to_contain_text("go: last")
    step.get_by_role("button", name="Add a step after it…").click()
    dialog.get_by_label("What it does").select_option("add_to")
    dialog.get_by_label(re.compile("^Add to")).fill("slow")
    put.click()
    expect(text).to_have_value(re.compile("late: {do: \\[go: last, add_to: slow\\]}} +# now\n$"))
    step.get_by_role("button", name="Remove").click()
    expect(text).to_have_value(re.compile("late: {do: \\[add_to: slow\\]}} +# now\n$"))
    assert text.input_value().startswith(OFFER)

    page.locator("[data-step=last]").click()
    step.get_by_role("button", name="Add a step after it…").click()
    dialog.get_by_label("What it does").select_option("action")
    dialog.get_by_label("Action", exact=False).first.fill("action_book_meeting")
    failed = dialog.get_by_role("group", name="Failed")
    expect(failed.get_by_label("It", exact=True)).to_have_value("")
    failed.get_by_label("It", exact=True).select_option("go")
    failed.get_by_label("Go to").fill("end")
    put.click()
    expect(text).to_have_value(re.compile("offered\n  - action: action_book_meeting\n    failed: {go: end}\n"))


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
            page.get_by_role("button", name="Cancel").click()
            page.locator("[data-step='steps.0']").click()
            page.get_by_role("button", name="Add a step after it…").click()
            page.get_by_label("What it does").select_option("branch")
            fields = page.locator("#form-fields")
            assert fields.evaluate("node => node.scrollWidth <= node.clientWidth")
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
