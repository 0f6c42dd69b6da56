"""A journey calls a phone of the playground, in a real Chromium, on a real server in its sandbox."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walk import text_from_the_phone
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

JOURNEYS = Path(__file__).parents[2] / "journeys"
REMINDER = """
journey: reminder
purpose: service
enter: {api: true, again: always}
steps:
  - send: {response: utter_why_meeting_time, channels: [voice]}
"""


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    journeys = tmp_path_factory.mktemp("content") / "journeys"
    shutil.copytree(JOURNEYS, journeys)
    (journeys / "reminder.yml").write_text(REMINDER)
    with running(tmp_path_factory.mktemp("server"), {"OVERTURE_JOURNEYS": str(journeys)}) as one:
        yield one


def be_called(page: Page, server: RunningServer, key: str) -> None:
    number = page.locator("#phone-number").input_value()
    answer = page.request.post(
        f"{server.address}/journeys/reminder/enrolments",
        data={"person": {"phone": number}},
        headers={"Idempotency-Key": key},
    )
    assert answer.ok, answer.text()
    expect(page.locator("#call-rings")).to_be_visible()
    expect(page.locator("#call-rings")).to_contain_text(f"{number} rings")


def test_a_journey_calls_the_phone_which_is_a_mailbox_or_picked_up(page: Page, server: RunningServer) -> None:
    page.goto(server.address)
    phone, said = page.locator("section.phone"), page.locator("#call-lines .text.theirs")
    text_from_the_phone(page, "hello")

    be_called(page, server, "one")
    page.get_by_role("button", name="Mailbox").click()
    expect(page.locator("#call-lines")).to_contain_text("The mailbox beeps")
    expect(said.last).to_contain_text("For no more calls, call this number and say stop.")
    expect(page.locator("#call-lines")).to_contain_text("The bot hung up.")
    phone.get_by_role("button", name="Close").click()

    be_called(page, server, "two")
    page.get_by_role("button", name="Pick up").click()
    expect(said.first).to_contain_text("automated assistant, not a person")
    expect(said.first).to_contain_text("For no more calls, say stop, or press 0.")
    page.locator("#call-keys").get_by_role("button", name="0", exact=True).click()
    expect(said.nth(1)).to_contain_text("opted out")
