"""What messages can hold, and that every state of the widget is accessible and light: in a real Chromium."""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.scripted import Service, faults, open_chat, said, say

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parents[2] / ".overture" / "pictures"
CARDS = [
    {
        "title": "Crew",
        "subtitle": "£3 a person a month",
        "default_action": {"type": "web_url", "url": "/site#pricing"},
        "buttons": [{"type": "postback", "title": "Take Crew", "payload": "/request_demo"}],
    },
    {"title": "Fleet", "buttons": [{"type": "web_url", "title": "Read on", "url": "/site#features"}]},
    {"title": "Harbour", "subtitle": "Ask us", "buttons": [{"title": "bad", "type": "web_url", "url": "javascript:1"}]},
]
YES_NO = [{"title": "Yes, text me", "payload": "/affirm"}, {"title": "No texts", "payload": "/deny"}]
MARKS = [{"title": str(mark), "payload": f'/rate{{"stars": {mark}}}'} for mark in range(1, 6)]


def looks(**widget: Any) -> dict[str, Any]:
    return {"custom": {"widget": widget}}


def posted(service: Service, count: int = 0) -> list[tuple[str, str | None]]:
    """What the service has been sent, once there is so much of it: a button is pressed before that is there."""
    deadline = monotonic() + 5
    while True:
        sent = [line["message"] for line in service.tell("log") if "message" in line]
        if len(sent) >= count or monotonic() > deadline:
            return [(message["text"], message.get("payload")) for message in sent]
        sleep(0.05)


@pytest.fixture
def chat(page: Page, service: Service) -> Page:
    page.goto(f"{service.url}/site")
    open_chat(page)
    return page


def test_cards_are_paged_through_and_their_buttons_answer(chat: Page, service: Service) -> None:
    service.tell("say", text="Our plans:", extras={"elements": CARDS})
    cards = chat.locator(".cards")
    expect(cards.get_by_role("heading", name="Crew")).to_be_visible()
    assert cards.get_by_role("link", name="Crew").get_attribute("href") == f"{service.url}/site#pricing"
    assert chat.get_by_text("bad", exact=True).count() == 0
    expect(chat.get_by_role("button", name="Previous")).to_have_attribute("aria-disabled", "true")
    chat.get_by_role("button", name="Next").click()
    expect(chat.get_by_role("button", name="Previous")).to_have_attribute("aria-disabled", "false")
    chat.get_by_role("button", name="Take Crew").click()
    expect(chat.get_by_text("What is your name?")).to_be_visible()
    assert posted(service, 1) == [("Take Crew", "/request_demo")]


def test_a_button_with_an_address_is_a_link_and_says_nothing(chat: Page, service: Service) -> None:
    page = f"{service.url}/site#pricing"
    service.tell("say", text="Our plans:", buttons=[{"title": "All plans", "payload": page}, *YES_NO])
    shown = chat.get_by_role("link", name="All plans")
    expect(shown).to_have_attribute("href", page)
    shown.click()
    chat.get_by_role("button", name="No texts").click()
    expect(chat.get_by_role("button", name="No texts")).to_be_disabled()
    assert posted(service, 1) == [("No texts", "/deny")]


@pytest.mark.parametrize(
    ("kind", "bad", "good"),
    [
        ("email", "ana@", "ana@example.com"),
        ("tel", "call me", "+44 7700 900123"),
        ("date", "", "2026-12-01"),
        ("number", "", "12"),
    ],
)
def test_an_input_is_checked_and_said_like_a_typed_answer(
    chat: Page, service: Service, kind: str, bad: str, good: str
) -> None:
    service.tell("say", text="Which one?", extras=looks(input=kind, label="Yours"))
    field = chat.get_by_label("Yours")
    send = chat.locator(".field").get_by_role("button", name="Send")
    field.fill(bad)
    send.click()
    assert posted(service) == []
    field.fill(good)
    send.click()
    expect(chat.get_by_text(f"You said: {good}" if kind != "tel" else "Noted, thank you.")).to_be_visible()
    assert posted(service, 1) == [(good, None)]
    expect(field).to_be_disabled()
    expect(chat.get_by_label("Your message")).to_be_focused()


def test_nobody_ticks_the_consent_box_for_the_visitor(chat: Page, service: Service) -> None:
    question = {"text": "May we text you?", "buttons": YES_NO, "extras": looks(show="consent", label="Text me offers")}
    service.tell("say", **question)
    box = chat.get_by_label("Text me offers")
    expect(box).not_to_be_checked()
    chat.locator(".consent").get_by_role("button", name="Send").click()
    expect(chat.get_by_text("You said: No texts")).to_be_visible()
    expect(box).to_be_disabled()
    service.tell("say", **question)
    expect(box).to_have_count(2)
    box.last.check()
    chat.locator(".consent").last.get_by_role("button", name="Send").click()
    expect(chat.get_by_text("You said: Yes, text me")).to_be_visible()
    assert posted(service, 2) == [("No texts", "/deny"), ("Yes, text me", "/affirm")]


def test_a_rating_and_a_list_are_buttons_of_another_look(chat: Page, service: Service) -> None:
    service.tell("say", text="How did we do?", buttons=MARKS, extras=looks(show="rating"))
    chat.get_by_role("group", name="Your rating").get_by_role("button", name="4").click()
    expect(chat.get_by_text("You said: 4")).to_be_visible()
    service.tell("say", text="Which plan?", buttons=YES_NO, extras=looks(show="list"))
    chat.locator(".choices.list").get_by_role("button", name="No texts").click()
    expect(chat.get_by_text("You said: No texts")).to_be_visible()
    assert posted(service, 2) == [("4", '/rate{"stars": 4}'), ("No texts", "/deny")]


@pytest.mark.parametrize(
    "extras",
    [
        {"elements": "no list"},
        {"elements": [None, 7, {"buttons": "none"}, {"title": {"a": 1}, "image_url": 7}]},
        {"custom": "text", "attachment": 5},
        {"custom": {"widget": {"input": "constructor", "show": "toString"}}, "attachment": {"payload": None}},
        {"attachment": {"type": "file", "payload": {"src": "javascript:alert(1)", "title": "bad"}}},
    ],
)
def test_extras_of_any_shape_do_no_harm(chat: Page, service: Service, extras: Any) -> None:
    service.tell("say", text="Odd.", extras=extras)
    service.tell("say", text="And on.")
    expect(chat.get_by_text("And on.")).to_be_visible()
    assert chat.locator("a[href^='javascript']").count() == 0


def test_a_message_is_delivered_then_read_and_what_was_seen_is_told(chat: Page, service: Service) -> None:
    chat.get_by_role("button", name="Talk to a person").click()
    expect(chat.get_by_text("Hi, Ana here.")).to_be_visible()
    expect(chat.locator(".receipt")).to_have_text("Read")
    service.tell("say", text="Seen at once.")
    expect(chat.get_by_text("Seen at once.")).to_be_visible()
    seen = {one for line in service.tell("log") for one in line.get("read", {}).get("messages", [])}
    assert len(seen) == len(said(chat, "bot")) + len(said(chat, "person")) + len(said(chat, "system"))


def test_what_the_page_says_of_its_visitor_is_told_once_they_chat(page: Page, service: Service) -> None:
    def told() -> list[dict[str, Any]]:
        reports = [dict(line["report"]) for line in service.tell("log") if "report" in line]
        return [{name: value for name, value in one.items() if name != "id"} for one in reports]

    page.goto(f"{service.url}/site")
    page.wait_for_function("window.overture")
    identify = "overture.identify({id: '42', hash: 'abc'}); overture.setAttributes({plan: 'pro'})"
    page.evaluate(identify)
    page.wait_for_timeout(300)
    assert service.tell("log") == []
    open_chat(page)
    say(page, "hello")
    expect(page.get_by_text("You said: hello")).to_be_visible()
    first = [{"identify": {"id": "42", "hash": "abc"}}, {"attributes": {"plan": "pro"}}]
    assert told() == first
    page.evaluate(identify)  # as the next page does
    page.evaluate("overture.sendEvent('pricing.viewed', {page: '/pricing'}); overture.startJourney('trial')")
    page.wait_for_timeout(500)
    assert told() == [
        *first,
        {"event": "pricing.viewed", "data": {"page": "/pricing"}},
        {"journey": "trial", "data": {}},
    ]


def test_an_event_makes_the_visitor_known_and_greets_nobody(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/site")
    page.wait_for_function("window.overture")
    page.evaluate("overture.sendEvent('pricing.viewed')")
    page.wait_for_timeout(800)
    log = service.tell("log")
    assert [line["session"]["opened"] for line in log if "session" in line] == [False]
    assert page.locator(".message").count() == 0
    open_chat(page)


# ---------------------------------------------------------------- accessible in every state


def fill(page: Page, service: Service) -> None:
    """Every kind of content, one after the other."""
    service.tell("say", text="Our plans:", extras={"elements": CARDS})
    service.tell("say", text="As a list:", extras={"elements": CARDS, **looks(show="list")})
    for kind in ("email", "tel", "date", "number"):
        service.tell("say", text=f"Your {kind}?", extras=looks(input=kind, label=f"Your {kind}"))
    service.tell("say", text="May we?", buttons=YES_NO, extras=looks(show="consent", label="Text me offers"))
    service.tell("say", text="How did we do?", buttons=MARKS, extras=looks(show="rating"))
    service.tell("say", text="Which one?", buttons=YES_NO, extras=looks(show="list"))
    service.tell("say", text="Nobody is there.", extras=looks(show="contact"), **{"from": "system"})
    sent = {"name": "a-plan-with-a-long-name-that-is-not-broken.pdf", "type": "application/pdf", "size": 1_234_567}
    service.tell("say", text="", files=[sent], **{"from": "visitor"})
    service.tell("say", text="Hi, Ana here.", picture="/portrait", **{"from": "person", "name": "Ana"})
    attachment = {"type": "file", "payload": {"src": "/site", "title": "The price list"}}
    service.tell("say", text="Here:", source={"title": "Prices", "url": "/site"}, extras={"attachment": attachment})
    expect(page.locator(".bubble.file").get_by_role("link", name="The price list")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_axe_finds_nothing_in_any_state(browser: Browser, service: Service, scheme: Any, locale: str) -> None:
    with browser.new_context(bypass_csp=True, color_scheme=scheme, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{service.url}/site")
        page.evaluate(f"overture.setLocale('{locale}')")
        page.evaluate("overture.open()")
        expect(page.get_by_text("What brings you here?")).to_be_visible()
        fill(page, service)
        assert faults(page) == []
        picture(page, f"content-{locale}-{scheme}")
        service.tell("refuse", statuses=[413])
        page.locator("textarea").fill("answers all of it")
        page.locator("textarea").press("Enter")
        expect(page.locator(".failed")).to_be_visible()
        assert faults(page) == []
        context.set_offline(True)
        page.evaluate("overture.sendMessage('said offline')")
        expect(page.locator(".pending:not(.failed) .state")).to_be_visible()
        assert faults(page) == []
        picture(page, f"offline-{locale}-{scheme}")
        page.evaluate("overture.close()")
        assert faults(page) == []


def picture(page: Page, name: str) -> None:
    """Kept as build output, for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"widget-{name}.png")


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_is_cut_off_on_a_small_screen_or_at_four_times_the_size(
    browser: Browser, service: Service, width: int
) -> None:
    """A screen of 1280 pixels that is zoomed to 400% is 320 wide."""
    with browser.new_context(viewport={"width": width, "height": 640}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{service.url}/site")
        open_chat(page)
        fill(page, service)
        log = page.locator(".log")
        assert log.evaluate("(log) => log.scrollWidth <= log.clientWidth")
        expect(page.get_by_role("button", name="Talk to a person")).to_be_in_viewport()
        expect(page.get_by_label("Your message", exact=True)).to_be_in_viewport()
        picture(page, f"small-{width}")


def test_forced_colours_keep_every_edge(browser: Browser, service: Service) -> None:
    with browser.new_context(forced_colors="active", reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{service.url}/site")
        open_chat(page)
        fill(page, service)
        for part in (".bubble", ".card", ".field input", ".contact button", ".file"):
            expect(page.locator(part).last).to_have_css("border-top-style", "solid")
        picture(page, "forced-colours")


# ---------------------------------------------------------------- what it costs the page

MEASURE = """
  window.shifts = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((one) => (shifts += one.value)))
    .observe({type: "layout-shift", buffered: true});
"""
BARE = '<!doctype html><html lang="en"><title>Page</title><main><h1>Page</h1><p>Words.</p></main>'
TAG = '<script type="module" src="/widget.js" data-teaser="Questions?" data-teaser-delay="0"></script>'


def test_nothing_on_the_page_moves(browser: Browser, service: Service) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.add_init_script(MEASURE)
        page.route("**/bare", lambda route: route.fulfill(content_type="text/html", body=BARE + TAG))
        page.goto(f"{service.url}/bare")
        page.get_by_role("button", name="Questions?").click()
        expect(page.get_by_text("What brings you here?")).to_be_visible()
        page.evaluate("overture.close()")
        page.wait_for_timeout(300)
        assert page.evaluate("shifts") == 0


def test_nothing_is_asked_of_anybody_else(browser: Browser, service: Service) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{service.url}/site")
        open_chat(page)
        fill(page, service)
        assert [url for url in asked if not url.startswith((service.url, "data:"))] == []


def test_whom_nobody_answers_leaves_how_to_be_reached(chat: Page, service: Service) -> None:
    service.tell("say", text="We are back on Monday at 09:00.", extras=looks(show="contact"), **{"from": "system"})
    form = chat.get_by_role("group", name="How can we reach you?")
    send = form.get_by_role("button", name="Send")
    send.click()
    expect(form.get_by_role("alert")).to_have_text("Please give an e-mail address or a phone number.")
    expect(form.get_by_label("E-mail address")).to_be_focused()
    form.get_by_label("E-mail address").fill("ana@")
    send.click()
    expect(form.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")
    assert faults(chat) == []
    say(chat, "hello?")
    expect(chat.get_by_text("You said: hello?")).to_be_visible()
    form.get_by_label("E-mail address").fill("ana@example.com")
    form.get_by_label("Phone number").fill("+44 7700 900123")
    send.click()
    expect(form.get_by_label("Phone number")).to_be_disabled()
    expect(chat.get_by_label("Your message")).to_be_focused()
    wanted = {"email": "ana@example.com", "phone": "+44 7700 900123"}
    for _ in range(50):
        told = [line["report"]["contact"] for line in service.tell("log") if "contact" in line.get("report", {})]
        if told:
            break
        chat.wait_for_timeout(50)
    assert told == [wanted]
    assert faults(chat) == []


def test_a_rep_has_their_picture_or_else_initials(chat: Page, service: Service) -> None:
    service.tell("say", text="Hi, Ana here.", picture="/portrait", **{"from": "person", "name": "Ana"})
    expect(chat.locator(".avatar img")).to_have_js_property("naturalWidth", 150)
    service.tell("say", text="Ben, too.", picture="/no-portrait", **{"from": "person", "name": "Ben"})
    service.tell("say", text="And Cleo.", picture="javascript:alert(1)", **{"from": "person", "name": "Cleo"})
    expect(chat.get_by_text("And Cleo.")).to_be_visible()
    expect(chat.locator(".avatar img")).to_have_count(1)
    assert chat.locator(".who").all_inner_texts() == ["A\nAna", "B\nBen", "C\nCleo"]
    assert faults(chat) == []


VIEWS = [("light", "en", 1200), ("dark", "ar", 1200), ("dark", "de", 390)]


@pytest.mark.parametrize(("scheme", "locale", "width"), VIEWS)
def test_a_form_for_contact_looks_well(page: Page, service: Service, scheme: Any, locale: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 760})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{service.url}/site")
    page.evaluate(f"overture.setLocale('{locale}')")
    page.evaluate("overture.open()")
    expect(page.get_by_text("What brings you here?")).to_be_visible()
    service.tell("say", text="We are back on Monday at 09:00.", extras=looks(show="contact"), **{"from": "system"})
    page.locator(".contact button").click()
    expect(page.locator(".contact .fault")).to_be_visible()
    service.tell("say", text="Hi, Ana here.", picture="/portrait", **{"from": "person", "name": "Ana"})
    expect(page.get_by_text("Hi, Ana here.")).to_be_visible()
    assert faults(page) == []
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"contact-{scheme}-{locale}-{width}.png")
