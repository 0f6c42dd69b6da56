"""A step's message, side by side on each channel, in a real Chromium on a real server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.lending import ROOT
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

JOURNEY = """\
journey: tips
purpose: marketing
enter: {event: demo.requested}
steps:
  - id: curly
    send: {response: utter_curly, channels: [sms, webchat]}
  - {id: linked, send: {response: utter_linked, channels: [sms], links: followed}}
  - id: ask
    ask: {form: booking_form, channels: [sms]}
    silent: {after: 3d, go: end}
"""

RESPONSES = """\
version: "3.1"
responses:
  utter_curly:
    - text: "It’s nearly time, {lead_name}: shall we look at your December rota together? Any day next week will do."
      buttons:
        - {title: "Book a demo", payload: "/request_demo"}
  utter_linked:
    - text: "Your rota: https://example.com/of/{lead_name} Reply STOP to opt out."
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    shutil.copytree(ROOT / "nlu_data", tmp_path / "nlu_data")
    shutil.copytree(ROOT / "journeys", tmp_path / "journeys")
    (tmp_path / "nlu_data" / "responses" / "curly.yml").write_text(RESPONSES)
    (tmp_path / "journeys" / "tips.yml").write_text(JOURNEY)
    data = tmp_path / "data"
    data.mkdir()
    content = {"OVERTURE_ASSISTANT": str(tmp_path / "nlu_data"), "OVERTURE_JOURNEYS": str(tmp_path / "journeys")}
    with running(data, content) as started:
        yield started


def test_a_marketer_sees_a_message_as_each_channel_shows_it(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.address}/journeys/tips")
    expect(page.locator("#warnings")).to_contain_text("2 segments instead of 1 for the sake of ’")
    expect(page.locator("#messages-panel")).to_be_hidden()
    page.locator("[data-step=curly]").click()
    on = {name: page.locator(f"[data-channel={name}]") for name in ("webchat", "sms", "slack", "voice")}
    expect(on["webchat"].locator(".bubble")).to_contain_text("It’s nearly time, Alex: shall we look")
    expect(on["webchat"].locator(".choices")).to_have_text("Book a demo")
    expect(on["sms"].locator(".bubble")).to_contain_text("Reply: Book a demo")
    expect(on["sms"].locator(".cost")).to_contain_text("2 segments, UCS-2 because of ‘’’")
    expect(on["sms"].locator(".note")).to_contain_text("Write ' for ’.")
    expect(on["slack"]).to_contain_text("colleagues, no customers")
    expect(on["slack"].locator(".block-section")).to_contain_text("Overture: It’s nearly time, Alex")
    expect(on["voice"]).to_contain_text("You can say Book a demo.")

    page.locator("#messages").get_by_label("Lead name").fill("Bo")
    expect(on["sms"].locator(".bubble")).to_contain_text("It’s nearly time, Bo:")
    page.get_by_role("button", name="Nothing is known").click()
    expect(on["sms"].locator(".bubble")).to_contain_text("It’s nearly time: shall we")
    page.get_by_label("first of the conversation").check()
    expect(on["sms"].locator(".bubble")).to_contain_text("automated assistant. Ask for a person at any time. It’s")
    expect(on["webchat"].locator(".bubble")).to_have_count(2)

    page.locator("[data-step=ask]").click()
    expect(on["sms"].locator(".bubble")).to_contain_text("Hi Alex Morgan, Harbourline here about your demo")
    page.locator("#messages").get_by_label("Name").fill("Ida Łoś")
    expect(on["sms"].locator(".cost")).to_contain_text("UCS-2 because of ‘Ł’, ‘ś’")

    text = page.get_by_label("The file of tips")
    text.fill(JOURNEY.replace("[sms, webchat]", "[slack]"))
    expect(page.locator("#editor-faults li").first).to_contain_text('no customer is reached on "slack"')
    expect(page.locator("#save")).to_be_disabled()


def test_a_link_that_is_not_followed_is_named_below_its_message(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.address}/journeys/tips")
    page.locator("[data-step=linked]").click()
    expect(page.locator(".message-of > .note")).to_have_text(
        "Nobody notes who opens https://example.com/of/{lead_name}: a link with a variable goes out as it is."
    )
    page.locator("[data-step=curly]").click()
    expect(page.locator("[data-channel=webchat] .choices")).to_have_text("Book a demo")
    expect(page.locator(".message-of > .note")).to_have_count(0)


def test_the_messages_are_for_everybody(browser: Browser, server: RunningServer) -> None:
    wide, narrow = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
    with (
        browser.new_context(viewport=wide, color_scheme="light") as light,
        browser.new_context(viewport=narrow, color_scheme="dark") as dark,
    ):
        for context, width in ((light, 1440), (dark, 390)):
            page = context.new_page()
            page.goto(f"{server.address}/journeys/tips")
            page.locator("[data-step=curly]").click()
            expect(page.locator("[data-channel=voice]")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()
