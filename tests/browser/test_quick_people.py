"""The service's pages for people who are quicker than its answers: each test holds an answer, or clicks twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from bot.entrypoints.console.framing import page_of
from tests.browser.scripted import Service

pytestmark = pytest.mark.browser

PERSON: dict[str, Any] = {
    "known_since": "2026-11-01T10:00:00Z",
    "grade": "B",
    "may": {"honour": True, "export": False, "read": False},
    "provenance": {"attributes": {}, "tags": {}},
    **dict.fromkeys(("objects_since", "restricted_since", "held_until", "time_zone", "locale"), None),
    **{name: [] for name in ("identities", "requests", "conversations", "attributes", "tags", "segments")},
    **{name: [] for name in ("journeys", "score", "consent", "decisions", "timeline")},
}
DEAD = {"reason": "401: expired", "oldest": "2026-11-01T10:00:00Z", "entries": 2, "replayable": True}
NOTHING: dict[str, Any] = {
    **{key: [] for key in ("stopped", "untold", "resting", "waiting", "lanes")},
    "dead": {"entries": 0, "groups": []},
    "may_change": True,
}
"""What the page Queues is told where nothing waits."""


class Held:
    """Requests that a test answers, in the order in which they came."""

    def __init__(self, page: Page, address: str) -> None:
        self._page, self._address = page, address
        self.routes: list[Route] = []
        page.route(address, lambda route: self.routes.append(route))

    def answer(self, number: int, told: Any) -> None:
        """The page has had the answer and what it does with it, once this returns."""
        while len(self.routes) <= number:
            settle(self._page)
        with self._page.expect_response(self._address):
            self.routes[number].fulfill(json=told)
        settle(self._page)


def settle(page: Page) -> None:
    """Let what the page has to do by now be done."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def tells(page: Page, address: str, told: Any) -> None:
    page.route(address, lambda route: route.fulfill(json=told))


def person(name: str) -> dict[str, Any]:
    return {**PERSON, "person": name.lower(), "name": name}


# ---------------------------------------------------------------- the pages of the console


@pytest.fixture
def people(page: Page, service: Service) -> Page:
    """Ana and Ben are found."""
    found: list[dict[str, Any]] = [{"person": name.lower(), "name": name, "identities": []} for name in ("Ana", "Ben")]
    tells(page, "**/people/requests.json", {"requests": [], "more": False})
    tells(page, "**/people/find.json?*", {"people": found, "more": False})
    page.goto(f"{service.url}/pages/people")
    page.get_by_role("searchbox").fill("a")
    page.keyboard.press("Enter")
    expect(page.locator("#people button")).to_have_count(2)
    return page


def test_the_person_chosen_last_is_shown_though_another_is_told_of_later(people: Page) -> None:
    ana, ben = Held(people, "**/people/ana.json"), Held(people, "**/people/ben.json")
    people.get_by_role("button", name="Ana").click()
    people.get_by_role("button", name="Ben").click()
    ben.answer(0, person("Ben"))
    expect(people.locator("#person[aria-busy]")).to_be_visible()
    ana.answer(0, person("Ana"))
    expect(people.locator("#person[aria-busy]")).to_have_count(0)
    expect(people.locator("#person h2")).to_have_text("Ben")


def test_a_day_of_another_year_is_told_with_that_year(people: Page) -> None:
    people.clock.set_fixed_time("2026-11-28T10:00:00Z")
    long_ago = {"at": "2024-03-01T10:00:00Z", "channel": "sms", "granted": True, "how": "asked"}
    told = {**person("Ana"), "consent": [long_ago], "known_since": "2026-02-01T10:00:00Z"}
    tells(people, "**/people/ana.json", told)
    people.get_by_role("button", name="Ana").click()
    expect(people.locator("#person h2 + p")).to_contain_text("Sun, Feb 1, 10:00")
    expect(people.locator("#person .lines time")).to_contain_text("Mar 1, 2024, 10:00")


def test_a_chosen_person_is_there_after_a_reload_and_by_the_button_back(people: Page) -> None:
    people.route(
        "**/people?person=*",
        lambda route: route.fulfill(body=page_of("people.html").render(), content_type="text/html"),
    )
    for name in ("Ana", "Ben"):
        tells(people, f"**/people/{name.lower()}.json", person(name))
        people.get_by_role("button", name=name).click()
        expect(people.locator("#person h2")).to_have_text(name)
    people.go_back()
    expect(people.locator("#person h2")).to_have_text("Ana")
    expect(people.locator("[aria-current]", has_text="Ana")).to_be_visible()
    people.reload()
    expect(people.locator("#person h2")).to_have_text("Ana")
    people.go_back()
    expect(people.locator("#person")).to_contain_text("Nobody chosen yet")


def objects(page: Page) -> None:
    page.get_by_role("button", name="Objects to marketing…").click()
    page.get_by_role("dialog").get_by_role("button", name="Objects to marketing").click()


def test_what_was_done_for_one_person_does_not_bring_them_back(people: Page) -> None:
    tells(people, "**/people/ana.json", person("Ana"))
    tells(people, "**/people/ben.json", person("Ben"))
    done = Held(people, "**/v1/people/ana/objection")
    people.get_by_role("button", name="Ana").click()
    objects(people)
    people.keyboard.press("Escape")  # who does not wait for the answer
    people.get_by_role("button", name="Ben").click()
    expect(people.locator("#person h2")).to_have_text("Ben")
    done.answer(0, {})
    expect(people.locator("#done")).to_have_text("No more marketing, and no more points.")
    expect(people.locator("#person h2")).to_have_text("Ben")


def test_a_person_who_comes_late_takes_no_letters_from_who_types(people: Page) -> None:
    ana = Held(people, "**/people/ana.json")
    people.get_by_role("button", name="Ana").click()
    people.get_by_role("searchbox").focus()
    ana.answer(0, person("Ana"))
    expect(people.locator("#person h2")).to_have_text("Ana")
    expect(people.get_by_role("searchbox")).to_be_focused()


def test_a_double_click_does_not_press_what_has_come_beneath_it(people: Page) -> None:
    told = person("Ana")
    people.route("**/people/ana.json", lambda route: route.fulfill(json=told))
    asked: list[str] = []

    def objected(route: Route) -> None:
        asked.append(route.request.method)
        told["objects_since"] = "2026-11-02T10:00:00Z"
        route.fulfill(json={})

    people.route("**/v1/people/ana/objection", objected)
    people.get_by_role("button", name="Ana").click()
    objects(people)
    withdrawn = people.get_by_role("button", name="Objection withdrawn…")
    place = withdrawn.bounding_box()
    assert place is not None
    people.mouse.move(place["x"] + 5, place["y"] + 5)
    people.mouse.down(click_count=2)
    people.mouse.up(click_count=2)
    settle(people)
    expect(people.get_by_role("dialog")).to_have_count(0)
    assert asked == ["PUT"]
    withdrawn.click()
    people.get_by_role("dialog").get_by_role("button", name="Objection withdrawn").click()
    expect(people.locator("#done")).to_have_text("The objection is withdrawn.")


def test_the_days_of_a_report_are_offered_once_the_services_today_is_known(page: Page, service: Service) -> None:
    report = Held(page, "**/report.json?*")
    page.goto(f"{service.url}/pages/report")
    expect(page.get_by_role("button", name="7 days")).to_be_disabled()
    told = {"since": "2027-03-01T00:00:00Z", "until": "2027-03-31T00:00:00Z", "today": "2027-03-30"}
    report.answer(0, {**told, "currency": "", "figures": []})
    page.get_by_role("button", name="7 days").click()
    assert "since=2027-03-24&until=2027-03-30" in page.get_by_label("From").evaluate(
        "() => new URLSearchParams({since: since.value, until: until.value}).toString()"
    )


def test_a_queue_keeps_the_focus_on_what_was_given_up_while_others_move(page: Page, service: Service) -> None:
    told = {**NOTHING, "now": "2026-11-01T10:00:00Z", "dead": {"entries": 2, "groups": [{**DEAD, "to": "hubspot"}]}}
    page.clock.install()
    page.route("**/queues.json", lambda route: route.fulfill(json=told))
    page.goto(f"{service.url}/pages/queues")
    replay = page.get_by_role("group", name="401: expired, for hubspot").get_by_role("button", name="Replay all")
    replay.focus()
    told["waiting"] = [{"lane": "crm", "to": "x", "why": "", "entries": 1, "due": 1, "first_due": told["now"]}]
    page.clock.run_for(3_000)
    expect(page.locator("#waiting tr")).to_contain_text("crm")
    expect(replay).to_be_focused()
    told["dead"] = {"entries": 4, "groups": [{**DEAD, "to": "attio"}, {**DEAD, "to": "hubspot"}]}
    page.clock.run_for(3_000)
    expect(page.locator(".group")).to_have_count(2)
    expect(replay).to_be_focused()


def test_what_was_given_up_is_discarded_once(page: Page, service: Service) -> None:
    discard = Held(page, "**/queues/discard")
    tells(page, "**/queues.json", {**NOTHING, "now": "", "dead": {"entries": 2, "groups": [{**DEAD, "to": "hubspot"}]}})
    page.goto(f"{service.url}/pages/queues")
    page.get_by_role("button", name="Discard all…").click()
    page.locator("#field-why").fill("old")
    page.locator("#field-why").press("Enter")
    page.locator("#field-why").press("Enter")
    discard.answer(0, {"discarded": 2})
    expect(page.locator("#done")).to_have_text("2 entries discarded.")
    assert len(discard.routes) == 1


@pytest.fixture
def waiting(page: Page, service: Service) -> Page:
    """Two messages wait for an author."""
    message = {"doubt": "unclear", "count": 1, "last_said": "2026-11-01T10:00:00Z", "meant": None}
    suggested = [{"intent": "greet", "confidence": 0.4}]
    told = [{**message, "key": text, "text": text, "suggestions": suggested} for text in ("hoi", "hiya")]
    tells(page, "**/understanding/queue", {"waiting": 2, "intents": ["greet"], "messages": told})
    page.goto(f"{service.url}/pages/understanding")
    expect(page.locator("#messages > li")).to_have_count(2)
    return page


def test_who_types_for_the_next_message_is_left_to_it(waiting: Page) -> None:
    label = Held(waiting, "**/understanding/label")
    waiting.get_by_role("button", name="greet").first.click()
    other = waiting.get_by_label("Another intent").last
    other.focus()
    label.answer(0, {"place": "nlu.yml:3"})
    expect(waiting.locator("#messages > li")).to_have_count(1)
    expect(waiting.get_by_label("Another intent")).to_be_focused()


def test_who_may_not_label_is_shown_no_queue_and_no_complaint(page: Page, service: Service) -> None:
    page.route("**/understanding/queue", lambda route: route.fulfill(status=403, json={"error": "not for your role"}))
    with page.expect_response("**/understanding/queue"):
        page.goto(f"{service.url}/pages/understanding")
    settle(page)
    expect(page.get_by_role("heading", name="Review queue")).to_be_hidden()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_double_click_ends_the_access_of_one_user_once(page: Page, service: Service) -> None:
    user: dict[str, Any] = {
        "id": "u1",
        "email": "robin@example.com",
        "role": "marketer",
        "since": "2026-11-01T10:00:00Z",
    }
    user |= {"disabled_at": None, "by_password": True, "by_provider": False, "sessions": []}
    roles = [{"role": "marketer", "rights": [], "sees": []}]
    told = {"you": "", "users": [user], "keys": [], "roles": roles, "deeds": [], "may_log_in": True}
    page.route("**/access.json", lambda route: route.fulfill(json=told))
    disable = Held(page, "**/access/users/u1/disable")
    page.goto(f"{service.url}/pages/access")
    page.get_by_role("button", name="Disable").dblclick()
    user["disabled_at"] = "2026-11-02T10:00:00Z"
    disable.answer(0, {})
    expect(page.get_by_role("button", name="Enable")).to_be_visible()
    assert len(disable.routes) == 1


def test_a_list_of_journeys_that_looks_again_keeps_the_focus(page: Page, service: Service) -> None:
    numbers = dict.fromkeys(("waiting", "done", "parked", "held_out", "goals"), 0)
    journey: dict[str, Any] = {
        "journey": "welcome",
        "numbers": numbers,
        "purpose": "service",
        "entries": [],
        "running": "running",
    }
    journey |= {"in_file": True, "is_read": True, "in_force": True}
    told = {"journeys": [journey], "faults": [], "may_change": True}
    page.clock.install()
    page.route("**/journeys.json", lambda route: route.fulfill(json=told))
    page.goto(f"{service.url}/pages/journeys")
    page.get_by_role("button", name="Duplicate welcome").focus()
    numbers["waiting"] = 7
    page.clock.run_for(30_000)
    expect(page.locator("#list .waiting dd")).to_have_text("7")
    expect(page.get_by_role("button", name="Duplicate welcome")).to_be_focused()


# ---------------------------------------------------------------- the playground


def test_a_text_is_sent_once_and_the_next_can_be_typed_meanwhile(page: Page, service: Service) -> None:
    sent = Held(page, "**/playground/act/sms")
    page.goto(service.url)
    field = page.get_by_label("Text message", exact=True)
    field.fill("next week works")
    field.press("Enter")
    field.press("Enter")
    page.keyboard.type("Or")
    sent.answer(0, {"ok": True})
    expect(field).to_have_value("Or")
    assert len(sent.routes) == 1


def test_a_text_that_could_not_be_sent_is_there_again(page: Page, service: Service) -> None:
    page.route("**/playground/act/sms", lambda route: route.fulfill(status=503, json={"error": "Not now."}))
    page.goto(service.url)
    field = page.get_by_label("Text message", exact=True)
    field.fill("next week works")
    field.press("Enter")
    expect(page.locator("#toast")).to_have_text("Not now.")
    expect(field).to_have_value("next week works")


def test_a_text_that_comes_does_not_move_who_writes_to_another_app(page: Page, service: Service) -> None:
    page.goto(service.url)
    page.locator("#phone-app").select_option("whatsapp")
    page.get_by_label("Text message", exact=True).fill("Hello")
    sms = {"type": "sms", "sid": "1", "direction": "to_customer", "from": "+15005550006", "to": "+447700900123"}
    service.tell("item", feed="sandbox:sms", at="2026-11-01T10:00:00Z", body="One text", **sms)
    service.tell("item", feed="content", type="content", content="broken", faults=["all is there by now"])
    expect(page.locator("#content-banner")).to_contain_text("all is there by now")
    expect(page.locator("#phone-app")).to_have_value("whatsapp")


@pytest.fixture
def desk(page: Page, service: Service) -> Page:
    """A lead at the desk."""
    reply = {"type": "button", "action_id": "reply", "text": {"type": "plain_text", "text": "Reply"}}
    post = {"type": "post", "channel": "#sales", "ts": "1.1", "text": "New lead", "user": None}
    page.goto(service.url)
    blocks = [{"type": "actions", "elements": [reply]}]
    service.tell("item", feed="sandbox:slack", at="2026-11-01T10:00:00Z", blocks=blocks, **post)
    expect(page.locator(".slack").get_by_role("button", name="Reply", exact=True)).to_be_visible()
    return page


def test_a_reps_button_and_form_are_sent_once(desk: Page) -> None:
    pressed = Held(desk, "**/playground/act/slack")
    desk.get_by_role("button", name="Reply", exact=True).dblclick()
    settle(desk)
    assert len(pressed.routes) == 1
    pressed.routes[0].continue_()
    form = desk.get_by_role("dialog", name="Reply to Mara")
    form.get_by_role("textbox").fill("On Monday?")
    form.locator("button.primary").dblclick()
    pressed.answer(1, {})
    expect(form).to_be_hidden()
    assert len(pressed.routes) == 2


def test_a_complaint_stands_before_an_open_form_and_outlives_it(desk: Page) -> None:
    desk.get_by_role("button", name="Reply", exact=True).click()
    form = desk.get_by_role("dialog", name="Reply to Mara")
    form.get_by_role("textbox").fill("On Monday?")
    desk.route("**/playground/act/slack", lambda route: route.fulfill(status=503, json={"error": "Not now."}))
    form.locator("button.primary").click()
    toast = desk.get_by_role("alert").filter(has_text="Not now.")
    expect(toast).to_be_visible()
    assert toast.evaluate(
        """toast => {
          const { left, top, width, height } = toast.getBoundingClientRect();
          return document.elementFromPoint(left + width / 2, top + height / 2) === toast;
        }"""
    )
    desk.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(toast).to_be_visible()


def test_a_reps_reply_is_sent_once_and_is_back_with_its_file_where_it_could_not_be(desk: Page) -> None:
    sent = Held(desk, "**/playground/act/slack")
    field = desk.get_by_label("Reply in the thread of New lead")
    desk.get_by_label("Attach a file").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    field.fill("On Monday?")
    field.press("Enter")
    field.press("Enter")
    expect(desk.locator(".attach span")).to_have_text("Attach")
    with desk.expect_response("**/playground/act/slack"):
        sent.routes[0].fulfill(status=503, json={"error": "Not now."})
    expect(field).to_have_value("On Monday?")
    expect(desk.locator(".attach span")).to_have_text("a.txt")
    field.press("Enter")
    sent.answer(1, {})
    bodies = [json.loads(route.request.post_data or "") for route in sent.routes]
    assert [(body["text"], body["file"]["name"]) for body in bodies] == [("On Monday?", "a.txt")] * 2


def test_who_looks_at_an_older_turn_is_not_disturbed_by_a_newer_one(page: Page, service: Service) -> None:
    slots = {"slots_before": {"size": 5}, "slots_after": {"size": 5}}
    turn = {"feed": "explain", "type": "turn", "channel": "webchat", "at": "2026-11-01T10:00:00Z", **slots}
    page.goto(service.url)
    for text in ("one", "two"):
        service.tell("item", text=text, **turn)
    expect(page.locator(".explain .said")).to_have_text("two")
    page.get_by_role("button", name="Earlier turn").click()
    page.locator(".explain summary", has_text="1 unchanged").click()
    service.tell("item", text="three", **turn)
    expect(page.locator("#turn option")).to_have_count(3)
    expect(page.locator(".explain .same dd")).to_be_visible()


def test_who_looks_at_a_contact_of_the_crm_is_not_led_to_another_that_is_written(page: Page, service: Service) -> None:
    page.goto(service.url)
    contact = {"feed": "sandbox:hubspot", "type": "contact", "at": "2026-11-01T10:00:00Z", "created": True}

    def write(name: str, **properties: str) -> None:
        told = {"email": f"{name}@example.com", **properties}
        service.tell("item", id=name, properties=told, **contact)
        expect(page.locator("#crm-contact option", has_text=name)).to_have_count(1)

    title = page.locator(".crm h3").first
    write("ana")
    write("ben")
    expect(title).to_have_text("ben@example.com")
    page.locator("#crm-contact").select_option("hubspot: ana@example.com")
    write("cho")
    expect(title).to_have_text("ana@example.com")
    page.locator("#crm-contact").select_option("hubspot: cho@example.com")
    write("dan")
    expect(title).to_have_text("dan@example.com")


@pytest.mark.parametrize(("kind", "called"), [("webchat", "Visitor of the website"), ("rest", "Visitor by REST")])
def test_sends_and_journeys_say_whose_once_that_is_known(page: Page, service: Service, kind: str, called: str) -> None:
    asked = Held(page, "**/playground/people?**")
    page.goto(service.url)
    step = {"step": "a", "title": "Wait 1 day", "did": "waits", "at": "2026-11-01T10:00:00Z"}
    service.tell("item", feed="explain", type="step", journey="j", enrolment="e", person="p1", trail=[step])
    decision = {"channel": "sms", "purpose": "reply", "outcome": "send", "why": "an answer", "at": step["at"]}
    service.tell("item", feed="decisions", type="decision", person="p1", **decision)
    nameless = {"identities": [{"kind": kind, "value": "v1", "proved": True}], "name": ""}
    asked.answer(0, {"people": {"p1": nameless}})
    expect(page.locator(".sends .journey a")).to_have_text(called)
    service.tell("item", feed="decisions", type="decision", person="p1", **decision)
    asked.answer(1, {"people": {"p1": {**nameless, "name": "فاطمة"}}})
    expect(page.locator(".sends .journey a")).to_have_text("فاطمة")
    expect(page.locator(".sends .decisions a").first).to_have_attribute("href", "/people?person=p1")


def test_what_happened_on_several_days_says_on_which(page: Page, service: Service) -> None:
    page.clock.set_fixed_time("2026-11-28T10:00:00Z")
    page.goto(service.url)
    step = {"step": "a", "title": "Wait 1 day"}
    told = [("waits", "2026-11-01T10:00:00Z"), ("the time is over", "2026-11-02T10:00:00Z")]
    told.append(("goes on", "2026-11-02T10:00:00Z"))
    for did, at in told:
        trail = [{**step, "did": did}]
        service.tell("item", feed="explain", type="step", journey="j", enrolment="e", person="p1", trail=trail, at=at)
    expect(page.locator(".sends .journey ol")).to_contain_text("goes on")
    expect(page.locator(".sends .day")).to_have_text(["Sun, Nov 1", "Mon, Nov 2"])


def test_the_clock_moves_to_what_is_next_once(page: Page, service: Service) -> None:
    moved: list[Route] = []
    page.goto(service.url)
    button = page.get_by_role("button", name="To what is next")
    expect(button).to_be_enabled()
    page.route("**/playground/clock", lambda route: moved.append(route) if route.request.method == "POST" else None)
    button.dblclick()
    settle(page)
    assert len(moved) == 1


def test_what_was_to_be_said_in_a_call_that_is_over_is_not_said_in_the_next(page: Page, service: Service) -> None:
    calls = Held(page, "**/playground/act/voice")
    page.goto(f"{service.url}/pages/playground")
    page.locator("#call-start").click()
    page.get_by_role("button", name="Hang up").click()
    page.get_by_role("button", name="Close").click()
    page.locator("#call-start").click()
    listen = '<Response><Gather action="/g"><Say>{}</Say></Gather></Response>'
    settle(page)
    begun = [route for route in calls.routes if json.loads(route.request.post_data or "")["deed"] == "call"]
    for route, words in zip(begun, ("The first", "The second"), strict=True):
        with page.expect_response("**/playground/act/voice"):
            route.fulfill(body=listen.format(words), content_type="text/xml")
    expect(page.locator("#call-lines .theirs")).to_have_text("The second")
