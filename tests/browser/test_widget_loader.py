"""The widget's loader in a real Chromium: what it fetches when, in which language and with which looks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.scripted import Service, open_chat, say
from tests.browser.test_widget import SPOKEN


def website(*, attributes: str = "", head: str = "", lang: str = "en") -> Callable[[Route], None]:
    """Answers with a bare page that has the widget's tag with these attributes."""
    body = f"""<!doctype html><html lang="{lang}"><title>Page</title>{head}<main><h1>Page</h1></main>
        <script type="module" src="/widget.js" data-title="Chat" {attributes}></script>"""
    return lambda route: route.fulfill(content_type="text/html", body=body)


def visit(page: Page, service: Service, **website_with: str) -> None:
    page.route("**/bare", website(**website_with))
    page.goto(f"{service.url}/bare")


def loaded(page: Page) -> set[str]:
    names: list[str] = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    return {name.rpartition("/")[2] for name in names if name.endswith(".js")}


def test_a_closed_chat_loads_only_what_its_launcher_needs(page: Page, service: Service) -> None:
    visit(page, service)
    expect(page.get_by_role("button", name="Open chat")).to_be_visible()
    assert loaded(page) == {"widget.js", "colours.js", "en.js"}
    assert service.tell("log") == []
    # What this takes of the main thread is measured by `make bench`.
    assert page.evaluate("document.querySelector('overture-chat').shadowRoot.querySelectorAll('*').length") <= 10
    open_chat(page)
    assert {"chat.js", "conversation.js"} <= loaded(page)


@pytest.mark.parametrize("module", ["colours", "locales/en", "chat"])
def test_a_part_that_could_not_be_fetched_is_fetched_again(
    page: Page, service: Service, complaints: list[str], module: str
) -> None:
    page.route(f"**/widget/{module}.js", lambda route: route.abort())
    visit(page, service)
    open_chat(page)
    assert all("ERR_FAILED" in line for line in complaints), complaints
    complaints.clear()


def test_what_the_page_pushed_before_the_widget_was_there_is_done_in_order(
    page: Page, service: Service, complaints: list[str]
) -> None:
    early = """<script>
      window.heard = [];
      window.overture = [["on", "open", () => heard.push("open")], ["open"], ["sendMessage", "pushed before"]];
      overture.push(["nonsense"]);
    </script>"""
    visit(page, service, head=early)
    expect(page.get_by_text("You said: pushed before")).to_be_visible()
    assert page.evaluate("heard") == ["open"]
    assert [line.partition(";")[0] for line in complaints] == ['overture: there is no "nonsense"']
    complaints.clear()


@pytest.mark.parametrize("name", SPOKEN)
def test_each_language_is_spoken_with_its_direction(page: Page, service: Service, name: str) -> None:
    visit(page, service, lang=f"{name}-XX")
    launcher = page.locator(".launcher")
    launcher.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator("overture-chat")).to_have_attribute("dir", "rtl" if name in ("ar", "he") else "ltr")
    box, width = launcher.bounding_box(), page.viewport_size["width"]  # type: ignore[index]
    assert box is not None
    assert (box["x"] < width / 2) == (name in ("ar", "he"))
    assert (page.get_by_role("button", name="Talk to a person").count() == 1) == (name == "en")


def test_the_option_goes_before_the_page_and_the_page_may_change_it(page: Page, service: Service) -> None:
    visit(page, service, attributes='data-locale="de-AT"', lang="fr")
    page.get_by_role("button", name="Chat öffnen").click()
    page.evaluate("overture.setLocale('es')")
    expect(page.get_by_placeholder("Escriba un mensaje…")).to_be_visible()
    expect(page.get_by_role("button", name="Cerrar el chat")).to_be_visible()
    page.evaluate("overture.setLocale('xx')")
    expect(page.get_by_role("button", name="Close chat")).to_be_visible()


@pytest.mark.parametrize("slow", ["colours", "locales/en", "locales/es"])
def test_a_language_asked_for_while_the_widget_loads_is_spoken_and_no_message_is_lost(
    page: Page, service: Service, slow: str
) -> None:
    held: list[Route] = []
    page.route(f"**/widget/{slow}.js", lambda route: held.append(route))
    early = '<script>window.overture = [["setLocale", "es"], ["open"]];</script>'
    visit(page, service, head=early)
    page.wait_for_timeout(300)
    for route in held:
        route.continue_()
    expect(page.get_by_text("What brings you here?")).to_be_visible()
    expect(page.get_by_placeholder("Escriba un mensaje…")).to_be_visible()
    expect(page.get_by_role("button", name="Cerrar el chat")).to_be_visible()


@pytest.mark.parametrize(("theme", "surface"), [("dark", "rgb(23, 28, 34)"), ("light", "rgb(255, 255, 255)")])
def test_a_theme_of_the_websites_goes_before_the_browsers(
    page: Page, service: Service, theme: str, surface: str
) -> None:
    page.emulate_media(color_scheme="light" if theme == "dark" else "dark")
    visit(page, service, attributes=f'data-theme="{theme}"')
    page.get_by_role("button", name="Open chat").click()
    expect(page.get_by_role("dialog")).to_have_css("background-color", surface)


def test_custom_properties_of_the_page_change_its_looks(page: Page, service: Service) -> None:
    head = "<style>overture-chat { --overture-radius: 3px; --overture-surface: rgb(250 240 230); }</style>"
    visit(page, service, head=head, attributes='data-position="left"')
    page.get_by_role("button", name="Open chat").click()
    expect(page.get_by_role("dialog")).to_have_css("border-radius", "3px")
    expect(page.get_by_role("dialog")).to_have_css("background-color", "rgb(250, 240, 230)")
    box = page.locator(".launcher").bounding_box()
    assert box is not None
    assert box["x"] < 100


def test_the_teaser_comes_once_in_a_session_and_opens_the_chat(page: Page, service: Service) -> None:
    attributes = 'data-teaser="Questions about prices?" data-teaser-delay="0"'
    visit(page, service, attributes=attributes)
    page.get_by_role("button", name="Questions about prices?").click()
    expect(page.get_by_role("dialog", name="Chat")).to_be_visible()
    expect(page.get_by_text("Questions about prices?")).to_be_hidden()
    page.evaluate("overture.forget()")
    page.reload()
    expect(page.get_by_role("button", name="Open chat")).to_be_visible()
    page.wait_for_timeout(300)
    assert page.locator(".teaser").count() == 0


def test_the_teaser_can_be_sent_away_and_never_comes_on_a_phone(browser: Browser, service: Service) -> None:
    attributes = 'data-teaser="Questions?" data-teaser-delay="0"'
    with browser.new_context() as context:
        page = context.new_page()
        visit(page, service, attributes=attributes)
        page.get_by_role("button", name="Dismiss").click()
        expect(page.locator(".teaser")).to_have_count(0)
        expect(page.get_by_role("button", name="Open chat")).to_be_focused()
    with browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        visit(page, service, attributes=attributes)
        expect(page.get_by_role("button", name="Open chat")).to_be_visible()
        page.wait_for_timeout(300)
        assert page.locator(".teaser").count() == 0


@pytest.mark.parametrize("with_copy", [False, True], ids=["a new page", "a copy of an old one"])
def test_a_website_that_replaces_its_body_keeps_the_chat(page: Page, service: Service, with_copy: bool) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    say(page, "How much does it cost?")
    expect(page.locator(".message.bot").nth(1)).to_be_visible()
    page.evaluate(
        """(withCopy) => {
          const body = withCopy ? document.body.cloneNode(true) : document.createElement("body");
          document.body.replaceWith(body);
        }""",
        with_copy,
    )
    expect(page.locator("overture-chat")).to_have_count(1)
    expect(page.get_by_text("How much does it cost?")).to_be_visible()
    page.evaluate("window.overture.close()")
    expect(page.get_by_label("Your message")).to_be_hidden()
    page.evaluate("document.querySelector('overture-chat').remove()")
    settled = "() => new Promise((done) => setTimeout(done))"
    page.evaluate(settled)
    expect(page.locator("overture-chat")).to_have_count(0)
