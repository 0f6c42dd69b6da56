"""The page Conversations in a real Chromium on a real server that has no Slack: a customer writes, a rep answers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.everybody import is_for_everybody
from tests.lending import ROOT
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

WITHOUT_SLACK = {"OVERTURE_CONNECTORS": "rest,desk", "OVERTURE_DESK": "desk:sales"}

WATCH = """() => {
  window.added = [];
  const note = (changes) => {
    for (const change of changes) added.push(...[...change.addedNodes].map((one) => one.textContent));
  };
  for (const place of document.querySelectorAll("[role=log], #rows")) {
    new MutationObserver(note).observe(place, { childList: true });
  }
}"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    (tmp_path / "data").mkdir()
    shutil.copytree(ROOT / "journeys", tmp_path / "journeys", ignore=shutil.ignore_patterns("desks"))
    with running(tmp_path / "data", {**WITHOUT_SLACK, "OVERTURE_JOURNEYS": str(tmp_path / "journeys")}) as started:
        yield started


def says(page: Page, server: RunningServer, text: str, sender: str = "ana") -> list[str]:
    """What the assistant answers to it."""
    told = page.request.post(f"{server.address}/webhooks/rest/webhook", data={"sender": sender, "message": text})
    return [one["text"] for one in told.json() if "text" in one]


def test_a_customer_who_asks_for_a_person_is_answered_from_the_page(page: Page, server: RunningServer) -> None:
    says(page, server, "hello", "ben")
    says(page, server, "how much does it cost?")
    says(page, server, "I want to talk to a person")
    page.goto(f"{server.address}/conversations")
    expect(page.locator("#rows .row")).to_have_count(2)
    expect(page).to_have_title(re.compile(r"^\(1\) Conversations"))
    page.get_by_role("button", name="Wait for a person 1").click()
    expect(page.locator("#rows .row")).to_have_count(1)
    page.locator("#rows .row").click()
    expect(page.get_by_role("log")).to_contain_text("I want to talk to a person")

    page.get_by_role("button", name="Take it").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Ana Rep")
    page.get_by_role("button", name="Go on", exact=True).click()
    field = page.get_by_label("Your answer to the customer")
    field.fill("Hello! What would you like to know?")
    field.press("Enter")
    expect(page.locator(".line.colleague")).to_contain_text("Hello! What would you like to know?")
    expect(field).to_have_value("")
    assert says(page, server, "what happens to our data?") == [], "the assistant is silent"
    suggested = page.locator(".suggested")
    expect(suggested).to_be_visible()
    for width in (1440, 390):
        is_for_everybody(page, width)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Send this").click()
    expect(suggested).to_have_count(0)
    expect(page.locator(".line.colleague")).to_have_count(2)

    page.get_by_role("button", name="Hand back").click()
    expect(page.locator(".at-desk")).to_contain_text("Handed back by Ana Rep. The assistant answers again.")
    assert says(page, server, "how much does it cost?")
    expect(page.get_by_role("log")).to_contain_text("£3 per person")


def test_what_is_being_typed_stays_while_the_page_looks_for_news(page: Page, server: RunningServer) -> None:
    says(page, server, "hello")
    page.goto(f"{server.address}/conversations")
    page.evaluate("localStorage.setItem('overture-my-name', 'Ana Rep')")
    page.locator("#rows .row").click()
    page.get_by_role("button", name="Take it").click()
    field = page.get_by_label("Your answer to the customer")
    field.fill("I am looking it")
    says(page, server, "are you there?")
    expect(page.get_by_role("log")).to_contain_text("are you there?")
    expect(field).to_have_value("I am looking it")
    expect(field).to_be_focused()
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("are you there?")
    expect(field).to_have_value("I am looking it")
    field.press("Enter")
    expect(page.locator(".line.colleague")).to_contain_text("I am looking it")
    page.reload()
    expect(field).to_have_value("")
    assert page.evaluate("Object.keys(sessionStorage)") == []


def talking(page: Page, server: RunningServer, name: str = "Ana Rep") -> Locator:
    """The field of a rep who has just taken the only conversation."""
    says(page, server, "hello")
    page.goto(f"{server.address}/conversations")
    page.locator("#rows .row").first.click()
    page.get_by_role("button", name="Take it").click()
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.get_by_role("button", name="Go on", exact=True).click()
    field = page.get_by_label("Your answer to the customer")
    expect(field).to_be_focused()
    return field


def test_a_page_without_news_says_so_and_has_them_again_later(page: Page, server: RunningServer) -> None:
    talking(page, server)
    page.route("**/*.json?*", lambda route: route.fulfill(status=500, json={"error": "it is broken"}))
    expect(page.locator("#trouble")).to_have_text("It is broken.")
    expect(page.get_by_role("log")).to_contain_text("hello")
    says(page, server, "are you there?")
    page.unroute_all()
    expect(page.get_by_role("log")).to_contain_text("are you there?")
    expect(page.locator("#trouble")).to_be_empty()


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_may_not_be_seen_any_more_is_on_the_page_no_more_until_it_may(
    page: Page, server: RunningServer, status: int
) -> None:
    talking(page, server).fill("a draft")
    expect(page.locator("#who")).to_be_visible()
    page.route("**/*.json?*", lambda route: route.fulfill(status=status, json={"error": "not for you"}))
    expect(page.locator("#talk")).to_contain_text("Not for you.")
    expect(page.locator("#who")).to_be_empty()
    expect(page.locator("#rows .row")).to_have_count(0)
    page.unroute_all()
    expect(page.get_by_label("Your answer to the customer")).to_have_value("" if status == 404 else "a draft")
    expect(page.locator("#who")).to_be_visible()


def test_who_was_erased_is_not_listed_any_more(page: Page, server: RunningServer) -> None:
    says(page, server, "hello", "ben")
    says(page, server, "hello")
    page.goto(f"{server.address}/conversations")
    expect(page.locator("#rows .row")).to_have_count(2)
    page.locator("#rows .row").first.click()
    with page.expect_response("**/customer.json?*") as asked:
        page.reload()
    person = asked.value.json()["person"]
    assert page.request.delete(f"{server.address}/v1/people/{person}").ok
    expect(page.locator("#rows .row")).to_have_count(1)
    expect(page.locator("#talk")).to_contain_text("it may have been erased")


def test_only_what_is_new_is_put_into_the_log_and_the_list(page: Page, server: RunningServer) -> None:
    says(page, server, "hello", "ben")
    talking(page, server).fill("Hello!")
    expect(page.locator("#rows .row").filter(has_text="Ana Rep has it")).to_be_visible()
    page.evaluate(WATCH)
    for _ in range(2):
        with page.expect_response("**/conversations.json?*"):
            pass
    assert page.evaluate("added") == []
    page.get_by_role("button", name="Send").click()
    row = page.locator("#rows .row").filter(has_text="Ana Rep: Hello!")
    expect(row).to_be_visible()
    added = page.evaluate("added")
    assert [one.endswith("Hello!") for one in added] == [True, True], added


def test_words_whose_answer_was_lost_are_sent_once_however_often_they_are_tried(
    page: Page, server: RunningServer
) -> None:
    field = talking(page, server)

    def cut(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/desk", cut)
    field.fill("Our price is £3.")
    field.press("Enter")
    expect(field).to_have_value("Our price is £3.")
    page.unroute_all()
    field.press("Enter")
    expect(field).to_have_value("")
    field.fill("Bye!")
    field.press("Enter")
    expect(page.locator(".line.colleague .words")).to_have_text(["Our price is £3.", "Bye!"])


def test_whoever_loses_the_floor_keeps_what_they_were_typing(page: Page, server: RunningServer) -> None:
    field = talking(page, server)
    field.fill("Let me look into")
    body = {"do": "take_over", "as": "Ben Rep"}
    talk = page.url.rpartition("of=")[2]
    assert page.request.post(f"{server.address}/conversations/{talk}/desk", data=body).ok
    expect(page.locator(".at-desk")).to_contain_text("Ben Rep has it.")
    expect(page.get_by_role("log")).to_be_focused()
    page.get_by_role("button", name="Take over").click()
    expect(field).to_have_value("Let me look into")


def test_each_account_of_a_browser_is_asked_for_its_own_name_which_it_can_change(
    page: Page, server: RunningServer
) -> None:
    talking(page, server, "Ana Rep")
    page.get_by_role("button", name="Hand back").click()
    page.get_by_role("button", name="Not Ana Rep?").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_have_value("Ana Rep")
    dialog.get_by_label("Name").fill("Ana of Sales")
    page.get_by_role("button", name="Go on", exact=True).click()
    page.get_by_role("button", name="Take it").click()
    expect(page.locator(".at-desk")).to_contain_text("You have it, as Ana of Sales")

    page.route("**/conversations/*.json?*", lambda route: route.fulfill(json=route.fetch().json() | {"me": "Ben Okri"}))
    page.reload()
    page.get_by_role("button", name="Take over").click()
    expect(dialog.get_by_label("Name")).to_have_value("Ben Okri")


def test_the_customer_beside_a_conversation_is_who_they_are_by_now(page: Page, server: RunningServer) -> None:
    talking(page, server)
    expect(page.locator("#who")).to_be_visible()
    talk = page.url.rpartition("of=")[2]
    person = page.request.get(f"{server.address}/conversations/{talk}.json").json()["person"]
    body = {"team_size": 4321}
    assert page.request.patch(f"{server.address}/v1/people/{person}/attributes", data=body).ok
    says(page, server, "are you there?")
    expect(page.locator("#who")).to_contain_text("4321")


def test_the_button_that_was_pressed_is_shown_in_the_message_that_had_it(page: Page, server: RunningServer) -> None:
    for words in ("I'd like a demo", "Zoe Park", "zoe@example.com", "50", "Now"):
        says(page, server, words)
    page.goto(f"{server.address}/conversations")
    page.locator("#rows .row").click()
    expect(page.locator(".choices .pressed")).to_have_text("Now (pressed)")
    expect(page.locator(".line.customer").last).to_contain_text("pressed “Now”")
    for width in (1440, 390):
        is_for_everybody(page, width)


NOTIFICATIONS = """
window.shown = [];
window.Notification = class extends EventTarget {
  static permission = "default";
  static requestPermission() {
    window.asked = true;
    Notification.permission = "granted";
    return Promise.resolve("granted");
  }
  constructor(title) { super(); shown.push(title); }
};
document.hasFocus = () => false;
"""


def test_a_rep_who_wants_it_is_told_of_a_customer_who_waits_and_nobody_is_asked_before(
    page: Page, server: RunningServer
) -> None:
    page.add_init_script(NOTIFICATIONS)
    page.goto(f"{server.address}/conversations")
    expect(page.locator("#rows")).to_contain_text("Nobody has written yet")
    says(page, server, "I want to talk to a person", "ben")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    assert page.evaluate("[window.asked, shown]") == [None, []]
    bell = page.get_by_role("button", name="Notify me")
    bell.click()
    expect(bell).to_have_attribute("aria-pressed", "true")
    says(page, server, "I want to talk to a person")
    expect(page).to_have_title(re.compile(r"^\(2\) "))
    assert page.evaluate("[window.asked, shown]") == [True, ["A visitor waits for a person"]]
    bell.click()
    says(page, server, "I want to talk to a person", "cas")
    expect(page).to_have_title(re.compile(r"^\(3\) "))
    assert page.evaluate("shown.length") == 1


def test_a_double_click_does_it_once(page: Page, server: RunningServer) -> None:
    talking(page, server)
    done: list[str] = []
    page.on("request", lambda one: done.append(one.url) if one.url.endswith("/desk") else None)
    page.get_by_role("button", name="Offer a meeting").dblclick()
    note = page.locator(".line.note")
    expect(note).to_have_count(1)
    page.get_by_role("button", name="Hand back").dblclick()
    expect(page.locator(".at-desk")).to_contain_text("Handed back by Ana Rep.")
    assert len(done) == 2
