"""Voices in a real Chromium, on a real server: the page "Speakers", and the phone over ConversationRelay."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

IN_TIME = re.compile(r"^\d+ ms of [58] s$|^[0-4]\.\d\d s of [58] s$")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    connectors = "webchat,twilio_messaging,twilio_voice,slack,hubspot,alexa,dialogflow"
    env = {"OVERTURE_CONNECTORS": connectors, "TWILIO_VOICE_SPEECH": "relay"}  # which leaves the phone in its sandbox
    with running(tmp_path_factory.mktemp("voices"), env) as one:
        yield one


def say(page: Page, vendor: str, text: str) -> None:
    answers = page.locator(f"#{vendor} .took:not(.running)").count()
    page.locator(f"#{vendor}-text").fill(text)
    page.locator(f"#{vendor}-text").press("Enter")
    expect(page.locator(f"#{vendor} .took:not(.running)")).to_have_count(answers + 1)


def test_somebody_without_an_account_talks_with_alexa(page: Page, server: RunningServer) -> None:
    page.goto(server.address)
    page.get_by_role("link", name="Speakers").click()
    alexa = page.locator("#alexa")
    alexa.get_by_role("button", name="Open the skill").click()
    said = alexa.locator(".text.theirs")
    expect(said.first).to_contain_text("automated assistant, not a person")
    say(page, "alexa", "How much does it cost?")
    expect(alexa.locator(".card")).to_contain_text("https://harbourline.example/pricing")
    say(page, "alexa", "I'd like a demo")
    expect(alexa.locator(".asked").last).to_have_text("IntentRequest: request_demo (a sample)")
    say(page, "alexa", "my name is Mara")
    expect(said.last).to_contain_text("Mara")
    for took in alexa.locator(".took span:last-child").all_inner_texts():
        assert IN_TIME.match(took), took
    alexa.get_by_role("button", name="Say nothing").click()
    expect(alexa.locator(".event")).to_contain_text("Alexa asks again")
    alexa.get_by_role("button", name="Say nothing").click()
    expect(alexa.locator(".event").last).to_have_text("The session is over: nobody answered.")
    expect(alexa.locator(".trouble")).to_have_count(0)
    page.reload()  # what was said is still there
    expect(said.first).to_contain_text("automated assistant, not a person")


def test_somebody_without_an_account_talks_with_an_agent_of_each_edition(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.address}/speakers")
    agent = page.locator("#dialogflow")
    for edition, proof in (("es", "basic"), ("cx", "token")):
        page.locator("#dialogflow-edition").select_option(edition)
        page.locator("#dialogflow-proof").select_option(proof)
        agent.get_by_role("button", name="Begin").click()
        expect(agent.locator(".text.theirs").first).to_contain_text("automated assistant, not a person")
        say(page, "dialogflow", "I'd like a demo for 80 people")
        expect(page.locator("#dialogflow-parameters")).to_have_text("The agent remembers team_size = 80")
        expect(agent.locator(".trouble")).to_have_count(0)
    said = agent.locator(".text.theirs").count()
    agent.get_by_role("button", name="Ask again").click()
    expect(agent.locator(".took:not(.running)")).to_have_count(3)
    words = agent.locator(".text.theirs").all_inner_texts()
    assert words[said:] == words[said - len(words[said:]) : said]  # the same turn, the same answer
    page.locator("#dialogflow-proof").select_option("none")
    say(page, "dialogflow", "hello")
    expect(agent.locator(".trouble")).to_contain_text("status 401")


def test_a_value_without_a_name_is_not_dropped_in_silence(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.address}/speakers")
    for form, name in (("#alexa-intent", "slots"), ("#dialogflow-intent", "parameters")):
        field = page.locator(f"{form} [name={name}]")
        for given, fits in (("number=80, timeline = now", True), ("", True), ("number=80, now", False), ("80", False)):
            field.evaluate("(field, given) => (field.value = given)", given)
            assert field.evaluate("field => field.validity.valid") is fits, given


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(browser: Browser, server: RunningServer, scheme: str) -> None:
    with browser.new_context(bypass_csp=True, color_scheme=scheme, viewport={"width": 390, "height": 844}) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{server.address}/speakers")
        page.get_by_role("button", name="Open the skill").click()
        expect(page.locator("#alexa .took:not(.running)").last).to_be_visible()
        page.locator("#alexa details.more summary").click()
        page.locator("#alexa .exchange summary").last.click()
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_somebody_without_an_account_talks_over_conversation_relay(page: Page, server: RunningServer) -> None:
    page.goto(server.address)
    page.get_by_role("button", name="Call", exact=True).click()
    lines, said = page.locator("#call-lines"), page.locator("#call-lines .text.theirs")
    expect(lines).to_contain_text("Connected by ConversationRelay")
    expect(said.first).to_contain_text("automated assistant, not a person")
    page.locator("#call-text").fill("How much does it cost?")
    page.locator("#call-text").press("Enter")
    expect(said.nth(1)).to_contain_text("Harbourline costs £3")

    page.locator("#call-text").fill("I'd like a demo")
    page.get_by_role("button", name="Interrupt").click()
    expect(lines).to_contain_text("You speak into it. Heard until then: “Harbourline costs £3")
    expect(said.nth(2)).to_contain_text("name")

    page.locator("#call-text").fill("I want to talk to a person")
    page.locator("#call-text").press("Enter")
    expect(lines).to_contain_text("Ringing +447700900102")
    desk = page.get_by_role("region", name="Slack messages")
    expect(desk).to_contain_text("You pay")  # of the answer that was interrupted, as much as was heard
    expect(desk).not_to_contain_text("You pay only for people")
    page.get_by_role("button", name="Hang up").click()
    expect(lines).to_contain_text("You hung up.")
