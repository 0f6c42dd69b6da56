"""The page "Access" in a real Chromium, on a real server that wants a login."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from tests.browser.cut_off import cut_off
from tests.lending import ROOT, lend_model
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

WORD = "correct horse battery"
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=740)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Ada is its admin."""
    data = tmp_path_factory.mktemp("data")
    lend_model(data)
    add = [sys.executable, "-m", "bot", "users", "add", "ada@example.com", "--role", "admin"]
    told = {"OVERTURE_DATA": str(data), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    subprocess.run(add, input=WORD, text=True, env=told, cwd=data, check=True, capture_output=True)
    with running(data, {"OVERTURE_LOGIN": "always"}) as server:
        yield server


def log_in(page: Page, server: RunningServer, who: str = "ada@example.com") -> None:
    page.goto(f"{server.address}/login?next=/account")
    page.get_by_label("E-mail address").fill(who)
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Log in").click()


def test_an_admin_lets_somebody_in_and_out_again(page: Page, browser: Browser, server: RunningServer) -> None:
    log_in(page, server)
    page.get_by_role("link", name="Access").click()
    page.get_by_role("button", name="Add a user…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill("robin@example.com")
    dialog.get_by_label("Password").fill("short")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_contain_text("at least 12 characters")
    dialog.get_by_label("Password").fill(WORD)
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_have_text("robin@example.com may log in, in the role marketer.")
    robin = page.locator("#users > li", has_text="robin@example.com")

    with browser.new_context() as context:
        elsewhere = context.new_page()
        log_in(elsewhere, server, "robin@example.com")
        expect(elsewhere.get_by_text("in the role marketer")).to_be_visible()
        expect(elsewhere.get_by_role("link", name="Access")).to_have_count(0)
        page.reload()
        robin.get_by_role("button", name=re.compile("End this session")).click()
        expect(page.locator("#done")).to_contain_text("has ended")
        elsewhere.reload()
        expect(elsewhere).to_have_url(re.compile("/login"))

    page.get_by_label("Role of robin@example.com").select_option("rep")
    expect(page.locator("#done")).to_contain_text("has the role rep")
    robin.get_by_role("button", name="Disable").click()
    expect(robin).to_contain_text("disabled")
    expect(page.locator("#deeds tr").first).to_contain_text("user: disabledrobin@example.comada@example.com")


def test_nobody_is_added_before_the_page_knows_the_roles(page: Page, server: RunningServer) -> None:
    log_in(page, server)
    held: list[Route] = []
    page.route("**/access.json", lambda route: held.append(route))
    with page.expect_request("**/access.json"):
        page.goto(f"{server.address}/access")
    expect(page.get_by_role("button", name="Add a user…")).to_be_disabled()
    expect(page.get_by_role("button", name="Make a key…")).to_be_disabled()
    held[0].continue_()
    page.get_by_role("button", name="Add a user…").click()
    expect(page.get_by_label("Role", exact=True)).to_have_value("marketer")


def test_the_only_admin_cannot_shut_everybody_out(page: Page, server: RunningServer, complaints: list[str]) -> None:
    log_in(page, server)
    page.goto(f"{server.address}/access")
    page.locator("#users > li", has_text="you").get_by_role("button", name="Disable").click()
    expect(page.get_by_role("alert")).to_contain_text("the only admin")
    assert all("409" in one for one in complaints)
    complaints.clear()


def test_a_key_is_shown_once_and_revoked(page: Page, server: RunningServer) -> None:
    log_in(page, server)
    page.goto(f"{server.address}/access")
    page.get_by_role("button", name="Make a key…").click()
    page.get_by_label("Which system has it").fill("crm")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("#word")).to_have_text(re.compile(r"^ovt_[a-z0-9]{8}_[0-9a-f]{48}$"))
    page.get_by_role("button", name="I have it").click()
    expect(page.locator("#word")).to_have_text("")
    page.locator("#keys > li", has_text="crm").get_by_role("button", name="Revoke").click()
    expect(page.locator("#keys > li", has_text="crm")).to_contain_text("revoked")


def test_on_a_phone_a_right_stays_beside_the_roles_that_have_it(page: Page, server: RunningServer) -> None:
    page.set_viewport_size(NARROW)
    log_in(page, server)
    page.goto(f"{server.address}/access")
    row = page.get_by_role("row", name="look at people")
    row.get_by_role("cell").last.scroll_into_view_if_needed()
    expect(row.get_by_role("cell").last).to_be_in_viewport(ratio=1)
    expect(row.get_by_role("rowheader")).to_be_in_viewport(ratio=1)


def test_the_page_is_for_everybody(browser: Browser, server: RunningServer, tmp_path: Path) -> None:
    with (
        browser.new_context(viewport=WIDE, color_scheme="light") as light,
        browser.new_context(viewport=NARROW, color_scheme="dark") as dark,
    ):
        for context, width in ((light, 1280), (dark, 360)):
            page = context.new_page()
            log_in(page, server)
            page.goto(f"{server.address}/access")
            expect(page.locator("#users > li").first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert cut_off(page) == []
            assert Axe().run(page).violations_count == 0
            page.get_by_role("button", name="Add a user…").click()
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()
