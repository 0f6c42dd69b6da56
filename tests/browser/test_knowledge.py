"""The page Knowledge in a real Chromium on a real server: a question without an answer gets one, and is answered."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.everybody import is_for_everybody
from tests.lending import ROOT
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

IN_FORCE = 90_000
"""Milliseconds within which a saved page answers, on a busy machine."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "nlu_data", tmp_path / "nlu_data")
    return tmp_path / "nlu_data" / "knowledge"


@pytest.fixture
def server(folder: Path, tmp_path: Path) -> Iterator[RunningServer]:
    (tmp_path / "data").mkdir()
    with running(tmp_path / "data", {"OVERTURE_ASSISTANT": str(folder.parent)}) as started:
        yield started


def ask(page: Page, text: str) -> None:
    page.get_by_label("A question", exact=True).fill(text)
    page.get_by_role("button", name="Ask", exact=True).click()


def test_a_question_that_no_page_answers_is_answered_by_a_marketer(
    page: Page, server: RunningServer, folder: Path
) -> None:
    said = page.request.post(
        f"{server.address}/webhooks/rest/webhook", data={"sender": "ana", "message": "Is there a student discount?"}
    )
    assert said.ok
    page.goto(f"{server.address}/knowledge")
    expect(page.locator("#count")).to_have_text("7 pages")
    gap = page.locator("#gaps li", has_text="Is there a student discount?")
    expect(gap).to_contain_text("Nearest: Pricing")
    ask(page, "How much does it cost?")
    expect(page.locator("#asked")).to_contain_text("Harbourline costs £3 per person")
    ask(page, "Is there a student discount?")
    expect(page.locator("#asked")).to_contain_text("No page answers it.")
    is_for_everybody(page, 390)
    is_for_everybody(page, 1440)

    gap.get_by_role("link", name="Answer it in Pricing").click()
    expect(page.get_by_role("heading", name="Pricing", exact=True, level=2)).to_be_visible()
    expect(page.get_by_label("How customers ask for it")).to_have_value(re.compile("Is there a student discount\\?$"))
    text = page.get_by_label("Text", exact=True)
    text.fill(f"{text.input_value()}\n\n## Is there a student discount?\n\nStudents pay half.")
    expect(page.locator("#passages li").last).to_contain_text("Students pay half.")
    is_for_everybody(page, 390)
    is_for_everybody(page, 1440)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#done")).to_contain_text("Saved")
    ask(page, "Is there a student discount?")  # while it is still being read: it is asked once more then
    expect(page.locator("#about")).to_have_text("in force", timeout=IN_FORCE)
    expect(page.locator("#asked")).to_contain_text("Students pay half.")
    assert "  - Is there a student discount?\n" in (folder / "pricing.md").read_text()


def test_a_page_is_begun_tells_its_faults_and_is_taken_out(page: Page, server: RunningServer, folder: Path) -> None:
    page.goto(f"{server.address}/knowledge")
    page.get_by_role("button", name="New page…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Training & help")
    expect(dialog.get_by_label("File")).to_have_value("training-help")
    dialog.get_by_role("button", name="Write it").click()
    expect(page.locator("#faults")).to_contain_text("This page has no text.")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    page.get_by_label("Text", exact=True).fill("Every new customer gets an hour of training.")
    page.get_by_label("How customers ask for it").fill("How much does it cost?")
    expect(page.locator("#faults")).to_contain_text("is also a question at")
    page.get_by_label("How customers ask for it").fill("Do you train us?\nIs there any training?")
    page.get_by_text("For whom, and until when").click()
    page.get_by_label("Answers until").fill("2020-01-31")
    page.get_by_label("Audience").fill("customers, partners")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#about")).to_have_text("has ended: it answers nobody")
    assert (folder / "training-help.md").read_text() == (
        "---\ntitle: Training & help\naudience: [customers, partners]\nvalid until: 2020-01-31\n"
        "questions: [Do you train us?, Is there any training?]\n---\n\nEvery new customer gets an hour of training.\n"
    )
    page.get_by_role("button", name="Take out this page…").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it out").click()
    expect(page).to_have_url(re.compile("/knowledge$"))
    assert not (folder / "training-help.md").exists()
