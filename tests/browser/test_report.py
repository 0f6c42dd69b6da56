"""The page "Report" in a real Chromium, on a real server with something to report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from bot.adapters.database import Database
from bot.domain.consent import Purpose
from bot.domain.delivery import OutboxStatus
from bot.domain.ids import ProfileId
from bot.domain.journey import EnrolmentStatus, SplitCount
from bot.domain.person import Profile
from bot.domain.timeline import PersonEvent
from tests.browser.stocked import stock
from tests.contracts.samples import enrolment, journey
from tests.contracts.samples import entry as message
from tests.running import RunningServer, running

CUT_OFF = """[...document.querySelectorAll(".panel > header > p")]
    .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"""
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    data = tmp_path_factory.mktemp("data")
    stock(data, fill)
    with running(data) as server:
        yield server


async def fill(store: Database) -> None:
    """Of 60 people half were in a journey, where most reached the goal; a few of those held out did, too."""
    now = datetime.now(UTC) - timedelta(days=1)
    async with store.transaction() as uow:
        await uow.enrolments.publish(replace(journey("1", "welcome"), first="begin"))
        for number in range(60):
            who, held_out = ProfileId(f"person-{number}"), number % 2 == 0
            await uow.profiles.add(Profile(who, now))
            data = {"utm_source": "google"} if number % 3 else {}
            await uow.timeline.add(PersonEvent(who, "pricing.viewed", now, now, data))
            if number % 4 == 0:
                await uow.timeline.add(PersonEvent(who, "order.completed", now + timedelta(hours=1), now))
            reached = number % 10 == 0 if held_out else number % 5 != 0
            run = enrolment(f"e{number}", of=who, into="welcome", version="1", entered_at=now, due_at=None)
            entry = replace(message(f"e{number}:offer:1", channel="sms", conversation_id=None), profile_id=who)
            entry = replace(entry, enrolment_id=run.id, purpose=Purpose.MARKETING, priority=50, created_at=now)
            await uow.outbox.add(entry)
            withheld = {"status": OutboxStatus.WITHHELD, "reason": "no consent to marketing by sms on record"}
            sent = {"status": OutboxStatus.SENT, "vendor_id": f"SM{number}", "first_tried_at": now}
            await uow.outbox.settle(replace(entry, **(withheld if number < 12 else sent)))
            status = EnrolmentStatus.HELD_OUT if held_out else EnrolmentStatus.DONE
            await uow.enrolments.add(replace(run, status=status, goal_at=now if reached else None))
            arm = ("discount", "tip")[number % 4 == 0]
            uow.splits.count("welcome", SplitCount("offer", arm, now.date()))
            if number % 6 == 1:
                uow.splits.count("welcome", SplitCount("offer", arm, now.date(), reached=True))


def test_a_marketer_looks_at_a_period_and_takes_it_along(page: Page, server: RunningServer, tmp_path: Path) -> None:
    page.goto(server.address)
    page.get_by_role("link", name="Report").click()
    expect(page.locator("#figures li").first).to_contain_text("60")
    welcome = page.locator("#journeys li")
    expect(welcome).to_contain_text("better than nothing")
    expect(welcome).to_contain_text("+60.0%")
    expect(page.locator("#sources tbody tr").first).to_contain_text("search")
    expect(page.locator("#splits li")).to_have_count(2)
    of_welcome = page.get_by_role("region", name="The messages of each journey").get_by_role("row", name="welcome")
    expect(of_welcome.get_by_role("cell")).to_have_text(["60", "48", "0", "0", "12", "0", "0", "0"])
    page.get_by_text("Why messages were withheld").click()
    expect(page.locator("#messages .reasons")).to_have_text("12no consent to marketing by sms on record")
    expect(page.locator("#funnel")).to_contain_text(
        "Who only opened the chat, opted out, or sent START or HELP, has not written."
    )
    expect(page.locator("#funnel li", has_text="wrote")).to_contain_text(re.compile(r"\d\.\d% of the step before"))
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download (CSV)").click()
    waiting.value.save_as(tmp_path / "report.csv")
    assert "welcome,lift," in (tmp_path / "report.csv").read_text()

    page.get_by_label("From").fill("2025-01-01")
    page.get_by_label("to", exact=True).fill("2025-01-31")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#about")).to_have_text("2025-01-01 to 2025-01-31")
    expect(page.locator("#funnel")).to_contain_text("Nobody became known")
    expect(page.locator("#messages")).to_contain_text("In this period no journey made a message.")
    page.get_by_role("button", name="7 days").click()
    expect(page.locator("#funnel li").first).to_contain_text("60")


def test_a_period_is_there_after_a_reload_and_by_the_button_back(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.address}/report")
    expect(page.locator("#funnel li").first).to_contain_text("60")
    page.get_by_label("From").fill("2025-01-01")
    page.get_by_label("to", exact=True).fill("2025-01-31")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#about")).to_have_text("2025-01-01 to 2025-01-31")
    page.reload()
    expect(page.locator("#about")).to_have_text("2025-01-01 to 2025-01-31")
    expect(page.get_by_label("From")).to_have_value("2025-01-01")
    page.get_by_role("button", name="7 days").click()
    expect(page.locator("#funnel li").first).to_contain_text("60")
    page.go_back()
    expect(page.locator("#funnel")).to_contain_text("Nobody became known")
    expect(page.get_by_label("to", exact=True)).to_have_value("2025-01-31")
    page.go_back()
    expect(page.locator("#funnel li").first).to_contain_text("60")
    expect(page.get_by_role("button", name="30 days")).to_have_attribute("aria-pressed", "true")


def test_a_period_that_cannot_be_leaves_the_figures_with_the_days_of_which_they_are(
    page: Page, server: RunningServer
) -> None:
    page.goto(f"{server.address}/report?since=2025-01-01&until=2025-01-31")
    expect(page.locator("#about")).to_have_text("2025-01-01 to 2025-01-31")
    page.get_by_label("From").fill("2025-02-01")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#toast")).to_have_text(
        "A period begins on its last day or before, and has three years at the most."
    )
    expect(page.locator("#about")).to_have_text("2025-01-01 to 2025-01-31")


def test_the_days_are_those_of_the_services_clock(page: Page, server: RunningServer) -> None:
    page.clock.set_fixed_time(datetime(2020, 2, 3, 12, tzinfo=UTC))
    page.goto(f"{server.address}/report")
    expect(page.locator("#figures li").first).to_contain_text("60")
    expect(page.get_by_role("button", name="30 days")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="7 days").click()
    expect(page.locator("#about")).not_to_contain_text("2020")
    expect(page.locator("#funnel li").first).to_contain_text("60")


def test_the_page_is_for_everybody(browser: Browser, server: RunningServer) -> None:
    wide, narrow = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=740)
    with (
        browser.new_context(viewport=wide, color_scheme="light") as light,
        browser.new_context(viewport=narrow, color_scheme="dark") as dark,
    ):
        for context, width in ((light, 1280), (dark, 360)):
            page = context.new_page()
            page.goto(f"{server.address}/report")
            expect(page.locator("#journeys li")).to_be_visible()
            page.get_by_text("Day by day").click()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(CUT_OFF) == []
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()
