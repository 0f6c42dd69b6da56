"""The playground in a real Chromium, against a scripted service (fake_service.py)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, Locator, Page, Route, expect

from bot.entrypoints.console.framing import page_of
from tests.browser.scripted import Service, faults, open_chat, say

pytestmark = pytest.mark.browser

SIZE = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
"""How far one could scroll the page."""


# ---------------------------------------------------------------- accessibility


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


def test_the_playground_works_in_a_browser_that_blocks_cookies(page: Page, service: Service) -> None:
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, {get() { throw new DOMException('denied', 'SecurityError'); }});"
    )
    fill_the_playground(page, service)
    expect(page.locator("#guide-progress")).not_to_have_text("0 of 12 done")
    page.get_by_text("Try this").click()
    expect(page.locator("#guide-steps")).to_be_hidden()
    expect(page.locator(".slack").get_by_role("heading", name="New lead: Mara")).to_be_visible()


@pytest.mark.parametrize(("locale", "share"), [("en-GB", "77.9%"), ("de-DE", "77,9\u00a0%"), ("tr-TR", "%77,9")])
def test_a_share_is_written_as_the_readers_language_does(
    browser: Browser, service: Service, locale: str, share: str
) -> None:
    with browser.new_context(locale=locale) as context:
        page = context.new_page()
        page.goto(service.url)
        assert page.evaluate("async () => (await import('/playground/dom.js')).percent(0.779, 1)") == share


def test_the_panels_show_what_happens_in_the_chat(page: Page, service: Service) -> None:
    fill_the_playground(page, service)
    expect(page.locator(".slack").get_by_role("heading", name="New lead: Mara")).to_be_visible()
    expect(page.locator(".slack").get_by_role("link", name="mara@example.com")).to_be_visible()
    expect(page.locator(".slack strong", has_text="about fifty")).to_be_visible()
    expect(page.locator(".crm .changed")).to_have_count(3)
    expect(page.locator(".crm .note")).to_contain_text("about fifty people, wants to start in January.\nScore 62")
    expect(page.locator(".explain ins")).to_have_text("in January")
    expect(page.locator(".sends .decisions time")).to_have_count(3)
    page.get_by_label("Turn", exact=True).select_option(index=4)
    expect(page.locator(".explain .said")).to_have_text("a demo please")
    expect(page.locator(".explain")).to_contain_text("answered, 212 tokens")
    expect(page.locator(".explain")).to_contain_text("Dropped: there is no slot 'score' to set")
    page.get_by_role("button", name="Later turn").click()
    expect(page.locator(".explain .said")).to_have_text("Mara")
    expect(page.locator("#guide-progress")).to_have_text("3 of 12 done")


def test_what_a_journey_did_is_told_by_what_its_steps_are_and_in_the_readers_time(page: Page, service: Service) -> None:
    site = fill_the_playground(page, service)
    say(site, "+447700900123")
    journey = page.locator(".sends .journey")
    expect(journey).to_contain_text(re.compile("Wait for 1 day: waits until (Thu, Jun 24|Jun 24, 2027), 11:05"))
    expect(journey.get_by_title("24 Jun 2027 10:05 UTC")).to_be_visible()
    expect(journey).not_to_contain_text("steps.0")


def test_everything_fits_on_a_laptop_without_scrolling_the_page(page: Page, service: Service) -> None:
    fill_the_playground(page, service)
    assert page.evaluate(SIZE) == [1440, 900]
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.evaluate(SIZE) == [1280, 800], "also where panels have more than they show"
    page.set_viewport_size({"width": 1440, "height": 900})
    for panel in page.locator(".panel:visible").all():
        box = panel.bounding_box()
        assert box is not None
        assert box["height"] > 200
        assert box["y"] + box["height"] <= 900


def test_nothing_is_cut_off_on_a_small_laptop(page: Page, service: Service) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(service.url)
    page.get_by_role("button", name="+1 hour").click()
    expect(page.locator("#next")).to_contain_text("Next: demo-follow-up: SMS")
    cut_off = """[...document.querySelectorAll("#next, .when, .clock, .panel > header, .panel > header > p")]
        .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth).map((one) => one.textContent)"""
    assert page.evaluate(cut_off) == []
    page.evaluate("document.getElementById('live').textContent = 'Reconnecting…'")
    assert page.evaluate(cut_off) == []


@pytest.mark.parametrize("width", [1280, 1440])
def test_what_is_next_by_the_clock_is_one_line(page: Page, service: Service, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(service.url)
    page.get_by_role("button", name="+1 day").click()
    expect(page.locator("#live")).to_have_text("Live")
    page.evaluate("document.getElementById('now').textContent = 'Wed, Nov 30, 12:27 PM'")
    page.evaluate("document.getElementById('next').textContent = 'Next: a message at its hour, Wed, Nov 30, 12:27 PM'")
    lines = "(({offsetHeight}, line) => offsetHeight / line)(document.getElementById('next'), 12 * 1.3)"
    assert page.evaluate(lines) < 1.5


@pytest.mark.parametrize("width", [1280, 1440, 1600])
def test_how_far_the_clock_was_moved_stands_beside_its_buttons(page: Page, service: Service, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(service.url)
    page.get_by_role("button", name="+1 day").click()
    expect(page.locator("#moved")).to_have_text("+1 d")
    page.evaluate("document.getElementById('now').textContent = 'Wed, Nov 30, 12:27 PM'")
    page.evaluate("document.getElementById('moved').textContent = '+12 d 23 h'")
    page.evaluate(
        "for (const word of Array(7).fill('Understanding')) {"
        " const link = document.createElement('a'); link.textContent = word;"
        " document.querySelector('.bar nav').append(link, ' '); }"
    )
    boxes: list[Any] = [page.locator(at).bounding_box() for at in ("#live", ".now", "#moved", "#hour")]
    (_, live), (now, _), (_, moved), (hour, _) = [(box["x"], box["x"] + box["width"]) for box in boxes]
    assert live <= now
    assert moved <= hour


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1440, 900)])
def test_the_guide_takes_two_rows_that_are_full(page: Page, service: Service, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(service.url)
    places = "[...document.querySelectorAll('#guide-steps li')].map((one) => one.getBoundingClientRect().top)"
    tops = page.evaluate(places)
    assert [tops.count(top) for top in sorted(set(tops))] == [6, 6]


def answering(told: dict[str, Any]) -> Callable[[Route], None]:
    return lambda route: route.fulfill(json=told)


def test_the_guide_leads_through_what_an_assistant_of_ones_own_can_do(page: Page, service: Service) -> None:
    status = {"content": "ok", "intents": ["ask_knowledge", "request_contact"], "slots": ["lead_name", "sms_consent"]}
    page.route("**/playground/status", lambda route: route.fulfill(json=status))
    page.goto(service.url)
    steps = page.locator("#guide-steps")
    expect(steps).to_contain_text("Say “please contact me”")
    expect(steps).not_to_contain_text("demo")
    expect(steps).not_to_contain_text("80 people")
    expect(page.locator("#guide-progress")).to_have_text("0 of 12 done")
    for language, said in (("de", "Say “bitte melden Sie sich bei mir”"), ("fi", "Ask to be contacted")):
        page.unroute("**/playground/status")
        page.route("**/playground/status", answering({**status, "language": language}))
        page.reload()
        expect(steps).to_contain_text(said)
    page.unroute("**/playground/status")
    status |= {"intents": ["greet"], "slots": []}
    page.route("**/playground/status", lambda route: route.fulfill(json=status))
    page.reload()
    expect(page.locator("#guide-progress")).to_have_text("0 of 5 done")


def test_the_guide_ticks_a_step_of_two_things_once_both_have_happened(page: Page, service: Service) -> None:
    def step(words: str) -> Locator:
        return page.locator("#guide-steps li", has_text=words)

    def tell(feed: str, **item: Any) -> None:
        service.tell("item", feed=feed, at="2026-11-01T10:00:00Z", **item)

    page.goto(service.url)
    button = {"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "Claim"}}
    digest = {"type": "section", "text": {"type": "mrkdwn", "text": "Nobody has asked for you."}}
    post = {"type": "post", "channel": "#sales", "user": None}
    tell("sandbox:slack", ts="1.1", text="Daily digest", blocks=[digest], **post)
    tell("sandbox:hubspot", type="contact", id="501", created=True, properties={"email": "ana@example.com"})
    expect(page.locator(".crm")).to_contain_text("ana@example.com")
    expect(step("See the lead in Slack and CRM")).not_to_have_class("done")
    tell("sandbox:slack", ts="1.2", text="Lead", blocks=[{"type": "actions", "elements": [button]}], **post)
    expect(step("See the lead in Slack and CRM")).to_have_class("done")
    page.get_by_role("button", name="+1 hour").click()
    expect(page.locator("#moved")).to_have_text("+1 h")
    expect(step("until a text comes")).not_to_have_class("done")
    page.get_by_role("button", name="+1 day").click()
    expect(step("until a text comes")).to_have_class("done")
    expect(step("See the text on the phone")).to_have_class("done")


def test_what_is_next_is_read_in_full_on_a_phone(page: Page, service: Service) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(service.url)
    expect(page.locator("#guide-next")).to_have_text("Next: Open the chat")
    longest = "Next: Press “To what is next” until a text comes"
    page.evaluate(f"document.getElementById('guide-next').textContent = '{longest}'")
    cut = "(({scrollWidth, clientWidth}) => scrollWidth > clientWidth)(document.getElementById('guide-next'))"
    assert page.evaluate(cut) is False


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
    page.get_by_role("button", name="To what is next").click()
    phone = page.locator(".phone")
    expect(phone.get_by_text("Shall we find a time")).to_be_visible()
    expect(page.get_by_role("button", name="To what is next")).to_be_disabled()
    phone.get_by_label("Text message", exact=True).fill("next week works")
    phone.get_by_role("button", name="Send text").click()
    expect(phone.locator(".own")).to_contain_text("next week works")
    log = service.tell("log")
    assert [line["clock"] for line in log if "clock" in line] == [{"forward_seconds": 3600}, {"to": "next"}]
    said = {"vendor": "sms", "deed": "text", "from": "+447700900123"}
    assert log[-1] == {**said, "channel": "sms", "body": "next week works"}
    phone.get_by_label("By", exact=True).select_option("RCS")
    expect(phone.get_by_text("is answered by RCS")).to_be_visible()
    phone.get_by_label("By", exact=True).select_option("WhatsApp")
    expect(phone.get_by_text("Write first")).to_be_visible()
    phone.get_by_label("Text message", exact=True).fill("and here")
    phone.get_by_role("button", name="Send text").click()
    expect(phone.get_by_label("Text message", exact=True)).to_have_value("")
    assert service.tell("log")[-1] == {**said, "channel": "whatsapp", "body": "and here"}


def test_what_is_next_is_looked_at_again_once_its_time_has_come(page: Page, service: Service) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=1)
    told = {"now": datetime.now(UTC).isoformat(), "moved_by_seconds": 0, "next": None, "next_what": ""}
    upcoming = [{"next": soon.isoformat(), "next_what": "a chat or the desk"}]
    page.route("**/playground/clock", lambda route: route.fulfill(json=told | (upcoming[0] if upcoming else {})))
    page.goto(service.url)
    expect(page.locator("#live")).to_have_text("Live")
    expect(page.locator("#next")).to_contain_text("Next: a chat or the desk")
    upcoming.clear()
    expect(page.locator("#next")).to_have_text("Nothing is scheduled", timeout=15_000)


def test_a_full_inbox_begins_at_the_latest_e_mail_although_it_appears_later(page: Page, service: Service) -> None:
    for number in range(12):
        mail = {
            "type": "email",
            "direction": "to_customer",
            "from": "hello@harbourline.example",
            "to": "ana@example.com",
        }
        service.tell(
            "item", feed="sandbox:email", **mail, subject=f"Offer {number}", text="Shall we?", message_id=f"<{number}>"
        )

    def once_all_are_taken(route: Route) -> None:
        page.locator("#mails .mail").nth(11).wait_for(state="attached")
        route.fulfill(json={"content": "ok", "stand_ins": ["email", "sms"]})

    page.route("**/playground/status", once_all_are_taken)
    page.goto(service.url)
    expect(page.locator(".mail").last).to_be_in_viewport()


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
        "text": "Shall we? (https://harbourline.example/why).\n\n-- \n1 Quay Street",
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
    expect(mail.locator("p")).to_have_text("Shall we? (https://harbourline.example/why).")
    for place, address in enumerate(("https://harbourline.example/why", "https://harbourline.example/prices")):
        expect(mail.get_by_role("link").nth(place)).to_have_attribute("href", address)
    expect(mail.get_by_role("button", name="Trap")).to_be_visible()
    deeds: list[Any] = []

    def take(route: Route) -> None:
        deeds.append(route.request.post_data_json)
        route.fulfill(status=200)

    page.route("**/playground/act/email", take)
    mail.get_by_role("button", name="Yes, please").click()
    mail.get_by_role("button", name="Unsubscribe").click()
    expect(page.locator("#done")).to_contain_text("Unsubscribed")
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


def test_the_clock_is_read_beside_all_pages_that_there_are(page: Page, service: Service) -> None:
    names = (
        "Journeys",
        "Conversation",
        "People",
        "Desk",
        "Report",
        "Service",
        "Playground",
        "Your account",
    )
    body = page_of("playground.html").render(parts=[{"href": "/", "name": name} for name in names])
    page.route(f"{service.url}/", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.set_viewport_size({"width": 1200, "height": 800})
    page.goto(service.url)
    expect(page.locator("#live")).to_have_text("Live")
    beside = page.locator(".when").bounding_box(), page.locator("#hour").bounding_box()
    assert beside[0] is not None
    assert beside[1] is not None
    assert beside[0]["height"] < 60
    assert beside[0]["x"] + beside[0]["width"] <= beside[1]["x"]
