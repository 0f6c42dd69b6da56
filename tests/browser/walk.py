"""Walks the path in the playground with a browser, as a visitor, a rep and a customer with a phone would."""

from __future__ import annotations

import re
from contextlib import suppress

from playwright.sync_api import Error, Locator, Page, expect

NAME, E_MAIL, NUMBER = "Mara Lindqvist", "mara@quayside.example.com", "+447700900123"
ANSWERS = (  # what the bot asks for, and what the visitor says; where they say two things, the second time the second
    (r"mobile number", NUMBER),
    (r"marketing texts", "yes, please do"),
    (r"e-?mail", E_MAIL),
    (r"people|team|how (many|big|large)", "about fifty of us"),
    (r"when|soon|start", "no, 80 people"),
    (r"when|soon|start", "in January"),
    (r"name", NAME),
)


def chat_until_handed_over(page: Page) -> None:
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
        words.nth(said).wait_for(timeout=30_000)
        _wait_until_still(page, words)
        line = _answer_to(words.last.inner_text(), given) if len(given) > 1 else "I'd like a demo"


def _wait_until_still(page: Page, words: Locator) -> None:
    """An answer may be several messages, which a busy machine sends one by one."""
    seen = -1
    while seen != (seen := words.count()):
        page.wait_for_timeout(1_200)


def _answer_to(question: str, given: list[str]) -> str | None:
    fitting = (answer for pattern, answer in ANSWERS if re.search(pattern, question.lower()) and answer not in given)
    return next(fitting, None)


def claim_and_see_it_among_ones_own(page: Page, name: str) -> None:
    """Look at App Home before and after a claim, and follow the lead from there to its thread."""
    desk = page.locator("section.slack")
    home = desk.get_by_role("region", name="App Home")
    desk.get_by_role("button", name="Home", exact=True).click()
    home.get_by_role("button", name="Refresh").wait_for()
    desk.get_by_role("button", name="#sales", exact=True).click()
    home.wait_for(state="hidden")  # what they are offered can be claimed there, too
    claim(page)
    desk.get_by_role("button", name="Home", exact=True).click()
    home.get_by_text(name).wait_for()
    home.get_by_role("link", name="Open thread").click()
    home.wait_for(state="hidden")


def ask_who_somebody_is(page: Page) -> None:
    """Use the shortcut of the card, whose form comes with whom the card names."""
    page.locator("section.slack").get_by_role("button", name="Who is this?").first.click()
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_have_value(re.compile(r"search \S+@"))
    page.get_by_role("dialog").get_by_role("button", name="Close").click()


def claim(page: Page) -> None:
    """Claim the lead in the Slack panel."""
    desk = page.locator("section.slack")
    desk.get_by_role("button", name="Claim", exact=True).click()
    desk.get_by_role("button", name="Take over", exact=True).wait_for()


def reply_from_the_desk(page: Page, words: str, *, claimed: bool = False) -> None:
    """Claim the lead in the Slack panel, answer in its thread, and give it back to the bot."""
    desk = page.locator("section.slack")
    if not claimed:
        claim(page)
    hand_back = desk.get_by_role("button", name="Hand back", exact=True)
    desk.get_by_role("textbox").first.fill(words)
    desk.get_by_role("textbox").first.press("Enter")
    page.frame_locator("#site").get_by_text(words).wait_for(timeout=30_000)
    hand_back.click()
    page.frame_locator("#site").get_by_text("has left the conversation").wait_for(timeout=30_000)


def forward_to_the_text(page: Page) -> None:
    """Move the clock until the journey's text is on the phone."""
    text = page.locator(".text.theirs").first
    for _ in range(8):  # the journey's next step may fall into the night, and its message waits for the morning
        page.get_by_role("button", name="To what is next").click()
        with suppress(Error):
            text.wait_for(timeout=5_000)
            return
    text.wait_for()


def text_from_the_phone(page: Page, words: str) -> None:
    page.get_by_label("Text message", exact=True).fill(words)
    page.get_by_label("Text message", exact=True).press("Enter")
