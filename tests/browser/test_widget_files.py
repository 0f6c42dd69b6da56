"""Files that a visitor sends by the widget: in a real Chromium, against the scripted service."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.browser.scripted import Service, faults, open_chat, say

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parents[2] / ".overture" / "pictures"
PNG: FilePayload = {"name": "plan.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(50_000)}
PDF: FilePayload = {"name": "offer.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + bytes(900)}
DROP = """([kind, name, text, marks]) => {
    const given = new DataTransfer();
    given.items.add(new File([Uint8Array.from(marks), text], name, {type: "image/png"}));
    const shadow = document.querySelector("overture-chat").shadowRoot;
    const init = {bubbles: true, cancelable: true, composed: true};
    const event = kind === "paste" ? new ClipboardEvent("paste", {...init, clipboardData: given})
        : new DragEvent(kind, {...init, dataTransfer: given});
    shadow.querySelector(kind === "paste" ? "textarea" : ".log").dispatchEvent(event);
}"""
MARKS = list(b"\x89PNG\r\n\x1a\n")


@pytest.fixture
def chat(page: Page, service: Service) -> Page:
    page.goto(f"{service.url}/site")
    open_chat(page)
    return page


def choose(page: Page, *files: FilePayload) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach a file").click()
    chooser.value.set_files(list(files))


def sent(service: Service) -> list[str]:
    return [line["file"]["name"] for line in service.tell("log") if "file" in line]


def test_files_are_chosen_sent_in_order_and_shown_in_all_tabs(chat: Page, service: Service) -> None:
    loaded = chat.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert not [name for name in loaded if name.endswith("attach.js")]  # comes with the first file
    other = chat.context.new_page()
    other.goto(f"{service.url}/site")
    choose(chat, PNG, PDF)
    expect(chat.get_by_text("Thank you, I have your file.")).to_have_count(2)
    expect(chat.get_by_label("Your message")).to_be_focused()
    assert sent(service) == ["plan.png", "offer.pdf"]
    assert chat.locator(".visitor .file span").all_inner_texts() == ["plan.png", "offer.pdf"]
    expect(chat.locator(".visitor").last).to_contain_text("1 kB")
    expect(other.locator(".visitor .file")).to_have_count(2)
    assert faults(chat) == []


def test_a_file_is_dropped_or_pasted(chat: Page, service: Service) -> None:
    chat.evaluate(DROP, ["dragover", "dropped.png", "x", MARKS])
    expect(chat.locator(".panel.dropping")).to_be_visible()
    chat.evaluate(DROP, ["drop", "dropped.png", "x", MARKS])
    expect(chat.locator(".panel.dropping")).to_have_count(0)
    chat.evaluate(DROP, ["paste", "pasted.png", "x", MARKS])
    expect(chat.get_by_text("Thank you, I have your file.")).to_have_count(2)
    assert sorted(sent(service)) == ["dropped.png", "pasted.png"]


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ({"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}, "Accepted are: PNG, PDF, TXT."),
        ({"name": "page.html", "mimeType": "text/html", "buffer": b"<p>"}, "This kind of file is not accepted"),
        ({"name": "fake.png", "mimeType": "image/png", "buffer": b"<svg onload=alert(1)>"}, "not what its name says"),
        ({"name": "empty.pdf", "mimeType": "application/pdf", "buffer": b""}, "The file is damaged"),
        ({"name": "big.txt", "mimeType": "text/plain", "buffer": bytes(1_000_001)}, "larger than 1 MB"),
    ],
)
def test_what_would_be_refused_is_not_sent_and_said_so(
    chat: Page, service: Service, file: FilePayload, why: str
) -> None:
    choose(chat, file)
    problem = chat.get_by_role("alert")
    expect(problem).to_contain_text(f"{file['name']}: ")
    expect(problem).to_contain_text(why)
    assert sent(service) == []
    assert faults(chat) == []
    say(chat, "never mind")
    expect(problem).to_be_hidden()


def test_a_file_that_the_service_refuses_can_be_tried_again(
    chat: Page, service: Service, complaints: list[str]
) -> None:
    service.tell("refuse", statuses=[415])
    choose(chat, PNG)
    expect(chat.get_by_text("Not sent. The file is not taken.")).to_be_visible()
    chat.get_by_role("button", name="Try again").click()
    expect(chat.get_by_text("Thank you, I have your file.")).to_be_visible()
    assert sent(service) == ["plan.png", "plan.png"]


def test_trouble_is_tried_again_with_the_same_id(chat: Page, service: Service) -> None:
    service.tell("refuse", statuses=[503, 429])
    choose(chat, PNG)
    expect(chat.get_by_text("Thank you, I have your file.")).to_be_visible(timeout=15_000)
    ids = [line["id"] for line in service.tell("log") if "file" in line]
    assert (len(ids), len(set(ids))) == (3, 1)


def test_a_file_chosen_offline_is_sent_later_even_after_a_reload(chat: Page, service: Service) -> None:
    choose(chat, PDF)  # loads what files need
    expect(chat.get_by_text("Thank you, I have your file.")).to_have_count(1)
    chat.context.set_offline(True)
    choose(chat, PNG)
    say(chat, "and this")
    expect(chat.get_by_text("Waiting for a connection.")).to_be_visible()
    chat.context.set_offline(False)
    chat.reload()
    expect(chat.get_by_text("You said: and this")).to_be_visible(timeout=20_000)
    # What the reload cuts off is posted once more, with the same id, and there once.
    assert list(dict.fromkeys(sent(service))) == ["offer.pdf", "plan.png"]
    expect(chat.locator(".visitor .file")).to_have_count(2)


def test_a_service_that_takes_no_files_is_asked_for_none(page: Page, service: Service) -> None:
    def without_files(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        route.fulfill(response=answer, json={**answer.json(), "files": None})  # type: ignore[attr-defined]

    page.route("**/session", without_files)
    page.goto(f"{service.url}/site")
    open_chat(page)
    expect(page.get_by_role("button", name="Attach a file")).to_be_hidden()


def test_the_message_stays_in_its_place_when_files_turn_out_to_be_taken(page: Page, service: Service) -> None:
    held: list[Route] = []
    page.route("**/session", lambda route: held.append(route))
    page.goto(f"{service.url}/site")
    with page.expect_request("**/session"):
        page.get_by_role("button", name="Open chat").click()
    clip, message = page.get_by_role("button", name="Attach a file"), page.get_by_label("Your message")
    expect(clip).to_be_hidden()
    message.evaluate("it => Promise.all(it.getRootNode().getAnimations().map((one) => one.finished))")  # it opens
    place = message.bounding_box()
    held[0].continue_()
    expect(clip).to_be_visible()
    assert message.bounding_box() == place


@pytest.mark.parametrize(
    ("scheme", "locale", "width"), [("light", "en", 1200), ("dark", "ar", 1200), ("dark", "de", 390)]
)
def test_files_look_well(page: Page, service: Service, scheme: str, locale: str, width: int) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": width, "height": 760})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{service.url}/site")
    page.evaluate(f"overture.setLocale('{locale}')")
    page.evaluate("overture.open()")
    expect(page.locator(".attach")).to_be_visible()
    long: FilePayload = {**PNG, "name": "a-very-long-name-of-a-plan-that-goes-on-and-on-for-ever-and-a-day.png"}
    page.locator("input[type=file]").set_input_files([PNG, long])
    expect(page.locator(".visitor .file")).to_have_count(2)
    drawing: FilePayload = {"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    page.locator("input[type=file]").set_input_files([drawing])
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []
    page.screenshot(path=PICTURES / f"files-{scheme}-{locale}-{width}.png")
