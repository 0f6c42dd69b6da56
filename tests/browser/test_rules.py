"""The page Rules in a real Chromium on a real server: a week is looked at, and somebody is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.adapters.clock import SystemClock
from bot.adapters.database import Database
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.delivery import ChannelMessage, Decision, OutboxEntry
from bot.domain.ids import OutboxId, ProfileId
from bot.domain.message import Text
from bot.domain.person import Identity
from tests.browser.everybody import is_for_everybody
from tests.browser.stocked import stock
from tests.contracts.samples import profile
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

ANA, PHONE = ProfileId("ana"), "+447700900123"


@pytest.fixture
def server(folder: Path, tmp_path: Path) -> Iterator[RunningServer]:
    data = tmp_path / "data"
    stock(data, populate)
    with running(data, {"OVERTURE_JOURNEYS": str(folder)}) as started:
        yield started


async def populate(store: Database) -> None:
    """Ana, who has said no to texts, has one that waits until tomorrow, and one that a cap has kept back."""
    now = SystemClock().now()
    async with store.transaction() as uow:
        await uow.profiles.add(replace(profile(ANA), attributes={"name": "Ana Bell"}, time_zone="Europe/London"))
        await uow.profiles.claim(ANA, Identity("phone", PHONE, verified=True), now)
        await uow.consents.add(ConsentRecord(ANA, Purpose.MARKETING, "sms", False, now, "a page", "May we?"))
        why = "the cap of 3 within 1 week is reached (rule house-texts-per-week)"
        await uow.consents.decided(Decision(now, "one", ANA, Purpose.MARKETING, "sms", "withhold", why))
        await uow.outbox.add(
            OutboxEntry(
                id=OutboxId("two"),
                key="two",
                dispatch=ChannelMessage("sms", PHONE, Text("An offer.")),
                purpose=Purpose.MARKETING,
                profile_id=ANA,
                created_at=now,
                due_at=now + timedelta(days=1),
                priority=50,
            )
        )


def test_a_marketer_looks_when_a_message_may_leave_and_whether_one_person_may_be_written_to(
    page: Page, server: RunningServer
) -> None:
    page.goto(f"{server.address}/rules")
    expect(page.locator("#hours-about")).to_have_text("15 rules; what each did in the last 30 days")
    cap = page.locator("#caps > li").first
    expect(cap).to_contain_text("At most 3 in 7 days of marketing by text message.")
    expect(cap.locator(".numbers div").last).to_have_text("left out1")

    page.get_by_label("Somebody in").select_option("US-TX")
    expect(page.locator(".days")).to_contain_text("09:00–21:00")
    expect(page.locator(".days")).to_contain_text("not at all")
    expect(page.locator("#holds")).to_contain_text("us-federal-hours, texas-hours")
    page.get_by_label("by", exact=True).select_option("webchat")
    expect(page.locator("#holds")).to_contain_text("No rule has hours for this")

    page.get_by_role("searchbox").fill(PHONE)
    page.get_by_role("button", name="Find").click()
    asked = page.locator("#asked")
    expect(asked.locator(".verdict")).to_contain_text("No Consent to marketing by sms was refused or withdrawn")
    expect(asked.locator(".checks-told > li.bad")).to_contain_text(["Consent"])
    expect(asked).to_contain_text("house-texts-per-week 0 messages of 3 in 7 days")
    page.get_by_label("With marketing by").select_option("webchat")
    expect(asked).to_contain_text("They have no address for this channel")
    page.get_by_label("With marketing by").select_option("sms")
    expect(asked.locator(".verdict")).to_be_visible()
    is_for_everybody(page, 390)
    is_for_everybody(page, 1440)


def test_a_marketer_edits_hours_and_a_cap_and_is_told_before_what_that_does(
    page: Page, server: RunningServer, folder: Path
) -> None:
    hours, caps = folder / "rules" / "sending_hours.yml", folder / "rules" / "caps.yml"
    before = hours.read_text()
    page.goto(f"{server.address}/rules")
    dialog = page.get_by_role("dialog")

    page.get_by_role("group", name="us-federal-hours").get_by_role("button", name="Change…").click()
    dialog.get_by_label("From", exact=True).fill("07:00")
    expect(dialog.locator(".in-words")).to_have_text("08:00–21:00, then → 07:00–21:00")
    expect(dialog.get_by_role("alert").first).to_contain_text("Less strict than what a law or contract asks for")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator(".problem")).to_contain_text("Tick that you want it all the same")
    is_for_everybody(page, 390)
    is_for_everybody(page, 1440)
    dialog.get_by_label("From", exact=True).fill("09:30")
    expect(dialog.locator(".warned")).to_be_hidden()
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#hours > li").first).to_contain_text("09:30–21:00")
    assert hours.read_text() == before.replace('hours: "08:00-21:00"', 'hours: "09:30-21:00"', 1)

    page.get_by_role("button", name="New cap…").click()
    dialog.get_by_label("For people in").select_option("GB")
    dialog.get_by_label("Messages at most").fill("1")
    dialog.get_by_label("Where it comes from").fill("House rule: one a week")
    expect(dialog).to_contain_text("1 person there, by their numbers, has marketing waiting")
    is_for_everybody(page, 390)
    is_for_everybody(page, 1440)
    dialog.get_by_role("button", name="Add it").click()
    added = page.locator("#caps > li").last
    expect(added).to_contain_text("At most 1 in 7 days of marketing by text message.")
    expect(page.get_by_text("not in force yet")).to_have_count(0)
    assert "  - id: united-kingdom-caps\n    jurisdiction: GB\n    purpose: marketing\n" in caps.read_text()

    added.get_by_role("button", name="Take out…").click()
    dialog.get_by_role("button", name="Take it out").click()
    expect(page.get_by_role("group", name="united-kingdom-caps")).to_have_count(0)
    assert "united-kingdom-caps" not in caps.read_text()
