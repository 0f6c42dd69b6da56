"""Logging in, looking at a page, and logging out, in a real Chromium on a real server that wants a login."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.lending import ROOT, lend_model
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

WORD = "correct horse battery"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Ada may read."""
    data = tmp_path_factory.mktemp("data")
    lend_model(data)
    add = [sys.executable, "-m", "bot", "users", "add", "ada@example.com", "--role", "read-only"]
    told = {"OVERTURE_DATA": str(data), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    subprocess.run(add, input=WORD, text=True, env=told, cwd=data, check=True, capture_output=True)
    with running(data, {"OVERTURE_LOGIN": "always"}) as server:
        yield server


def log_in(page: Page, word: str = WORD) -> None:
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Password").fill(word)
    page.get_by_role("button", name="Log in").click()


def test_a_login_leads_to_the_page_that_was_wanted_and_logging_out_closes_it(page: Page, site: RunningServer) -> None:
    page.goto(f"{site.address}/journeys")
    expect(page).to_have_url(re.compile(r"/login\?next=/journeys$"))
    log_in(page, "not the password")
    expect(page.get_by_role("alert")).to_contain_text("That did not work")
    expect(page.get_by_label("E-mail address")).to_have_value("ada@example.com")
    log_in(page)
    expect(page).to_have_url(f"{site.address}/journeys")
    expect(page.get_by_role("heading", name="Journeys", exact=True)).to_be_visible()
    expect(page.locator("#list li").first).to_be_visible()
    expect(page.get_by_role("link", name="Service")).to_be_hidden()
    expect(page.get_by_role("link", name="People")).to_be_visible()
    page.get_by_role("link", name="Your account").click()
    expect(page.get_by_text("ada@example.com")).to_be_visible()
    pages = page.get_by_role("navigation", name="Pages").get_by_role("link")
    content = ["Journeys", "Segments", "Scores", "Rules", "Responses", "Knowledge", "Understanding"]
    expect(pages).to_have_text([*content, "People", "Attributes", "Desk", "Report", "Queues"])
    page.get_by_role("button", name="Log out", exact=True).click()
    expect(page).to_have_url(f"{site.address}/login")
    page.goto(f"{site.address}/journeys")
    expect(page).to_have_url(re.compile("/login"))


def test_a_page_whose_session_has_ended_says_so_and_keeps_what_was_typed(page: Page, site: RunningServer) -> None:
    page.goto(f"{site.address}/understanding")
    log_in(page)
    page.get_by_placeholder("What a customer might say").fill("what is it?")
    page.context.clear_cookies()
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("You are logged out. Log in again in another tab")).to_be_visible()
    expect(page.get_by_placeholder("What a customer might say")).to_have_value("what is it?")


def test_a_page_that_is_not_there_or_not_for_the_role_is_said_to_be_so(page: Page, site: RunningServer) -> None:
    page.goto(f"{site.address}/access")
    log_in(page)
    expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
    expect(page.get_by_role("link", name="To your account")).to_be_visible()
    page.goto(f"{site.address}/nowhere")
    page.get_by_role("link", name="To the journeys").click()
    expect(page).to_have_url(f"{site.address}/journeys")


def test_the_sessions_cookie_is_hidden_from_scripts(page: Page, site: RunningServer) -> None:
    page.goto(f"{site.address}/login")
    log_in(page)
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert page.evaluate("document.cookie") == ""
    assert {one["httpOnly"] for one in page.context.cookies()} == {True}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, site: RunningServer, scheme: Any, tmp_path: Path) -> None:
    """Also on a phone, with a refusal shown."""
    with browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(f"{site.address}/login")
        for state in ("login", "refused", "account"):
            if state != "login":
                log_in(page, WORD if state == "account" else "not the password")
                waits = (
                    page.get_by_role("heading", name="Your account")
                    if state == "account"
                    else page.get_by_role("alert")
                )
                expect(waits).to_be_visible()
            page.screenshot(path=tmp_path / f"{state}-{scheme}.png")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
