"""The widget and the playground in a real Chromium, against a scripted service (fake_service.py)."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, Page, Route, expect

pytestmark = pytest.mark.browser
expect.set_options(timeout=10_000)  # machines that run tests are often busy

HERE = Path(__file__).parent
ENTRYPOINTS = HERE.parents[1] / "bot" / "entrypoints"
WIDGET_BUDGET = 30_000


class Service:
    """The scripted service as a process of its own, so that it can die."""

    def __init__(self, state: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = state
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(HERE / "fake_service.py"), "--port", str(self.port), "--state", str(self.state)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the scripted service did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def tell(self, verb: str, **body: Any) -> list[dict[str, Any]]:
        """Use one of the routes under /fake; the answer is the log of what pages posted."""
        data = json.dumps(body).encode()
        request = Request(f"{self.url}/fake/{verb}", data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=5) as answer:
            log: list[dict[str, Any]] = json.load(answer)
        return log


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    started = Service(tmp_path_factory.mktemp("service") / "state.json")
    yield started
    started.kill()


@pytest.fixture
def service(process: Service) -> Service:
    """The scripted service, running, with nothing in its memory."""
    if process.process.poll() is not None:
        process.start()
    process.tell("forget")
    return process


def open_chat(page: Page | FrameLocator) -> None:
    page.get_by_role("button", name="Open chat").click()
    expect(page.get_by_text("What brings you here?")).to_be_visible()


def say(page: Page | FrameLocator, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Enter")


def said(page: Page, author: str) -> list[str]:
    return page.locator(f".message.{author} .bubble").all_inner_texts()


# ---------------------------------------------------------------- the widget


def test_the_widget_stays_light() -> None:
    assert len(gzip.compress((ENTRYPOINTS / "widget" / "widget.js").read_bytes())) < WIDGET_BUDGET


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
    assert session == {"time_zone": "Europe/Lisbon", "locale": "en-US"}


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
    message = service.tell("log")[-1]["message"]
    assert (message["text"], message.get("payload")) == ("How much does it cost?", None)


def test_the_bot_is_seen_typing_until_it_answers(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    held: list[Route] = []
    page.route("**/webchat/messages", lambda route: held.append(route))
    say(page, "hello")
    expect(page.locator(".typing")).to_be_visible()
    expect(page.get_by_text("Sending…")).to_be_visible()
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
    assert service.tell("log")[-1]["message"]["payload"] == "/talk_to_person"


def test_a_reload_keeps_the_history_and_is_silent_about_it(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    open_chat(page)
    say(page, "hello there")
    expect(page.get_by_text("You said: hello there")).to_be_visible()
    page.evaluate("overture.close()")
    page.wait_for_function("JSON.parse(localStorage.getItem(localStorage.key(0))).seen > 0")
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
    assert heard[0] == "open"
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


# ---------------------------------------------------------------- accessibility


def faults(page: Page) -> list[str]:
    """What axe-core finds, with where it is."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:200]} {node['failureSummary']}" for fault in found for node in fault["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(browser: Browser, service: Service, scheme: Any) -> None:
    with browser.new_context(
        bypass_csp=True, color_scheme=scheme, reduced_motion="reduce", viewport={"width": 1440, "height": 900}
    ) as context:
        page = context.new_page()
        page.goto(f"{service.url}/site")
        assert faults(page) == []
        open_chat(page)
        for line in (
            "How much does it cost?",
            "a demo please",
            "Mara",
            "mara@example.com",
            "fifty",
            "now",
            "+447700900123",
        ):
            answers = page.locator(".message.bot").count()
            say(page, line)
            expect(page.locator(".message.bot").nth(answers)).to_be_visible()
        page.get_by_role("button", name="Talk to a person").click()
        expect(page.locator(".message.person")).to_be_visible()
        assert faults(page) == []

        page.goto(service.url)
        page.get_by_role("button", name="+1 day").click()
        expect(page.get_by_text("Shall we find a time")).to_be_visible()
        service.tell("item", feed="content", type="content", content="broken", faults=["a.yml:1:2: no such step"])
        expect(page.get_by_text("a.yml:1:2: no such step")).to_be_visible()
        assert faults(page) == []
        page.get_by_role("button", name="Reply", exact=True).click()
        expect(page.get_by_role("dialog", name="Reply to Mara")).to_be_visible()
        assert faults(page) == []


# ---------------------------------------------------------------- the playground


def fill_the_playground(page: Page, service: Service) -> FrameLocator:
    page.goto(service.url)
    site = page.frame_locator("#site")
    open_chat(site)
    for line in ("a demo please", "Mara", "mara@example.com", "about fifty", "in January"):
        answers = site.locator(".message.bot").count()
        say(site, line)
        expect(site.locator(".message.bot").nth(answers)).to_be_visible()
    return site


def test_the_panels_show_what_happens_in_the_chat(page: Page, service: Service) -> None:
    fill_the_playground(page, service)
    expect(page.locator(".slack").get_by_role("heading", name="New lead: Mara")).to_be_visible()
    expect(page.locator(".slack").get_by_role("link", name="mara@example.com")).to_be_visible()
    expect(page.locator(".slack strong", has_text="about fifty")).to_be_visible()
    expect(page.locator(".crm .changed")).to_have_count(3)
    expect(page.locator(".crm .note")).to_contain_text("about fifty people, wants to start in January.\nScore 62")
    expect(page.locator(".explain ins")).to_have_text("in January")
    expect(page.locator(".sends .decisions li")).to_have_count(3)
    page.get_by_label("Turn", exact=True).select_option(index=4)
    expect(page.locator(".explain .said")).to_have_text("a demo please")
    expect(page.locator(".explain")).to_contain_text("answered, 212 tokens")
    expect(page.locator(".explain")).to_contain_text("Dropped: there is no slot 'score' to set")
    page.get_by_role("button", name="Later turn").click()
    expect(page.locator(".explain .said")).to_have_text("Mara")
    expect(page.locator("#guide-progress")).to_have_text("3 of 12 done")


def test_everything_fits_on_a_laptop_without_scrolling_the_page(page: Page, service: Service) -> None:
    fill_the_playground(page, service)
    assert page.evaluate("[document.body.scrollWidth, document.body.scrollHeight]") == [1440, 900]
    for panel in page.locator(".panel:visible").all():
        box = panel.bounding_box()
        assert box is not None
        assert box["height"] > 200
        assert box["y"] + box["height"] <= 900


def test_a_rep_works_from_the_slack_panel(page: Page, service: Service) -> None:
    site = fill_the_playground(page, service)
    desk = page.locator(".slack")
    desk.get_by_role("button", name="Claim", exact=True).click()
    expect(desk.get_by_text("Claimed by Ana")).to_be_visible()
    desk.get_by_placeholder("Reply…").fill("Hello Mara, Ana here.")
    desk.get_by_placeholder("Reply…").press("Enter")
    expect(site.get_by_text("Hello Mara, Ana here.")).to_be_visible()
    expect(desk.locator(".replies").get_by_text("Hello Mara, Ana here.")).to_be_visible()
    desk.get_by_label("You are").select_option("Ben")
    desk.get_by_role("button", name="Reply", exact=True).click()
    page.get_by_label("Your message", exact=True).last.fill("And Ben.")
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(desk.locator(".replies").get_by_text("And Ben.")).to_be_visible()
    deeds = [line for line in service.tell("log") if line.get("vendor") == "slack"]
    assert deeds == [
        {"vendor": "slack", "deed": "click", "ts": "1.1", "action_id": "claim", "value": "h1", "user": "Ana"},
        {"vendor": "slack", "deed": "reply", "thread_ts": "1.1", "text": "Hello Mara, Ana here.", "user": "Ana"},
        {"vendor": "slack", "deed": "click", "ts": "1.1", "action_id": "reply", "value": "h1", "user": "Ben"},
        {
            "vendor": "slack",
            "deed": "submit",
            "callback_id": "reply",
            "private_metadata": "1.1",
            "text": "And Ben.",
            "user": "Ben",
        },
    ]


def test_the_clock_moves_and_the_phone_answers(page: Page, service: Service) -> None:
    page.goto(service.url)
    page.get_by_role("button", name="+1 hour").click()
    expect(page.locator("#moved")).to_have_text("+1 h")
    expect(page.locator("#next")).to_contain_text("Next: demo-follow-up: SMS")
    page.get_by_role("button", name="To the next send").click()
    phone = page.locator(".phone")
    expect(phone.get_by_text("Shall we find a time")).to_be_visible()
    expect(page.get_by_role("button", name="To the next send")).to_be_disabled()
    phone.get_by_label("Text message", exact=True).fill("next week works")
    phone.get_by_role("button", name="Send text").click()
    expect(phone.locator(".own")).to_contain_text("next week works")
    log = service.tell("log")
    assert [line["clock"] for line in log if "clock" in line] == [{"forward_seconds": 3600}, {"to": "next"}]
    said = {"vendor": "sms", "deed": "text", "from": "+447700900123"}
    assert log[-1] == {**said, "channel": "sms", "body": "next week works"}
    phone.get_by_label("By", exact=True).select_option("WhatsApp")
    expect(phone.get_by_text("Write first")).to_be_visible()
    phone.get_by_label("Text message", exact=True).fill("and here")
    phone.get_by_role("button", name="Send text").click()
    expect(phone.get_by_label("Text message", exact=True)).to_have_value("")
    assert service.tell("log")[-1] == {**said, "channel": "whatsapp", "body": "and here"}


def test_the_inbox_is_there_with_e_mail_and_answers_in_the_thread(page: Page, service: Service) -> None:
    page.goto(service.url)
    expect(page.locator("#live")).to_have_text("Live")
    expect(page.locator(".inbox")).to_be_hidden()
    status = {"content": "ok", "stand_ins": ["email", "sms"]}
    page.route("**/playground/status", lambda route: route.fulfill(json=status))
    page.reload()
    inbox = page.locator(".inbox")
    expect(inbox).to_contain_text("No e-mails yet")
    offer = {
        "type": "email",
        "direction": "to_customer",
        "from": "hello@harbourline.example",
        "name": "Harbourline",
        "to": "ana@example.com",
        "subject": "Your <b>demo</b>",
        "text": "Shall we?\n\n-- \n1 Quay Street",
        "buttons": [
            {"title": "Yes, please", "href": "mailto:hello@harbourline.example?body=Yes"},
            {"title": "Prices", "href": "https://harbourline.example/prices"},
            {"title": "Trap", "href": "javascript:alert(1)"},
        ],
        "message_id": "<k@harbourline.example>",
        "list_unsubscribe": "https://chat.example.com/channels/email/unsubscribe?a=1&s=2",
    }
    service.tell("item", feed="sandbox:email", **offer)
    mail = inbox.locator(".mail")
    expect(mail).to_contain_text("Your <b>demo</b>")
    expect(mail.locator("p")).to_have_text("Shall we?")
    expect(mail.get_by_role("link")).to_have_attribute("href", "https://harbourline.example/prices")
    expect(mail.get_by_role("button", name="Trap")).to_be_visible()
    deeds: list[Any] = []

    def take(route: Route) -> None:
        deeds.append(route.request.post_data_json)
        route.fulfill(status=200)

    page.route("**/playground/act/email", take)
    mail.get_by_role("button", name="Yes, please").click()
    mail.get_by_role("button", name="Unsubscribe").click()
    inbox.get_by_label("E-mail", exact=True).fill("Tuesday")
    inbox.get_by_role("button", name="Send e-mail").click()
    expect(inbox.get_by_label("E-mail", exact=True)).to_have_value("")
    answer = {
        "deed": "write",
        "from": "ana@example.com",
        "subject": "Re: Your <b>demo</b>",
        "in_reply_to": offer["message_id"],
    }
    assert deeds == [
        {**answer, "text": "Yes, please"},
        {"deed": "unsubscribe", "message_id": offer["message_id"]},
        {**answer, "text": "Tuesday"},
    ]
    assert Axe().run(page).violations_count == 0


def test_the_playground_says_so_when_the_service_is_away_and_goes_on_after(page: Page, service: Service) -> None:
    page.goto(service.url)
    expect(page.locator("#live")).to_have_text("Live")
    service.kill()
    expect(page.locator("#live")).to_have_text("Reconnecting…")
    page.get_by_role("button", name="+1 day").click()
    expect(page.get_by_role("alert").filter(has_text="The service does not answer")).to_be_visible()
    service.start()
    expect(page.locator("#live")).to_have_text("Live", timeout=15_000)
    service.tell(
        "item", feed="sandbox:hubspot", type="contact", id="7", created=True, properties={"email": "a@example.com"}
    )
    expect(page.locator(".crm td")).to_have_text("a@example.com (changed)")


def test_a_narrow_screen_stacks_the_panels(browser: Browser, service: Service) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(service.url)
        expect(page.get_by_role("heading", name="Sends and journeys")).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") == 360
