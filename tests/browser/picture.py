"""Takes the README's picture of the playground, after a conversation with whatever service runs there.

python tests/browser/picture.py http://localhost:8080 docs/playground.png [--dark]
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
NAME, E_MAIL, NUMBER = "Mara Lindqvist", "mara@quayside.example.com", "+447700900123"
ANSWERS = (  # what the bot asks for, and what Mara says
    (r"mobile number", NUMBER),
    (r"marketing texts", "yes, please do"),
    (r"e-?mail", E_MAIL),
    (r"people|team|how (many|big|large)", "about fifty of us"),
    (r"when|soon|start", "in January"),
    (r"name", NAME),
)


def hold_conversation(page: Page) -> None:
    """The path's conversation, in the widget on the website, whatever the order of the bot's questions."""
    site = page.frame_locator("#site")
    site.get_by_role("button", name="Open chat").click()
    words = site.locator(".message.bot .bubble")
    words.first.wait_for()
    line: str | None = "How much does it cost?"
    given: list[str] = []
    while line is not None:
        given.append(line)
        said = words.count()
        site.get_by_label("Your message").fill(line)
        site.get_by_label("Your message").press("Enter")
        words.nth(said).wait_for(timeout=15_000)
        page.wait_for_timeout(700)  # an answer may be several messages
        line = _answer_to(words.last.inner_text(), given) if len(given) > 1 else "I'd like a demo"


def _answer_to(question: str, given: list[str]) -> str | None:
    fitting = (answer for pattern, answer in ANSWERS if re.search(pattern, question.lower()) and answer not in given)
    return next(fitting, None)


def take_picture(page: Page, url: str, target: Path) -> None:
    """Walks the path in the playground at `url` (a fresh service is best), and saves what it looks like then."""
    page.goto(url)
    hold_conversation(page)
    desk = page.locator("section.slack")
    desk.get_by_role("button", name="Claim", exact=True).click()
    desk.get_by_role("button", name="Hand back", exact=True).wait_for()
    desk.get_by_role("textbox").first.fill("Hello Mara, Ana here. Shall we look at your January rota together?")
    desk.get_by_role("textbox").first.press("Enter")
    page.wait_for_timeout(800)
    desk.get_by_role("button", name="Hand back", exact=True).click()
    page.wait_for_timeout(800)
    text = page.locator(".text.theirs").first
    for _ in range(4):  # the journey's next step may fall into the night, and its message waits for the morning
        page.get_by_role("button", name="To the next send").click()
        page.wait_for_timeout(1_500)
        if text.is_visible():
            break
    text.wait_for(timeout=15_000)
    page.wait_for_timeout(1_500)  # the highlights fade
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("target", type=Path)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser,
    ):
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
