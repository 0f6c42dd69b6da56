"""Steps, ways, entries and settings, edited in the picture of a journey in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.everybody import is_for_everybody
from tests.browser.journeys_site import NAME, Site, with_people

pytestmark = pytest.mark.browser


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with with_people(tmp_path) as made:
        yield made


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
    page.get_by_role("button", name="Edit…").click()
    wait = dialog.get_by_label("Wait required")
    expect(wait).to_be_focused()  # the id, which hardly any step needs, comes last
    wait.fill("soon")
    dialog.get_by_role("button", name="Put it into the file").click()
    expect(dialog.get_by_role("alert")).to_contain_text('"soon" is no length of time. Write a number and a unit')
    is_for_everybody(page, 1440)
    expect(text).to_have_value(changed)  # as it was
    wait.fill("2 days")
    dialog.get_by_role("button", name="Put it into the file").click()
    expect(page.locator("[data-step='steps.0']")).to_contain_text("Wait 2 days")
    changed = changed.replace("- wait: 1d\n", "- wait: 2 days\n")

    page.get_by_role("button", name="Add a step after it…").click()
    expect(dialog.get_by_role("alert")).to_be_hidden()
    kinds = dialog.get_by_label("What it does")
    for kind in [option.get_attribute("value") for option in kinds.locator("option").all()]:
        kinds.select_option(kind)
        expect(dialog.locator("#form-fields label").nth(1)).to_be_visible()
    kinds.select_option("send")
    expect(dialog.get_by_label("Response required")).to_be_visible()
    expect(dialog.get_by_label("Hours", exact=True)).to_be_visible()  # of a window that may be left out
    kinds.select_option("set")
    expect(dialog.get_by_text("Declared: ")).to_contain_text("team_size")
    kinds.select_option("add_to")
    dialog.get_by_label(re.compile("^Add to")).fill("asked")
    dialog.get_by_role("button", name="Put it into the file").click()
    changed = changed.replace("  - wait: 2 days\n", "  - wait: 2 days\n  - add_to: asked\n")
    expect(text).to_have_value(changed)
    page.locator("[data-step='steps.1']").click()
    page.get_by_role("button", name="Up", exact=True).click()
    changed = changed.replace("  - wait: 2 days\n  - add_to: asked\n", "  - add_to: asked\n  - wait: 2 days\n")
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
    is_for_everybody(page, 1440)
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
    expect(dialog.get_by_role("alert")).to_contain_text("The weights sum to 120, not to 100.")
    dialog.get_by_role("button", name="Put it in all the same").click()
    expect(step.locator(".problem")).to_contain_text("the weights sum to 120, not to 100")
    expect(page.locator("#save")).to_be_disabled()
    step.get_by_role("group", name="offer").get_by_role("button", name="Edit…").click()
    dialog.get_by_label("Nothing").fill("30")
    expect(dialog.locator(".sum")).to_have_text("They sum to 100.")
    is_for_everybody(page, 1440)
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
    is_for_everybody(page, 1440)
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
    is_for_everybody(page, 1440)
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
    is_for_everybody(page, 1440)
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
    is_for_everybody(page, 1440)
    put.click()
    expect(text).to_have_value(re.compile("within: 15m, late: {do: \\[go: last\\]}} +# now\n$"))
    step.get_by_role("button", name="Go last").click()
    expect(step.locator(".step-name")).to_contain_text("go: last")
    step.get_by_role("button", name="Add a step after it…").click()
    dialog.get_by_label("What it does").select_option("add_to")
    dialog.get_by_label(re.compile("^Add to")).fill("slow")
    put.click()
    dialog.get_by_role("button", name="Put it in all the same").click()  # nobody comes behind a `go`
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


def test_a_step_that_is_moved_stays_the_chosen_one(page: Page, site: Site) -> None:
    page.goto(site.url)
    step, name = page.locator("#step"), page.locator("#step .step-name strong")
    page.locator("[data-step='steps.3']").click()
    expect(name).to_have_text("Score +10 engagement")
    step.get_by_role("button", name="Down", exact=True).click()
    expect(page.locator("[data-step='steps.4']")).to_contain_text("Score +10 engagement")
    expect(name).to_have_text("Score +10 engagement")
    step.get_by_role("button", name="Up", exact=True).click()
    expect(page.locator("[data-step='steps.3']")).to_contain_text("Score +10 engagement")
    expect(name).to_have_text("Score +10 engagement")
    for place in ("steps.2", "steps.1"):  # past a step with an id
        step.get_by_role("button", name="Up", exact=True).click()
        expect(page.locator(f"[data-step='{place}']")).to_contain_text("Score +10 engagement")
    expect(name).to_have_text("Score +10 engagement")
    step.get_by_role("button", name="Remove").click()
    expect(step).to_contain_text("No step is chosen")
    expect(page.get_by_label(f"The file of {NAME}")).not_to_have_value(re.compile("engagement"))


def test_the_page_says_that_a_picture_is_of_before_a_fault(page: Page, site: Site) -> None:
    page.goto(site.url)
    text, step = page.get_by_label(f"The file of {NAME}"), page.locator("#step")
    page.locator("[data-step='steps.0']").click()
    expect(step).to_contain_text("Wait 1 day")
    text.fill(site.file.read_text().replace("  - wait: 1d\n", "  - crm: {note: New}\n  - wait: soon\n"))
    expect(page.locator("#picture-about")).to_have_text("7 steps, as before the fault in line 10")
    expect(step).to_contain_text("Crm")  # which has come into the place of the step in the picture
    expect(step).not_to_contain_text("Wait 1 day")
    page.get_by_role("button", name="the fault in line 10").click()
    expect(text).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" # or later")
    text.fill(text.input_value().replace("soon # or later", "2d"))
    expect(page.locator("#picture-about")).to_have_text("8 steps, not saved yet")
    expect(step).to_contain_text("New")


def test_a_step_is_added_with_the_keyboard_alone(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.locator("[data-step='steps.0']").press("Enter")
    page.get_by_role("button", name="Add a step after it…").press("Enter")
    expect(page.get_by_label("What it does")).to_be_focused()
    page.get_by_label("What it does").select_option("add_to")
    page.locator("#form-dialog").get_by_label(re.compile("^Add to")).fill("asked")
    page.keyboard.press("Enter")
    expect(page.locator("[data-step='steps.1']")).to_contain_text("Add to asked")
    expect(page.get_by_role("button", name="Add a step after it…")).to_be_focused()


def test_on_a_phone_the_box_that_has_the_focus_is_in_view(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.url)
    page.locator("[data-step='ask-for-time']").focus()
    for box in ("steps.2", "steps.3"):
        page.keyboard.press("Tab")
        place, frame = page.locator(f"[data-step='{box}']").bounding_box(), page.locator("#canvas").bounding_box()
        assert place is not None
        assert frame is not None
        assert frame["x"] <= place["x"]
        assert place["x"] + place["width"] <= frame["x"] + frame["width"]
