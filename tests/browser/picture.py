"""Takes the README's picture of the playground, after a conversation with whatever service runs there.

python -m tests.browser.picture http://localhost:8080 docs/playground.png [--dark]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import launch
from tests.browser.walk import chat_until_handed_over, forward_to_the_text, reply_from_the_desk


def take_picture(page: Page, url: str, target: Path) -> None:
    """Walk the path in the playground at `url` (a fresh service is best), and save what it looks like then."""
    page.goto(url)
    chat_until_handed_over(page)
    reply_from_the_desk(page, "Hello Mara, Ana here. Shall we look at your January rota together?")
    forward_to_the_text(page)
    page.wait_for_timeout(1_500)  # the highlights fade
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("target", type=Path)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    with sync_playwright() as playwright, launch(playwright) as browser:
        page = browser.new_page(
            viewport={"width": 1440, "height": 900},
            device_scale_factor=2,
            color_scheme="dark" if options.dark else "light",
            locale="en-GB",
            timezone_id="Europe/London",
        )
        take_picture(page, options.url, options.target)


if __name__ == "__main__":
    main()
