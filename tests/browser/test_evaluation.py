"""The page that an evaluation writes, in a real Chromium: read by everybody, on any screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from bot.entrypoints.command_line.evaluation_page import evaluation_page
from tests.bot.entrypoints.command_line.test_evaluation_page import report_of, verdict

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_number_of_confusions_can_be_read_on_its_colour(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    """From one mistake in ten to nothing but mistakes."""
    file = tmp_path / "report.html"
    verdicts = [
        verdict(f"intent_{mistakes}", "other" if number < mistakes else f"intent_{mistakes}")
        for mistakes in range(1, 11)
        for number in range(10)
    ]
    file.write_text(evaluation_page("How it is understood", report_of(verdicts, [])))
    with browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(file.as_uri())
        assert page.locator(".hot").count() == 10
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
