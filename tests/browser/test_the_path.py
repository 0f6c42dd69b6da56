"""The path of the README in a real Chromium, on a real server in its sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walk import (
    NAME,
    ask_who_somebody_is,
    chat_until_handed_over,
    claim_and_see_it_among_ones_own,
    forward_to_the_text,
    reply_from_the_desk,
    text_from_the_phone,
)
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running(tmp_path_factory.mktemp("server")) as one:
        yield one


def test_the_whole_path_is_clicked_through_in_the_playground(page: Page, server: RunningServer) -> None:
    page.goto(server.address)
    slack, phone, crm = page.locator("section.slack"), page.locator("section.phone"), page.locator("section.crm")
    expect(slack.get_by_role("button", name="Claim", exact=True)).to_have_count(0)
    chat_until_handed_over(page)
    expect(slack.get_by_role("button", name="Claim", exact=True)).to_be_visible()
    expect(slack).to_contain_text(NAME)
    expect(slack).to_contain_text("team of 80")
    expect(crm).to_contain_text(NAME)
    ask_who_somebody_is(page)
    claim_and_see_it_among_ones_own(page, NAME)
    reply_from_the_desk(page, "Hello Mara, shall we look at your rota together?", claimed=True)
    forward_to_the_text(page)
    text_from_the_phone(page, "next week works")
    expect(page.locator("section.sends")).to_contain_text("booking_form")
    expect(crm).to_contain_text("Answered the follow-up text")
    text_from_the_phone(page, "please don't text me any more")
    expect(phone.locator(".text.theirs").last).to_contain_text("opted out")
    page.reload()
    expect(page.frame_locator("#site").get_by_text("shall we look at your rota together")).to_be_visible()
