"""The page Responses in a real Chromium on a real server: words are found, changed, seen on each channel, and saved."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.lending import ROOT
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

WORDS = """\
version: "3.1"

responses:
  # A tip, now and then.
  utter_tip:
    - text: "{lead_name}, did you see the new rota editor?"   # short
      buttons:
        - {title: "Show me", payload: "/request_demo"}
    - text: "The rota editor is new."
      channel: sms

  utter_other:
    - text: "Another thing."
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("responses")
    shutil.copytree(ROOT / "nlu_data", home / "nlu_data")
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[RunningServer]:
    (home / "nlu_data" / "responses" / "tips.yml").write_text(WORDS)
    (home / "data").mkdir()
    with running(home / "data", {"OVERTURE_ASSISTANT": str(home / "nlu_data")}) as started:
        yield started


@pytest.fixture
def file(home: Path) -> Path:
    file = home / "nlu_data" / "responses" / "tips.yml"
    file.write_text(WORDS)
    return file


def violations(page: Page) -> list[str]:
    return [one["id"] for one in Axe().run(page).response["violations"]]


def save(page: Page) -> None:
    page.get_by_role("button", name="Save…").click()
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()


def test_a_marketer_finds_words_changes_them_and_sees_them_on_each_channel(
    page: Page, server: RunningServer, file: Path
) -> None:
    page.goto(f"{server.address}/responses")
    page.get_by_label("Name or words").fill("rota editor see")
    expect(page.locator("#count")).to_contain_text("1 of ")
    page.get_by_role("link", name="utter_tip").click()
    on = {name: page.locator(f"[data-channel={name}]") for name in ("webchat", "sms", "email", "slack", "voice")}
    expect(on["webchat"].locator(".bubble")).to_have_text("Alex, did you see the new rota editor?")
    expect(on["email"]).to_contain_text("not connected")
    expect(on["voice"]).to_contain_text("You can say Show me.")
    expect(page.locator("#messages")).to_contain_text("Not on Text message: variation 2 is said there.")

    text = page.get_by_label("Text", exact=True)
    text.fill("{lead_nam}, look.")
    expect(page.locator(".variation .faults")).to_contain_text('Did you mean "{lead_name}"?')
    text.fill("Look, ")
    page.get_by_label("Put in a name").select_option(label="Lead name")
    expect(text).to_have_value("Look, {lead_name}")
    expect(on["webchat"].locator(".bubble")).to_have_text("Look, Alex")
    page.get_by_role("button", name="2 The rota editor is new.").press("Enter")
    text.fill("The rota editor is new – have a look.")
    expect(on["sms"].locator(".cost")).to_contain_text("1 segment, UCS-2 because of ‘–’")
    save(page)
    expect(page.locator("#words-title")).to_be_focused()
    expect(page.locator("#done")).to_contain_text("Saved.")
    before, after = WORDS.split("\n"), file.read_text().split("\n")
    assert after[5].startswith('    - text: "Look, {lead_name}" ')
    assert after[5].endswith("# short")
    assert after[8] == '    - text: "The rota editor is new – have a look."'
    assert [*after[:5], *after[6:8], *after[9:]] == [*before[:5], *before[6:8], *before[9:]]
    expect(page.locator("#tags")).not_to_contain_text("not in force", timeout=30_000)
    assert violations(page) == []


def test_what_would_have_a_fault_is_said_where_it_stands_and_not_saved(
    page: Page, server: RunningServer, file: Path
) -> None:
    page.goto(f"{server.address}/responses/utter_tip")
    page.get_by_label("Put in a name").select_option(label="Mobile number")
    expect(page.get_by_label("Text", exact=True)).to_be_focused()
    page.get_by_label("Text", exact=True).fill("Hello {{ profile.phone }}")
    expect(page.locator(".variation .faults")).to_contain_text("profile.phone may be missing")
    page.get_by_role("button", name="Save…").click()
    expect(page.locator("#problem")).to_contain_text("would have a fault")
    assert file.read_text() == WORDS
    page.get_by_role("button", name="Undo all").click()
    expect(page.get_by_role("button", name="Save…")).to_be_disabled()


def test_variations_are_added_moved_and_taken_out_by_the_keyboard(
    page: Page, server: RunningServer, file: Path
) -> None:
    page.goto(f"{server.address}/responses/utter_other")
    page.get_by_role("button", name="Add a variation").press("Enter")
    page.keyboard.type("Noch etwas.")
    page.get_by_label("Language").fill("de")
    page.get_by_role("button", name="Add a button").press("Enter")
    page.keyboard.type("Gut")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("/affirm")
    page.get_by_role("button", name="Up", exact=True).press("Enter")
    expect(page.get_by_role("button", name="1 Noch etwas.")).to_be_focused()
    save(page)
    expect(page.locator("#done")).to_contain_text("Saved.")
    assert file.read_text().endswith(
        '  utter_other:\n    - text: "Noch etwas."\n      buttons:\n        - {title: "Gut", payload: /affirm}\n'
        '      language: de\n    - text: "Another thing."\n'
    )


def test_a_fault_elsewhere_is_told_and_words_are_saved(page: Page, server: RunningServer, file: Path) -> None:
    bad = file.with_name("bad.yml")
    bad.write_text("rules:\n  - rule: Half written\n    steps: [{intent: nobody}, {action: utter_other}]\n")
    try:
        page.goto(f"{server.address}/responses/utter_other")
        page.get_by_label("Text", exact=True).fill("Put right.")
        page.get_by_role("button", name="Save…").click()
        page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("#done")).to_contain_text("It is said once the faults elsewhere are mended.")
        assert '"Put right."' in file.read_text()
        expect(page.get_by_role("alert")).to_contain_text("The content has faults elsewhere.")
        expect(page.get_by_role("alert")).to_contain_text("bad.yml:3")
        expect(page.locator("#tags")).to_contain_text("not in force yet")
        assert violations(page) == []
    finally:
        bad.unlink()


def test_what_is_shown_comes_by_itself_once_a_service_that_was_away_is_back(
    page: Page, server: RunningServer, file: Path
) -> None:
    page.goto(f"{server.address}/responses/utter_other")
    shown = page.locator("#messages")
    expect(shown).to_contain_text("Another thing.")
    page.route("**/responses/check*", lambda route: route.abort())
    page.get_by_label("Text", exact=True).fill("Something else.")
    expect(page.locator("#messages-about")).to_contain_text("The service does not answer.")
    page.unroute("**/responses/check*")
    expect(shown).to_contain_text("Something else.")
    expect(page.locator("#messages-about")).to_have_text("as each channel shows it")


def test_a_double_click_selects_nothing_of_what_it_has_opened(page: Page, server: RunningServer, file: Path) -> None:
    page.goto(f"{server.address}/responses")
    page.get_by_role("button", name="New response…").dblclick()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == ""


def test_a_response_is_taken_out_unless_something_names_it(page: Page, server: RunningServer, file: Path) -> None:
    page.goto(f"{server.address}/responses/utter_greet")
    page.get_by_role("button", name="Take out this response…").click()
    kept = page.get_by_role("dialog", name="utter_greet is still named")
    expect(kept).to_contain_text("the rule “Greeting”")
    expect(kept.get_by_role("button", name="Take it out")).to_be_hidden()
    kept.get_by_role("button", name="Close").click()
    page.goto(f"{server.address}/responses/utter_opted_out")
    page.get_by_role("button", name="Take out this response…").click()
    expect(page.get_by_role("dialog", name="utter_opted_out stays")).to_contain_text(
        "the one confirmation of an opt-out"
    )

    page.goto(f"{server.address}/responses/utter_other")
    page.get_by_label("Text", exact=True).fill("Typed, and given up.")
    page.get_by_role("button", name="Take out this response…").click()
    dialog = page.get_by_role("dialog", name="Take out utter_other?")
    expect(dialog).to_contain_text("nlu_data/responses/tips.yml, of which all else stays as it is.")
    assert violations(page) == []
    dialog.get_by_role("button", name="Take it out").click()
    expect(page.get_by_label("Name or words")).to_be_visible()
    assert file.read_text() == WORDS.partition("\n  utter_other:")[0] + "\n"


def test_what_is_typed_is_sent_to_a_phone_before_it_is_saved(page: Page, server: RunningServer, file: Path) -> None:
    page.goto(f"{server.address}/responses/utter_tip")
    page.get_by_label("Text", exact=True).fill("{lead_name}, try it out!")
    page.get_by_role("button", name="Send a test…").click()
    dialog = page.get_by_role("dialog", name="Send it to a colleague?")
    expect(dialog).to_contain_text("in its sandbox: nothing leaves this machine")
    expect(dialog.get_by_label("To")).to_have_value("+447700900123")
    assert violations(page) == []
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.get_by_role("status")).to_have_text("Variation 1 is not said on sms; choose variation 2, which is.")
    dialog.get_by_role("button", name="Close").click()

    page.get_by_role("button", name="The rota editor is new.").click()
    page.get_by_label("Text", exact=True).fill("The rota editor is here.")
    page.get_by_role("button", name="Send a test…").click()
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.get_by_role("status")).to_have_text("Sent.")
    page.goto(server.address)
    expect(page.locator("#texts")).to_contain_text("The rota editor is here.")
    assert file.read_text() == WORDS


def test_what_somebody_else_has_saved_is_not_lost(page: Page, server: RunningServer, file: Path) -> None:
    page.goto(f"{server.address}/responses/utter_tip")
    page.get_by_label("Text", exact=True).fill("Mine.")
    file.write_text(WORDS.replace("Another thing.", "Their other thing."))
    save(page)
    expect(page.locator("#done")).to_contain_text("Saved.")
    assert '"Mine."' in file.read_text()
    assert "Their other thing." in file.read_text()

    page.get_by_label("Text", exact=True).fill("Mine again.")
    theirs = file.read_text().replace('"Mine."', '"Theirs."')
    file.write_text(theirs)
    save(page)
    dialog = page.get_by_role("dialog", name="Somebody else has changed this response")
    expect(dialog.locator("#conflict-theirs")).to_contain_text("Theirs.")
    assert file.read_text() == theirs
    dialog.get_by_role("button", name="Take theirs").click()
    expect(page.get_by_label("Text", exact=True)).to_have_value("Theirs.")


def test_new_words_are_begun_and_the_words_of_overture_are_made_ones_own(
    page: Page, server: RunningServer, file: Path
) -> None:
    page.goto(f"{server.address}/responses")
    page.get_by_role("button", name="New response…").click()
    page.get_by_label("Name", exact=True).fill("utter_spring")
    page.get_by_label("What it says").fill("Spring: a third off.")
    page.get_by_label("File").select_option("nlu_data/responses/tips.yml")
    assert violations(page) == []
    page.get_by_role("button", name="Begin it").click()
    expect(page.get_by_label("Text", exact=True)).to_have_value("Spring: a third off.")
    assert file.read_text().endswith('  utter_spring:\n    - {text: "Spring: a third off."}\n')

    page.goto(f"{server.address}/responses")
    page.get_by_label("Name or words").fill("utter_desk_closed")
    page.get_by_role("button", name="Write your own utter_desk_closed").click()
    page.get_by_label("File").select_option("nlu_data/responses/tips.yml")
    page.get_by_role("button", name="Begin it").click()
    expect(page.get_by_label("Text", exact=True)).to_have_value(re.compile("^Nobody is at their desk right now"))
    assert "widget: {show: contact}" in file.read_text()


def test_it_fits_a_phone_and_the_page_journeys_leads_to_it(browser: Browser, server: RunningServer) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark") as context:
        page = context.new_page()
        page.goto(f"{server.address}/journeys/demo-follow-up")
        page.locator("[data-step=ask-for-time]").click()
        page.get_by_role("link", name="Change the words of utter_ask_booking_form_meeting_time").click()
        expect(page.locator(".on-channel").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert violations(page) == []
