"""A Chromium, and a page in it that must not complain."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import NONE_FOUND, find_chromium, launch
from tests.browser.scripted import Service
from tests.lending import ROOT

expect.set_options(timeout=10_000)  # machines that run tests are often busy

ONLY_AWAY = re.compile(r"Failed to load resource|net::ERR_CONNECTION_REFUSED")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if find_chromium() is None:
        pytest.fail(NONE_FOUND) if os.environ.get("CI") == "true" else pytest.skip(NONE_FOUND)
    with sync_playwright() as playwright, launch(playwright) as launched:
        yield launched


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about; a test that ends with something in it fails."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """A page under the service's own strict content security policy."""
    with browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="Europe/Lisbon") as context:
        context.set_default_timeout(10_000)
        new = context.new_page()
        new.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        new.on("pageerror", lambda error: complaints.append(str(error)))
        yield new
    assert [line for line in complaints if not ONLY_AWAY.search(line)] == []


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    started = Service(tmp_path_factory.mktemp("service") / "state.json")
    yield started
    started.kill()


@pytest.fixture
def service(process: Service) -> Service:
    """The scripted service, running, with nothing in its memory."""
    if process.process.poll() is not None:
        process.start()
    process.tell("forget")
    return process


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample's journeys, for tests that change them."""
    shutil.copytree(ROOT / "journeys", tmp_path / "journeys")
    return tmp_path / "journeys"
