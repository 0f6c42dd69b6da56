"""The chat widget in a real Chromium, against a scripted service (fake_service.py)."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.scripted import Service, faults, open_chat, said, say

pytestmark = pytest.mark.browser

PHRASE = re.compile(r"^  (\w+):", re.MULTILINE)
SPOKEN = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ar", "he")
WIDGET = Path(__file__).parents[2] / "bot" / "entrypoints" / "web" / "widget"


KB = 1024


def weight(*names: str) -> int:
    """Bytes that these modules are on their way to the browser."""
    return sum(len(gzip.compress((WIDGET / name).read_bytes())) for name in names)


def test_the_widget_stays_light() -> None:
    largest_locale = max((f"locales/{file.name}" for file in WIDGET.glob("locales/*.js")), key=weight)
    assert weight("widget.js") <= 6 * KB
    assert weight("widget.js", "colours.js", largest_locale) <= 7.5 * KB  # what a page loads while the chat is closed
    assert weight(*(file.name for file in WIDGET.glob("*.js")), largest_locale) <= 30 * KB


def test_every_locale_has_the_same_phrases() -> None:
    phrases = {file.stem: set(PHRASE.findall(file.read_text())) - {"direction"} for file in WIDGET.glob("locales/*.js")}
    assert len(phrases) >= 10
    assert {name: found ^ phrases["en"] for name, found in phrases.items() if found != phrases["en"]} == {}
    assert re.search(r"const LOCALES = \[(.*)\]", (WIDGET / "widget.js").read_text())[1] == (  # type: ignore[index]
        ", ".join(f'"{name}"' for name in SPOKEN)
    )
    assert set(SPOKEN) == set(phrases)


def test_a_visitor_chats_in_the_widget(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    assert said(page, "system") == ["I am Harbourline’s automated assistant."]
    say(page, "How much does it cost?")
    source = page.get_by_role("link", name="Plans and prices")
    expect(source).to_be_visible()
    assert source.get_attribute("href") == f"{service.url}/site#pricing"
    address = page.get_by_role("link", name="https://harbourline.example/plans")
    assert address.get_attribute("rel") == "noopener noreferrer nofollow"
    assert said(page, "visitor") == ["How much does it cost?"]
    session = next(line["session"] for line in service.tell("log") if "session" in line)
    assert session == {"time_zone": "Europe/Lisbon", "locale": "en-US", "opened": True}


def test_a_quick_reply_sends_its_payload_once_and_freezes(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    page.get_by_role("button", name="Book a demo").click()
    expect(page.get_by_text("What is your name?")).to_be_visible()
    for title in ("Book a demo", "Prices"):
        expect(page.get_by_role("button", name=title)).to_be_disabled()
    sent = [line["message"] for line in service.tell("log") if "message" in line]
    assert [(message["text"], message["payload"]) for message in sent] == [("Book a demo", "/request_demo")]
    expect(page.get_by_label("Your message")).to_be_focused()


def test_a_quick_reply_without_a_code_is_said_in_its_own_words(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    page.get_by_role("button", name="Prices").click()
    expect(page.get_by_text("Crew is £3")).to_be_visible()
    expect(page.get_by_role("button", name="Prices")).to_have_class("chosen")
    [message] = [line["message"] for line in service.tell("log") if "message" in line]
    assert (message["text"], message.get("payload")) == ("How much does it cost?", None)


def test_the_bot_is_seen_typing_until_it_answers(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    held: list[Route] = []
    page.route("**/webchat/messages", lambda route: held.append(route))
    say(page, "hello")
    expect(page.locator(".typing")).to_be_visible()
    expect(page.get_by_text("Sending…")).to_be_visible()
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    expect(page.get_by_text("You said: hello")).to_be_visible()
    expect(page.locator(".typing")).to_be_hidden()
    expect(page.get_by_text("Sending…")).to_be_hidden()


def test_markup_in_a_message_is_shown_as_text(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    attack = "<img src=x onerror=alert(1)> javascript:alert(1) <b>bold</b>"
    service.tell("say", text=attack, source={"title": "bad", "url": "javascript:alert(1)"})
    expect(page.get_by_text(attack)).to_be_visible()
    assert page.locator(".log img, .log b").count() == 0
    assert page.locator(".source a").count() == 0


def test_a_person_joins_by_name(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.get_by_text("Ana joined the conversation.")).to_be_visible()
    expect(page.locator(".message.person .who")).to_have_text("AAna")
    [message] = [line["message"] for line in service.tell("log") if "message" in line]
    assert message["payload"] == "/talk_to_person"


def test_below_the_composer_it_says_who_talks_as_long_as_they_do(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    foot = page.locator(".fine")
    expect(foot).to_have_text("Automated assistantTalk to a person")
    page.get_by_role("button", name="Talk to a person").click()
    expect(foot.locator("span")).to_have_text("You’re talking to Ana")
    expect(foot.get_by_role("button")).to_be_hidden()
    page.reload()
    expect(foot.locator("span")).to_have_text("You’re talking to Ana")
    service.tell("say", text="Ana left the conversation.", **{"from": "system", "floor": ""})
    expect(foot.locator("span")).to_have_text("Automated assistant")
    expect(foot.get_by_role("button")).to_be_visible()


def test_the_times_of_a_meeting_can_be_picked_whatever_else_is_said_first(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    times = [
        {"title": title, "payload": f'/meeting{{"do":"book","at":"{title}"}}'} for title in ("Mon 09:00", "Tue 11:00")
    ]
    service.tell("say", text="When would you like to meet Ana?", buttons=times, **{"from": "system", "floor": "Ana"})
    say(page, "How long does it take?")
    expect(page.get_by_role("button", name="Book a demo")).to_be_disabled()
    with page.expect_response(lambda one: "payload" in (one.request.post_data or "")):  # and not that to the question
        page.get_by_role("button", name="Tue 11:00").click()
    for title in ("Mon 09:00", "Tue 11:00"):
        expect(page.get_by_role("button", name=title)).to_be_disabled()
    messages = [line["message"] for line in service.tell("log") if "message" in line]
    assert messages[-1]["payload"] == times[1]["payload"]


def test_nobody_is_seen_typing_for_a_person_who_has_the_floor(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    service.tell("say", text="Ana joined the conversation.", **{"from": "system", "floor": "Ana"})
    expect(page.get_by_text("Ana joined the conversation.")).to_be_visible()
    page.route("**/webchat/messages", lambda route: None)
    say(page, "hello")
    expect(page.get_by_text("Sending…")).to_be_visible()
    assert not page.locator(".typing").is_visible()


def test_a_reload_keeps_the_history_and_is_silent_about_it(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    say(page, "hello there")
    expect(page.get_by_text("You said: hello there")).to_be_visible()
    page.evaluate("overture.close()")
    page.wait_for_function("Object.values(localStorage).some((kept) => JSON.parse(kept).seen > 0)")
    page.reload()
    expect(page.locator(".message")).to_have_count(4)
    expect(page.locator(".message.new")).to_have_count(0)
    expect(page.get_by_role("button", name="Open chat", exact=True)).to_be_visible()
    expect(page.locator(".log")).to_have_attribute("aria-live", "polite")
    service.tell("say", text="One more thing.")
    expect(page.get_by_role("button", name="Open chat, 1 unread message")).to_be_visible()
    page.get_by_role("button", name="Open chat, 1 unread message").click()
    expect(page.get_by_role("button", name="Close chat")).to_be_visible()
    assert page.locator(".badge").is_hidden()


def test_the_keyboard_alone_will_do(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    launcher = page.get_by_role("button", name="Open chat")
    launcher.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Ask Harbourline")).to_be_visible()
    expect(page.get_by_label("Your message")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(launcher).to_be_focused()
    expect(launcher).to_have_attribute("aria-expanded", "false")


def test_the_page_can_drive_the_chat(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    page.wait_for_function("window.overture")
    page.evaluate(
        """() => {
          window.heard = [];
          for (const event of ["ready", "open", "close", "message"]) {
            overture.on(event, (item) => heard.push(item ? `${event} ${item.from}` : event));
          }
          overture.open();
          overture.sendMessage("hello from the page");
        }"""
    )
    expect(page.get_by_text("You said: hello from the page")).to_be_visible()
    page.evaluate("overture.toggle()")
    heard = page.evaluate("heard")
    assert set(heard) == {"ready", "open", "close", "message system", "message bot", "message visitor"}
    page.evaluate("overture.forget()")
    assert page.evaluate("localStorage.length") == 0
    open_chat(page)
    assert said(page, "visitor") == []


def test_a_restart_of_the_service_loses_nothing(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    say(page, "before")
    expect(page.get_by_text("You said: before")).to_be_visible()
    service.kill()
    say(page, "meanwhile one")
    say(page, "meanwhile two")
    expect(page.get_by_text("Waiting for a connection.").first).to_be_visible()
    service.start()
    expect(page.get_by_text("You said: meanwhile two")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Waiting for a connection.")).to_have_count(0)
    assert said(page, "visitor") == ["before", "meanwhile one", "meanwhile two"]
    assert said(page, "bot")[1:] == ["You said: before", "You said: meanwhile one", "You said: meanwhile two"]


def test_an_open_chat_is_open_again_once_its_frame_is_large(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    page.set_viewport_size({"width": 300, "height": 150})  # a frame before its page has its style
    page.reload()
    expect(page.get_by_role("button", name="Open chat")).to_be_visible()
    page.set_viewport_size({"width": 1000, "height": 800})
    expect(page.get_by_label("Your message")).to_be_visible()


def test_what_was_typed_offline_survives_a_reload(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    service.tell("refuse", statuses=[503] * 3)
    say(page, "keep me")
    expect(page.get_by_text("Waiting for a connection.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("You said: keep me")).to_be_visible(timeout=10_000)
    assert said(page, "visitor") == ["keep me"]


def test_a_refused_message_says_why_and_is_tried_again_under_its_own_id(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    service.tell("refuse", statuses=[413])
    say(page, "much too long")
    expect(page.get_by_text("Not sent. The message is too long.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("You said: much too long")).to_be_visible()
    ids = [line["message"]["id"] for line in service.tell("log") if "message" in line]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert said(page, "visitor") == ["much too long"]


def test_on_a_phone_the_chat_fills_the_screen(browser: Browser, service: Service) -> None:
    with browser.new_context(
        viewport={"width": 375, "height": 667}, has_touch=True, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        page.goto(f"{service.url}/site")
        open_chat(page)
        box = page.get_by_role("dialog").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 375, "height": 667}
        page.get_by_role("button", name="Minimise chat").click()
        expect(page.get_by_role("button", name="Open chat")).to_be_visible()


def test_back_on_a_phone_closes_the_chat_before_it_leaves_the_page(browser: Browser, service: Service) -> None:
    """A phone's "back" asks what covers the page to close, as Escape does where nothing in the chat has the focus."""
    with browser.new_context(viewport={"width": 375, "height": 667}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{service.url}/site")
        for _ in range(2):
            open_chat(page)
            page.locator("overture-chat").evaluate("(chat) => chat.shadowRoot.activeElement.blur()")
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_be_hidden()
        page.set_viewport_size({"width": 1200, "height": 800})
        open_chat(page)
        page.locator("overture-chat").evaluate("(chat) => chat.shadowRoot.activeElement.blur()")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_visible()


def website_with(accent: str) -> Callable[[Route], None]:
    """Answers with a bare page whose widget has this colour."""
    body = f"""<!doctype html><html lang="en"><title>Page</title><main><h1>Page</h1></main>
        <script type="module" src="/widget.js" data-title="Chat" data-accent="{accent}"></script>"""
    return lambda route: route.fulfill(content_type="text/html", body=body)


def test_any_brand_colour_can_be_read(browser: Browser, service: Service) -> None:
    for accent in ("#0b6", "#ffe14d", "#123", "#888888", "not a colour"):
        with browser.new_context(bypass_csp=True, reduced_motion="reduce") as context:
            page = context.new_page()
            page.route("**/site", website_with(accent))
            page.goto(f"{service.url}/site")
            open_chat(page)
            say(page, "How much does it cost?")
            expect(page.locator(".source")).to_be_visible()
            assert faults(page) == []


# ---------------------------------------------------------------- several tabs


def test_several_tabs_stay_in_step(browser: Browser, service: Service) -> None:
    with browser.new_context() as context:
        one, other = context.new_page(), context.new_page()
        for tab in (one, other):
            tab.goto(f"{service.url}/site")
            expect(tab.get_by_role("button", name="Open chat")).to_be_visible()
        open_chat(one)
        open_chat(other)
        say(one, "from the first tab")
        expect(other.get_by_text("You said: from the first tab")).to_be_visible()
        say(other, "from the second")
        expect(one.get_by_text("You said: from the second")).to_be_visible()
        assert said(one, "visitor") == said(other, "visitor") == ["from the first tab", "from the second"]
        assert said(one, "bot") == said(other, "bot")
        one.evaluate("overture.forget()")
        expect(other.locator(".message")).to_have_count(0)


def test_two_tabs_that_begin_at_once_are_one_visitor(browser: Browser, service: Service) -> None:
    with browser.new_context() as context:
        tabs = [context.new_page(), context.new_page()]
        for tab in tabs:
            tab.goto(f"{service.url}/site")
            expect(tab.get_by_role("button", name="Open chat")).to_be_visible()
        for tab in tabs:
            tab.evaluate("overture.open()")
        for tab in tabs:
            expect(tab.get_by_text("What brings you here?")).to_be_visible()
        visitors = {json.loads(tab.evaluate(KEPT))["visitor"] for tab in tabs}
        assert len(visitors) == 1


KEPT = "Object.entries(localStorage).find(([name]) => name.startsWith('overture:'))[1]"


def test_what_two_tabs_said_while_offline_is_all_sent(browser: Browser, service: Service) -> None:
    with browser.new_context() as context:
        one, other = context.new_page(), context.new_page()
        for tab in (one, other):
            tab.goto(f"{service.url}/site")
            open_chat(tab)
        context.set_offline(True)
        for number in range(3):
            say(one, f"first {number}")
            say(other, f"second {number}")
        other.close()  # what it said is still in the browser
        context.set_offline(False)
        wanted = {f"You said: {tab} {number}" for tab in ("first", "second") for number in range(3)}
        for line in wanted:
            expect(one.get_by_text(line)).to_be_visible(timeout=20_000)
        assert sorted(said(one, "bot")[1:]) == sorted(wanted)


def test_a_minute_offline_loses_nothing(page: Page, service: Service) -> None:
    page.clock.install()
    page.goto(f"{service.url}/site")
    open_chat(page)
    page.context.set_offline(True)
    say(page, "said in a tunnel")
    service.tell("say", text="Said meanwhile.")
    for _ in range(12):
        page.clock.run_for(5_000)
    expect(page.get_by_text("No connection. Your messages are kept and will be sent.")).to_be_visible()
    page.context.set_offline(False)
    page.clock.resume()
    expect(page.get_by_text("You said: said in a tunnel")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Said meanwhile.")).to_have_count(1)
    assert said(page, "visitor") == ["said in a tunnel"]


def test_a_double_click_opens_the_chat_and_answers_one_question(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    page.get_by_role("button", name="Open chat").dblclick()
    page.get_by_role("button", name="Book a demo").click()
    expect(page.get_by_text("What is your name?")).to_be_visible()
    service.tell("say", text="May we text you?", buttons=[{"title": "Yes", "payload": "/affirm"}])
    place = page.get_by_role("button", name="Yes").bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 5, place["y"] + 5)
    page.mouse.down(click_count=2)  # the second click of a double one, of which the first hit the question before
    page.mouse.up(click_count=2)
    page.get_by_role("button", name="Talk to a person").dblclick()
    expect(page.get_by_text("Hi, Ana here.")).to_be_visible()
    sent = [line["message"].get("payload") for line in service.tell("log") if "message" in line]
    assert sent == ["/request_demo", "/talk_to_person"]


def test_what_is_said_while_the_sending_of_something_ends_is_sent_at_once(page: Page, service: Service) -> None:
    page.add_init_script("""
        const request = navigator.locks.request.bind(navigator.locks);
        window.slow = false;
        navigator.locks.request = async (name, work) => {
            const done = await request(name, work);
            if (slow) await new Promise((end) => (window.endSending = end));
            return done;
        };
    """)
    page.goto(f"{service.url}/site")
    open_chat(page)
    page.evaluate("slow = true")
    say(page, "one")
    expect(page.get_by_text("You said: one")).to_be_visible()
    say(page, "two")
    page.evaluate("endSending()")
    expect(page.get_by_text("You said: two")).to_be_visible()
