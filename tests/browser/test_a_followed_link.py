"""A link in a text to the playground's phone is opened, and its journey goes on: a real Chromium, a real server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.walk import text_from_the_phone
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
PRICES = "https://www.example.com/prices"
RULES = """
links:
  - {id: links, jurisdiction: default, channels: [sms], followed: true, from: 2026-01-01, source: "House rule: a test"}
"""
OFFER = """
journey: offer
purpose: service
links: followed
enter: {api: true}
steps:
  - {id: offer, send: {response: utter_our_prices, channels: [sms]}}
  - wait: {for: link.clicked, at_most: 2d}
  - branch:
      - if: happened.url == 'https://www.example.com/prices'
        do: [send: {response: utter_prices_seen, channels: [sms]}]
      - else: {go: end}
"""
RESPONSES = f"""
version: "3.1"
responses:
  utter_our_prices: [{{text: "Our prices are at {PRICES}."}}]
  utter_prices_seen: [{{text: "You have seen our prices."}}]
"""
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
)
"""Chromium without a window says so in its name, and counts as no person."""


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    content = tmp_path_factory.mktemp("content")
    journeys, assistant = content / "journeys", content / "nlu_data"
    shutil.copytree(ROOT / "journeys", journeys)
    shutil.copytree(ROOT / "nlu_data", assistant)
    (journeys / "rules" / "links.yml").write_text(RULES)
    (journeys / "offer.yml").write_text(OFFER)
    (assistant / "responses" / "prices.yml").write_text(RESPONSES)
    env = {"OVERTURE_JOURNEYS": str(journeys), "OVERTURE_ASSISTANT": str(assistant)}
    with running(tmp_path_factory.mktemp("server"), env) as one:
        yield one


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(user_agent=ANDROID, viewport={"width": 1440, "height": 1000}) as context:
        yield context.new_page()


def test_a_click_on_the_phone_moves_the_journey_and_is_counted(page: Page, server: RunningServer) -> None:
    page.goto(server.address)
    text_from_the_phone(page, "hello")
    number = page.locator("#phone-number").input_value()
    answer = page.request.post(f"{server.address}/journeys/offer/enrolments", data={"person": {"phone": number}})
    assert answer.ok, answer.text()
    link = page.locator("section.phone .text.theirs a").last
    expect(link).to_contain_text(f"{server.address}/l/")
    with page.context.expect_event("request", lambda request: request.url == PRICES):
        link.click()
    expect(page.locator("section.phone .text.theirs").last).to_contain_text("You have seen our prices.")
    page.goto(f"{server.address}/journeys/offer")
    box = page.locator('.box[data-step="offer"]')
    expect(box).to_contain_text("1 of 1 opened")
    box.click()
    expect(page.locator(".step-counts").last).to_contain_text("1 of 1 message had a link opened")
