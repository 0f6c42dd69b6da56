"""Times on our pages, for readers who live far from each other."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.scripted import Service
from tests.browser.test_quick_people import person, tells

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("zone", "clock"),
    [
        ("Pacific/Auckland", "Sun, Mar 1, 10:00 PM"),
        ("America/St_Johns", "Sun, Mar 1, 05:30"),
        ("UTC", "Sun, Mar 1, 09:00"),
    ],
)
def test_a_consent_of_which_the_day_alone_is_known_is_of_that_day_everywhere(
    browser: Browser, service: Service, zone: str, clock: str
) -> None:
    given = {"channel": "sms", "granted": True, "how": "form at the fair"}
    day = {**given, "at": "2026-03-01T00:00:00+00:00", "until": "2028-03-01T00:00:00+00:00"}
    with browser.new_context(timezone_id=zone) as context:
        page = context.new_page()
        page.clock.set_fixed_time("2026-11-28T10:00:00Z")
        tells(page, "**/people/requests.json", {"requests": [], "more": False})
        timed = {**given, "at": "2026-03-01T09:00:00+00:00"}
        tells(page, "**/people/ana.json", {**person("Ana"), "consent": [day, timed]})
        page.goto(f"{service.url}/pages/people?person=ana")
        lines = page.locator("#person .lines li")
        expect(lines.first).to_have_text("Sun, Mar 1 sms: yes, form at the fair, until Mar 1, 2028")
        expect(lines.last).to_contain_text(clock)
