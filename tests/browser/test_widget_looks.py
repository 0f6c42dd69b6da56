"""That what is drawn can be used: at each size, in each direction, and once the chat has been closed again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.scripted import Service, open_chat, say

pytestmark = pytest.mark.browser

BOTH_WAYS = [{"title": "What does it do?", "payload": "/ask"}, {"title": "כמה זה עולה?", "payload": "/price"}]
PLAN = {"title": "Which plan?", "buttons": [{"title": "Take it!", "payload": "/take"}]}


def test_the_launcher_looks_the_same_before_and_after_a_chat(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    launcher = page.get_by_role("button", name="Open chat")
    page.mouse.move(1, 1)
    before = launcher.screenshot(animations="disabled")
    open_chat(page)
    page.get_by_role("button", name="Minimise chat").click()
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(1, 1)
    assert launcher.screenshot(animations="disabled") == before


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("position", ["left", "right", ""])
def test_on_either_side_all_of_the_chat_is_on_the_page(
    page: Page, service: Service, position: str, locale: str
) -> None:
    side = f'data-position="{position}"' if position else ""
    tag = f'<script type="module" src="/widget.js" data-teaser="Questions?" data-teaser-delay="0" {side}></script>'
    body = f'<!doctype html><html lang="{locale}"><title>Page</title><main><h1>Page</h1></main>{tag}'
    page.route("**/site", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(f"{service.url}/site")
    expect(page.locator(".teaser")).to_be_in_viewport(ratio=1)
    page.locator(".launcher").click()
    expect(page.locator(".panel")).to_be_in_viewport(ratio=1)


SWEEPING = "body > * { position: relative; z-index: 1; width: 100%; max-width: 40rem; margin: 2rem; padding: 2rem }"


def test_a_page_that_styles_all_that_it_has_leaves_the_chat_in_its_corner(browser: Browser, service: Service) -> None:
    with browser.new_context(viewport={"width": 1000, "height": 700}, bypass_csp=True) as context:
        page = context.new_page()
        tag = '<script type="module" src="/widget.js"></script>'
        body = f'<!doctype html><html lang="en"><title>Page</title><style>{SWEEPING}</style><main>Long</main>{tag}'
        page.route("**/site", lambda route: route.fulfill(content_type="text/html", body=body))
        page.goto(f"{service.url}/site")
        launcher = page.locator(".launcher").bounding_box()
        assert launcher is not None
        assert (launcher["x"] + launcher["width"], launcher["y"] + launcher["height"]) == (984, 684)
        page.locator(".launcher").click()
        expect(page.locator(".panel")).to_be_in_viewport(ratio=1)


def test_a_choice_reads_in_its_own_direction(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    page.evaluate("overture.setLocale('ar')")
    expect(page.locator("overture-chat")).to_have_attribute("dir", "rtl")
    service.tell("say", text="?", buttons=BOTH_WAYS, extras={"elements": [PLAN]})
    for title, direction in (("What does it do?", "ltr"), ("כמה זה עולה?", "rtl"), ("Take it!", "ltr")):
        expect(page.get_by_role("button", name=title)).to_have_css("direction", direction)


def test_a_thumb_hits_a_choice(browser: Browser, service: Service) -> None:
    with browser.new_context(
        viewport={"width": 375, "height": 667}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        page.goto(f"{service.url}/site")
        open_chat(page)
        for name in ("Book a demo", "Talk to a person"):
            box = page.get_by_role("dialog").get_by_role("button", name=name).bounding_box()
            assert box is not None
            assert box["height"] >= 44, name


def test_a_choice_beneath_an_input_stands_apart_from_it(page: Page, service: Service) -> None:
    page.emulate_media(reduced_motion="reduce")  # what comes in moves, and both are measured one after the other
    page.goto(f"{service.url}/site")
    open_chat(page)
    widget = {"input": "tel", "label": "Mobile number"}
    service.tell("say", text="Your number?", buttons=[BOTH_WAYS[0]], extras={"custom": {"widget": widget}})
    expect(page.get_by_placeholder("Mobile number")).to_be_visible()
    above, below = page.locator(".field").bounding_box(), page.locator(".choices").last.bounding_box()
    assert above is not None
    assert below is not None
    assert below["y"] - above["y"] - above["height"] >= 6


def test_an_empty_composer_reads_as_the_chat_does_and_a_draft_as_its_words_do(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    page.evaluate("overture.setLocale('he')")
    composer = page.locator("textarea")
    expect(composer).to_have_css("direction", "rtl")
    composer.fill("Hello!")
    expect(composer).to_have_css("direction", "ltr")


@pytest.mark.parametrize("height", [200, 256])
def test_at_four_times_the_size_there_is_room_to_read(browser: Browser, service: Service, height: int) -> None:
    """A screen of 1280 by 800, or by 1024, that is zoomed to 400%."""
    with browser.new_context(viewport={"width": 320, "height": height}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{service.url}/site")
        open_chat(page)
        expect(page.locator(".foot").get_by_role("button", name="Talk to a person")).to_be_in_viewport(ratio=1)
        expect(page.get_by_label("Your message", exact=True)).to_be_in_viewport(ratio=1)
        log = page.locator(".log").bounding_box()
        assert log is not None
        assert log["height"] >= 0.4 * height


def test_a_long_draft_does_not_cover_what_was_said_last(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    for number in range(8):
        service.tell("say", text=f"Line {number}\nof several")
    last = page.get_by_text("Line 7")
    expect(last).to_be_in_viewport(ratio=1)
    page.get_by_label("Your message").fill("\n".join("a draft of many lines" for _ in range(9)))
    expect(page.locator(".message").last).to_be_in_viewport(ratio=1)


def test_nobody_is_said_to_be_typing_where_there_is_no_connection(page: Page, service: Service) -> None:
    page.route("**/channels/webchat/session", lambda route: route.abort("connectionrefused"))
    page.goto(f"{service.url}/site")
    page.get_by_role("button", name="Open chat").click()
    say(page, "Hello?")
    expect(page.get_by_text("Waiting for a connection.")).to_be_visible()
    expect(page.get_by_role("img", name="The assistant is typing")).to_be_hidden()
