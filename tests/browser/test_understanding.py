"""The page "Understanding" in a real Chromium, on a real server with a copy of the sample assistant."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from bot.adapters.database import Database
from bot.domain.conversation import UserUttered
from bot.domain.ids import MessageId
from bot.domain.understanding import IntentScore, Understood
from tests.browser.stocked import stock
from tests.contracts.samples import CHAT, NOON, add_chat
from tests.lending import ROOT, shared_model
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

HEARD = (
    ("could somebody walk me round the planner", (("request_demo", 0.31), ("help", 0.05))),
    ("my wishes: call 07700 900123 or write to mara@quayside.example.org", (("inform", 0.2), ("book_meeting", 0.18))),
    ("sing me a song about rotas", (("ask_knowledge", 0.3), ("out_of_scope", 0.1))),
    ("Could somebody walk me round the planner", (("request_demo", 0.31), ("help", 0.05))),
)


@dataclass
class Site:
    server: RunningServer
    content: Path

    @property
    def url(self) -> str:
        return f"{self.server.address}/understanding"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The model is copied, not lent: a label trains a new one."""
    data, content = tmp_path / "data", tmp_path / "nlu_data"
    data.mkdir()
    if shared_model().exists():
        shutil.copytree(shared_model(), data / "model")
    shutil.copytree(ROOT / "nlu_data", content)
    stock(data, hear)
    with running(data, {"OVERTURE_ASSISTANT": str(content)}) as server:
        yield Site(server, content)


async def hear(store: Database) -> None:
    """Messages that were not understood are in the store."""
    async with store.transaction() as uow:
        await add_chat(uow)
        for minute, (text, likely) in enumerate(HEARD):
            ranking = tuple(IntentScore(name, confidence) for name, confidence in likely)
            understood = Understood(text, IntentScore("nlu_fallback", 0.7), ranking=ranking, stage="fallback")
            said = UserUttered(text, understood, MessageId(f"m{minute}"), None, "webchat")
            await uow.conversations.log(CHAT, [said], NOON + timedelta(minutes=minute))


def test_an_author_sees_why_and_labels_what_was_not_understood(page: Page, site: Site) -> None:
    page.goto(site.server.address)
    page.get_by_role("link", name="Conversation").click()
    page.get_by_role("link", name="Understanding").click()
    messages = page.locator("#messages > li")
    expect(messages).to_have_count(3)
    expect(page.locator("#queue-count")).to_have_text("3 messages")
    expect(messages.nth(0)).to_contain_text("2 times")
    words = page.get_by_label("The words to learn")
    expect(words.nth(0)).to_have_value("Could somebody walk me round the planner")
    expect(words.nth(1)).to_have_value("sing me a song about rotas")
    expect(words.nth(2)).to_have_value("my wishes: call 00000 000000 or write to name@example.com")

    page.get_by_label("What a customer might say").fill("🎉 a demo for 40 people")
    page.keyboard.press("Enter")
    reading = page.locator("#reading")
    expect(reading.locator("mark")).to_have_text(re.compile("^40.*number$"))
    expect(reading).to_contain_text("request_demo")
    expect(reading).to_contain_text(re.compile(r"nlu_data/nlu/selling\.yml:\d+:\d+"))

    page.get_by_label("What a customer might say").fill("could we meet on 3 March 2031 at 3 pm?")
    page.keyboard.press("Enter")
    expect(reading.locator(".chips")).to_contain_text("from Mon, Mar 3, 2031, 03:00 PM, to ")
    expect(reading.locator(".chips time").first).to_have_attribute("title", re.compile("^2031-03-03T15:00"))

    page.get_by_label("What a customer might say").fill("What does it cost? And can I book a demo?")
    page.keyboard.press("Enter")
    expect(reading.get_by_role("heading", name="And besides")).to_be_visible()
    expect(reading).to_contain_text("“And can I book a demo?”request_demo")

    selling = site.content / "nlu" / "selling.yml"
    before = selling.read_text().splitlines()
    messages.nth(0).get_by_role("button", name="request_demo").click()
    expect(page.locator("#done")).to_contain_text("Added to request_demo: ")
    expect(messages).to_have_count(2)
    expect(words.nth(0)).to_be_focused()
    after = selling.read_text().splitlines()
    assert [line for line in after if line not in before] == ["      - Could somebody walk me round the planner"]
    assert len(after) == len(before) + 1

    messages.nth(0).get_by_role("button", name="Out of scope").click()
    expect(messages).to_have_count(1)
    assert "- sing me a song about rotas\n" in (site.content / "nlu" / "out_of_scope.yml").read_text()
    words.fill("hello")
    messages.get_by_label("Another intent").fill("deny")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text('this is an example of "greet" already')
    messages.get_by_role("button", name="Dismiss").click()
    expect(messages).to_have_text(re.compile("Nothing waits"))
    page.reload()
    expect(messages).to_have_text(re.compile("Nothing waits"))


def test_the_page_is_for_everybody(browser: Browser, site: Site) -> None:
    wide, narrow = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=740)
    with (
        browser.new_context(viewport=wide, color_scheme="light") as light,
        browser.new_context(viewport=narrow, color_scheme="dark") as dark,
    ):
        for context, width in ((light, 1280), (dark, 360)):
            page = context.new_page()
            page.goto(site.url)
            expect(page.locator("#messages > li")).to_have_count(3)
            page.get_by_label("What a customer might say").fill("we are about fifty, and when can I talk to Ana?")
            page.keyboard.press("Enter")
            expect(page.locator("#reading .neighbours")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()
