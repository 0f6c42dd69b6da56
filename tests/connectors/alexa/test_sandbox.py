"""The stand-in for Alexa: it is verified as Amazon is, listens by the samples, and refuses what Alexa would."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import connectors.alexa
from bot.domain.errors import WebhookRejected
from bot.ports import Reply, WebhookRequest
from connectors.alexa.channel import AlexaChannel
from connectors.alexa.sandbox import AlexaSandbox
from connectors.alexa.sandbox_certificates import new_signer, sandbox_root
from connectors.alexa.sandbox_listening import FALLBACK, Listener
from connectors.alexa.verification import public_roots
from tests.connectors.vendor_server import (
    NOW,
    SECRET,
    SERVICE_URL,
    MemoryFeed,
    StillClock,
    VendorServer,
    serve,
    settings_for,
)

MODEL: Mapping[str, Any] = {
    "interactionModel": {
        "languageModel": {
            "invocationName": "harbour line",
            "intents": [
                {
                    "name": "inform",
                    "slots": [
                        {"name": "number", "type": "AMAZON.NUMBER"},
                        {"name": "person", "type": "AMAZON.FirstName"},
                        {"name": "timeline", "type": "timeline_values"},
                    ],
                    "samples": ["{number}", "we are {number} people", "my name is {person}", "{person}", "{timeline}"],
                },
                {"name": "deny", "samples": ["no", "I'd rather not"]},
                {
                    "name": "say_words",
                    "slots": [{"name": "words", "type": "AMAZON.SearchQuery"}],
                    "samples": ["tell me about {words}"],
                },
                {"name": "AMAZON.NoIntent", "samples": []},
                {"name": "AMAZON.StopIntent", "samples": []},
            ],
            "types": [
                {"name": "timeline_values", "values": [{"name": {"value": "Now"}}, {"name": {"value": "this year"}}]}
            ],
        }
    }
}


def sandbox(feed: MemoryFeed | None = None) -> AlexaSandbox:
    skill = connectors.alexa.sandbox_values(SECRET)["ALEXA_SKILL_ID"]
    return AlexaSandbox(skill, SECRET, service_url=SERVICE_URL, feed=feed or MemoryFeed(), model=lambda: MODEL)


@pytest.fixture
def feed() -> MemoryFeed:
    return MemoryFeed()


@pytest.fixture
def vendor(feed: MemoryFeed) -> AlexaSandbox:
    return sandbox(feed)


@pytest.fixture
async def channel(vendor: AlexaSandbox) -> AsyncIterator[AlexaChannel]:
    """The skill, which fetches certificates from the stand-in."""
    async with serve(VendorServer(vendor, StillClock())) as server:
        channel = connectors.alexa.build(settings_for(connectors.alexa, sandbox_url=server.url))
        yield channel
        await channel.close()


async def shown(feed: MemoryFeed) -> list[Mapping[str, Any]]:
    return list(await feed.items("sandbox:alexa"))


def request_in(webhook: WebhookRequest) -> dict[str, Any]:
    request: dict[str, Any] = json.loads(webhook.body)["request"]
    return request


def answer(speech: str = "<speak>Hello.</speak>", **response: Any) -> Reply:
    said = {"outputSpeech": {"type": "SSML", "ssml": speech}} if speech else {}
    body = {"version": "1.0", "sessionAttributes": {"heard": 1}, "response": {**said, **response}}
    return Reply(200, json.dumps(body).encode(), "application/json")


AT_ONCE = timedelta(milliseconds=90)

# ---------------------------------------------------------------- signatures


async def test_its_requests_are_verified_by_certificates_that_are_fetched_from_it(
    vendor: AlexaSandbox, channel: AlexaChannel
) -> None:
    webhook = await vendor.act({"deed": "launch"}, NOW)
    with pytest.raises(WebhookRejected, match="are not here"):
        channel.parse(webhook)
    await channel.prepare(webhook)
    assert len(channel.parse(webhook).inbound) == 1
    with pytest.raises(WebhookRejected, match="Signature-256"):
        channel.parse(replace(webhook, body=webhook.body + b" "))


async def test_a_real_skill_and_another_installations_sandbox_trust_none_of_it(vendor: AlexaSandbox) -> None:
    skill = connectors.alexa.sandbox_values(SECRET)["ALEXA_SKILL_ID"]
    others = connectors.alexa.build(
        settings_for(connectors.alexa, sandbox_url="http://127.0.0.1", values={"OVERTURE_SECRET": "another"})
    )
    webhook = await vendor.act({"deed": "launch"}, NOW)
    url = webhook.headers["signaturecertchainurl"]
    pem = (await vendor.answer(WebhookRequest("GET", url, {}, b"", NOW))).body
    for stranger in (AlexaChannel(skill, feed=MemoryFeed(), roots=public_roots()), others):
        stranger.keep_chain(url, pem)
        with pytest.raises(WebhookRejected, match="good now"):
            stranger.parse(webhook)


async def test_its_certificate_is_renewed_when_the_clock_is_moved(vendor: AlexaSandbox, channel: AlexaChannel) -> None:
    addresses = set()
    for days in (0, 1, 200, 4000):
        webhook = await vendor.act({"deed": "launch"}, NOW + timedelta(days=days))
        await channel.prepare(webhook)
        assert channel.parse(webhook).inbound
        addresses.add(webhook.headers["signaturecertchainurl"])
    assert len(addresses) == 3


def test_the_authority_comes_from_the_installations_secret_alone() -> None:
    keys = [sandbox_root(secret).public_key().public_numbers() for secret in (SECRET, SECRET, "another")]  # type: ignore[union-attr]
    assert keys[0] == keys[1] != keys[2]
    assert "PRIVATE" not in new_signer(SECRET, 1, NOW).pem.decode()


# ---------------------------------------------------------------- listening


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        ("80", "inform", {"number": "80"}),
        ("We are 80 people!", "inform", {"number": "80"}),
        ("my name is Mary Ann", "inform", {"person": "Mary Ann"}),
        ("this year", "inform", {"timeline": "this year"}),
        ("I’d rather not.", "deny", {}),
        ("no", "AMAZON.NoIntent", {}),
        ("Stop", "AMAZON.StopIntent", {}),
        ("tell me about your prices", "say_words", {"words": "your prices"}),
        ("Ana", "say_words", {"words": "Ana"}),  # a first name by itself is one that only Amazon could tell
        ("what is it, ana@example.com?", "say_words", {"words": "what is it, ana@example.com?"}),
    ],
)
def test_it_listens_by_the_samples(said: str, intent: str, slots: dict[str, str]) -> None:
    found = Listener(MODEL).listen(said)
    assert (found.intent, found.slots) == (intent, slots)


def test_what_fits_no_sample_may_be_not_understood() -> None:
    assert Listener(MODEL).listen("colourless green ideas", "fallback").intent == FALLBACK


async def test_a_value_of_the_models_lists_is_resolved(vendor: AlexaSandbox) -> None:
    webhook = await vendor.act({"deed": "say", "text": "now"}, NOW)
    [authority] = request_in(webhook)["intent"]["slots"]["timeline"]["resolutions"]["resolutionsPerAuthority"]
    assert authority["values"][0]["value"]["name"] == "Now"


def test_without_a_model_everything_is_free_speech() -> None:
    assert Listener({}).listen("hello there").slots == {"words": "hello there"}


# ---------------------------------------------------------------- a session


async def test_a_session_carries_what_the_skill_gave_it_until_it_is_over(vendor: AlexaSandbox) -> None:
    first = await vendor.act({"deed": "launch"}, NOW)
    assert await vendor.hear(first, answer(), AT_ONCE) is None
    second = json.loads((await vendor.act({"deed": "say", "text": "80"}, NOW)).body)
    assert (second["session"]["new"], second["session"]["attributes"]) == (False, {"heard": 1})
    assert second["session"]["sessionId"] == json.loads(first.body)["session"]["sessionId"]
    office = json.loads((await vendor.act({"deed": "say", "text": "80", "speaker": "Office"}, NOW)).body)
    assert office["session"]["new"]
    assert office["session"]["user"] != second["session"]["user"]


async def test_an_answer_that_ends_the_session_ends_it(vendor: AlexaSandbox) -> None:
    first = await vendor.act({"deed": "launch"}, NOW)
    await vendor.hear(first, answer(shouldEndSession=True), AT_ONCE)
    again = json.loads((await vendor.act({"deed": "say", "text": "80"}, NOW)).body)
    assert (again["session"]["new"], again["session"]["attributes"]) == (True, {})


async def test_who_says_nothing_is_asked_again_once_and_then_the_session_is_over(
    vendor: AlexaSandbox, feed: MemoryFeed
) -> None:
    reprompt = {"outputSpeech": {"type": "SSML", "ssml": "<speak>Are you there?</speak>"}}
    await vendor.hear(await vendor.act({"deed": "launch"}, NOW), answer(reprompt=reprompt), AT_ONCE)
    assert await vendor.settle({"deed": "silence"}, NOW)
    assert (await shown(feed))[-1]["words"] == "Are you there?"
    assert not await vendor.settle({"deed": "silence"}, NOW)
    over = await vendor.act({"deed": "silence"}, NOW)
    assert request_in(over)["reason"] == "EXCEEDED_MAX_REPROMPTS"
    assert await vendor.hear(over, answer(""), AT_ONCE) is None
    with pytest.raises(WebhookRejected, match="Launch the skill first"):
        await vendor.act({"deed": "leave"}, NOW)


async def test_a_dialog_that_the_skill_delegates_is_completed_by_alexa(vendor: AlexaSandbox) -> None:
    deed = {"deed": "intent", "intent": "inform", "slots": {"number": "80"}, "dialog": "IN_PROGRESS"}
    webhook = await vendor.act(deed, NOW)
    following = await vendor.hear(webhook, answer("", directives=[{"type": "Dialog.Delegate"}]), AT_ONCE)
    assert following is not None
    assert request_in(following)["dialogState"] == "COMPLETED"
    assert request_in(following)["intent"] == request_in(webhook)["intent"]


async def test_a_linked_account_shows_its_token(vendor: AlexaSandbox) -> None:
    assert await vendor.settle({"deed": "link"}, NOW)
    linked = json.loads((await vendor.act({"deed": "launch"}, NOW)).body)
    assert linked["context"]["System"]["user"]["accessToken"]


# ---------------------------------------------------------------- the clock, and what is refused


async def test_an_answer_that_does_not_come_in_time_ends_the_session_as_an_error(
    vendor: AlexaSandbox, feed: MemoryFeed
) -> None:
    webhook = await vendor.act({"deed": "launch"}, NOW)
    over = await vendor.hear(webhook, None, timedelta(seconds=8))
    assert over is not None
    assert (request_in(over)["type"], request_in(over)["reason"]) == ("SessionEndedRequest", "ERROR")
    told = next(item for item in await shown(feed) if item["what"] == "hears")
    assert (told["took_ms"], told["troubles"]) == (8000, ["No answer came within 8 seconds."])


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(400, b"Signature-256 does not fit"), "status 400: Signature-256"),
        (Reply(200, b"{"), "no JSON"),
        (Reply(200, b'{"response": {}}'), '"version": "1.0"'),
        (answer("<speak>Fish & chips</speak>"), "no XML"),
        (answer("Hello."), "no XML"),
        (answer("<s>Hello.</s>"), "stands in <speak>"),
        (answer("<speak><blink>Hello.</blink></speak>"), "knows no <blink>"),
        (answer(f"<speak>{'a' * 8000}</speak>"), "less than 8000"),
        (answer(card={"type": "Postcard"}), "A card is one of"),
        (answer(directives=[{}]), "no type"),
        (answer(card={"type": "Simple", "content": "a" * 120_000}), "Alexa takes 120000"),
    ],
)
async def test_what_alexa_would_not_take_is_refused_with_the_reason(
    vendor: AlexaSandbox, feed: MemoryFeed, reply: Reply, why: str
) -> None:
    over = await vendor.hear(await vendor.act({"deed": "launch"}, NOW), reply, AT_ONCE)
    assert over is not None
    assert request_in(over)["error"]["type"] == "INVALID_RESPONSE"
    told = next(item for item in await shown(feed) if item["what"] == "hears")
    assert why in told["troubles"][0]


async def test_nothing_may_be_said_once_the_session_is_over(vendor: AlexaSandbox, feed: MemoryFeed) -> None:
    await vendor.hear(await vendor.act({"deed": "launch"}, NOW), answer(), AT_ONCE)
    await vendor.hear(await vendor.act({"deed": "leave"}, NOW), answer(), AT_ONCE)
    assert "say, show and direct nothing" in (await shown(feed))[-1]["troubles"][0]


async def test_a_progressive_response_is_said_while_the_request_waits_and_at_no_other_time(
    vendor: AlexaSandbox, channel: AlexaChannel, feed: MemoryFeed
) -> None:
    webhook = await vendor.act({"deed": "launch"}, NOW)
    await channel.prepare(webhook)
    waiting = channel.parse(webhook).await_turn
    assert waiting is not None
    assert waiting.meanwhile is not None
    await waiting.meanwhile.act()
    assert (await shown(feed))[-1]["words"] == "One moment, please."
    await vendor.hear(webhook, answer(), AT_ONCE)
    token = json.loads(webhook.body)["context"]["System"]["apiAccessToken"]
    late = WebhookRequest("POST", "http://here/v1/directives", {"authorization": f"Bearer {token}"}, b"{}", NOW)
    assert (await vendor.answer(late)).status == 403


@pytest.mark.parametrize("body", [b"", b"{}", b'{"directive": {"type": "VoicePlayer.Speak", "speech": "hi"}}'])
async def test_another_directive_than_speech_for_this_request_is_refused(vendor: AlexaSandbox, body: bytes) -> None:
    token = json.loads((await vendor.act({"deed": "launch"}, NOW)).body)["context"]["System"]["apiAccessToken"]
    asked = WebhookRequest("POST", "http://here/v1/directives", {"authorization": f"Bearer {token}"}, body, NOW)
    assert (await vendor.answer(asked)).status == 400
