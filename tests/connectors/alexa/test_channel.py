"""The Alexa channel: who may ask, what is understood, and what is answered."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

import connectors.alexa
import connectors.alexa.channel as alexa_channel
from bot.domain.errors import PermanentSendError, SettingsError, WebhookRejected
from bot.domain.message import Button, CustomerMessage, OutboundMessage, Text
from bot.ports import FeedItem, Said, Webhook
from connectors.alexa.channel import AlexaChannel
from connectors.alexa.envelope import read_envelope
from connectors.alexa.verification import check_certificate_url, check_signature, public_roots, read_chain
from connectors.speech import item_of
from tests.connectors.alexa.skill import SKILL, USER, authority, envelope, intent, signed, skill
from tests.connectors.vendor_server import NOW, MemoryFeed, settings_for, shared

LAUNCH = {"type": "LaunchRequest"}


def message_in(webhook: Webhook) -> CustomerMessage:
    [message] = webhook.inbound
    assert isinstance(message, CustomerMessage)
    return message


def taken(request: dict[str, Any], **more: Any) -> Webhook:
    return skill().parse(signed(envelope(request, **more)))


def refusal(request: Any) -> str:
    with pytest.raises(WebhookRejected) as refused:
        skill().parse(request)
    assert refused.value.status == 400
    return refused.value.reason


def said(*contents: Text, finished: bool = True) -> Said:
    items = [FeedItem(100 + number, "alexa", item_of(str(number), one), NOW) for number, one in enumerate(contents, 1)]
    return Said(items, finished)


def answered(webhook: Webhook, what: Said) -> dict[str, Any]:
    assert webhook.await_turn is not None
    answer: dict[str, Any] = json.loads(webhook.await_turn.reply(what).body)
    assert answer["version"] == "1.0"
    return answer


def words_of(speech: dict[str, str]) -> str:
    return "".join(ElementTree.fromstring(speech["ssml"]).itertext())


# ---------------------------------------------------------------- who may ask


def test_a_body_that_was_changed_is_refused() -> None:
    request = signed(envelope(LAUNCH))
    assert "Signature-256" in refusal(replace(request, body=request.body + b" "))


def test_somebody_elses_key_is_refused() -> None:
    assert "Signature-256" in refusal(signed(envelope(LAUNCH), by=authority("other.example.com")))


def test_a_certificate_of_another_name_or_another_root_is_refused() -> None:
    other = authority("other.example.com")
    with pytest.raises(WebhookRejected, match="not one of echo-api"):
        skill(shown=other).parse(signed(envelope(LAUNCH), by=other))


def test_a_certificate_that_has_run_out_is_refused() -> None:
    later = NOW + timedelta(days=40)
    assert "good now" in refusal(signed(envelope({**LAUNCH, "timestamp": later.isoformat()}), at=later))


@pytest.mark.parametrize("seconds", [-151, 151])
def test_a_request_of_another_time_is_refused(seconds: int) -> None:
    at = NOW + timedelta(seconds=seconds)
    assert "timestamp" in refusal(signed(envelope({**LAUNCH, "timestamp": at.isoformat()})))


@pytest.mark.parametrize("timestamp", [None, "", "2026-11-24T12:00:00", 7, "soon"])
def test_a_request_without_a_time_of_its_own_is_refused(timestamp: Any) -> None:
    assert "timestamp" in refusal(signed(envelope({**LAUNCH, "timestamp": timestamp})))


def test_a_request_for_another_skill_is_refused() -> None:
    body = json.dumps(envelope(LAUNCH)).replace(SKILL, "amzn1.ask.skill.other").encode()
    assert "ALEXA_SKILL_ID" in refusal(signed(body))


@pytest.mark.parametrize(
    "url",
    [
        "http://s3.amazonaws.com/echo.api/cert.pem",
        "https://notamazon.com/echo.api/cert.pem",
        "https://s3.amazonaws.com/EcHo.aPi/cert.pem",
        "https://s3.amazonaws.com/invalid.path/cert.pem",
        "https://s3.amazonaws.com:563/echo.api/cert.pem",
        "https://s3.amazonaws.com/echo.api/../other/cert.pem",
        "https://s3.amazonaws.com/echo.api/%2e%2e/other/cert.pem",
        "https://s3.amazonaws.com@evil.example/echo.api/cert.pem",
        "https://s3.amazonaws.com:port/echo.api/cert.pem",
        "",
    ],
)
async def test_certificates_are_fetched_from_amazons_place_only(url: str) -> None:
    with pytest.raises(WebhookRejected):
        check_certificate_url(url)
    if url:
        with pytest.raises(WebhookRejected):
            await skill().prepare(signed(envelope(LAUNCH), url=url))


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.amazonaws.com/echo.api/cert.pem",
        "https://s3.amazonaws.com:443/echo.api/cert.pem",
        "https://S3.amazonaws.com/echo.api/../echo.api/cert.pem",
    ],
)
def test_amazons_own_examples_of_good_addresses_are_good(url: str) -> None:
    check_certificate_url(url)


@pytest.mark.parametrize(
    ("name", "good_on"),
    [
        ("echo-api-cert-7.pem", datetime(2019, 7, 15, tzinfo=UTC)),
        ("echo-api-cert-12.pem", datetime(2023, 6, 1, tzinfo=UTC)),
    ],
)
def test_amazons_real_certificates_were_good_in_their_time_and_are_not_now(name: str, good_on: datetime) -> None:
    chain = read_chain(shared(f"vendor_payloads/alexa/{name}").read_bytes())
    roots = public_roots()
    with pytest.raises(WebhookRejected, match="Signature-256"):
        check_signature(b"body", "AAAA", chain, roots, good_on)
    with pytest.raises(WebhookRejected, match="good now"):
        check_signature(b"body", "AAAA", chain, roots, NOW)


async def test_the_chain_is_fetched_once_without_redirects_and_only_as_long_as_a_chain_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served = {"good": authority().pem, "long": b"x" * 70_000, "none": b"no certificates"}
    asked: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path.endswith("moved"):
            raise web.HTTPFound("/echo.api/good")
        return web.Response(body=served[request.path.rpartition("/")[2]])

    app = web.Application()
    app.router.add_get("/{tail:.*}", serve)
    async with TestServer(app) as server:
        monkeypatch.setattr(alexa_channel, "check_certificate_url", lambda url: None)  # Amazon's host is elsewhere
        channel = AlexaChannel(SKILL, feed=MemoryFeed(), roots=authority().roots)
        good = signed(envelope(LAUNCH), url=str(server.make_url("/echo.api/good")))
        with pytest.raises(WebhookRejected, match="are not here"):
            channel.parse(good)
        for _ in range(2):
            await channel.prepare(good)
            assert message_in(channel.parse(good)).opened
        assert asked == ["/echo.api/good"]
        for name in ("moved", "long", "none"):
            with pytest.raises(WebhookRejected):
                await channel.prepare(signed(envelope(LAUNCH), url=str(server.make_url(f"/echo.api/{name}"))))
        await channel.close()


async def test_a_progressive_response_says_that_it_takes_a_moment() -> None:
    told: list[tuple[str, Any]] = []

    async def directives(request: web.Request) -> web.Response:
        told.append((request.headers["Authorization"], await request.json()))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/v1/directives", directives)
    async with TestServer(app) as server:
        channel, request = (
            skill(),
            read_envelope(json.dumps(envelope(LAUNCH, api="https://api.amazonalexa.com")).encode()),
        )
        meanwhile = channel._meanwhile(replace(request, api=(str(server.make_url("")), "a token")))
        assert meanwhile is not None
        await meanwhile.act()
        await channel.close()
    [(bearer, body)] = told
    assert bearer == "Bearer a token"
    assert body["header"] == {"requestId": "amzn1.echo-api.request.1"}
    assert body["directive"]["speech"] == "<speak><s>One moment, please.</s></speak>"


# ---------------------------------------------------------------- what is understood


def test_a_launch_opens_the_conversation() -> None:
    message = message_in(taken(LAUNCH))
    assert (message.address, message.opened, message.vendor_id) == (USER, True, "amzn1.echo-api.request.1")


def test_free_speech_is_what_was_said() -> None:
    assert message_in(taken(intent("say_words", {"words": "how much does it cost"}))).text == "how much does it cost"


def test_an_intent_of_the_assistants_comes_with_its_slots() -> None:
    resolved = {
        "resolutionsPerAuthority": [{"status": {"code": "ER_SUCCESS_MATCH"}, "values": [{"value": {"name": "now"}}]}]
    }
    request = intent("inform")
    request["intent"]["slots"] = {"t": {"name": "timeline", "value": "straight away", "resolutions": resolved}}
    message = message_in(taken(request))
    assert (message.text, message.payload) == ("now", '/inform{"timeline": "now"}')


def test_a_slot_that_takes_several_values_has_all_of_them() -> None:
    bath = {"type": "Simple", "value": "Bath"}
    resolved = {
        "resolutionsPerAuthority": [
            {"status": {"code": "ER_SUCCESS_MATCH"}, "values": [{"value": {"name": "Bristol"}}]}
        ]
    }
    bristol = {"type": "Simple", "value": "bristle", "resolutions": resolved}
    request = intent("inform")
    request["intent"]["slots"] = {"c": {"name": "city", "slotValue": {"type": "List", "values": [bath, bristol, None]}}}
    message = message_in(taken(request))
    assert (message.text, message.payload) == ("Bath, Bristol", '/inform{"city": "Bath, Bristol"}')


def test_a_slot_of_which_alexa_made_nothing_has_no_value() -> None:
    assert message_in(taken(intent("inform", {"team_size": "?"}))).payload == "/inform"


def test_an_intent_that_the_customer_did_not_confirm_is_a_no() -> None:
    request = intent("book_demo", {"timeline": "now"}, dialogState="COMPLETED")
    request["intent"]["confirmationStatus"] = "DENIED"
    message = message_in(taken(request))
    assert (message.text, message.payload) == ("no", None)


def test_amazons_yes_presses_the_button_that_says_so() -> None:
    answer = answered(taken(LAUNCH), said(Text("A demo?", buttons=(Button("Yes", "/affirm"), Button("No", "/deny")))))
    webhook = taken(intent("AMAZON.YesIntent"), attributes=answer["sessionAttributes"])
    assert message_in(webhook).payload == "/affirm"
    assert message_in(taken(intent("AMAZON.YesIntent"))).text == "yes"


def test_stop_ends_the_session_without_a_turn() -> None:
    webhook = taken(intent("AMAZON.StopIntent"))
    assert webhook.inbound == ()
    assert json.loads(webhook.reply.body)["response"]["shouldEndSession"] is True


def test_a_dialog_that_alexa_leads_is_left_to_it() -> None:
    webhook = taken(intent("inform", dialogState="IN_PROGRESS"))
    assert json.loads(webhook.reply.body)["response"]["directives"] == [{"type": "Dialog.Delegate"}]
    assert webhook.inbound == ()


def test_the_end_of_a_session_is_no_turn() -> None:
    webhook = taken({"type": "SessionEndedRequest", "reason": "USER_INITIATED"})
    assert (webhook.inbound, webhook.await_turn) == ((), None)


# ---------------------------------------------------------------- what is answered


def test_the_answer_is_spoken_and_the_last_of_it_said_again_to_who_is_silent() -> None:
    answer = answered(
        taken(LAUNCH), said(Text("Hello & welcome."), Text("A demo?", buttons=(Button("Yes", "/affirm"),)))
    )
    response = answer["response"]
    assert words_of(response["outputSpeech"]) == "Hello and welcome. A demo? You can say Yes."
    assert words_of(response["reprompt"]["outputSpeech"]) == "A demo? You can say Yes."
    assert response["shouldEndSession"] is False
    assert answer["sessionAttributes"] == {"heard": 102, "choices": [["", "Yes", "/affirm"]], "late": []}


def test_a_link_is_on_the_card() -> None:
    response = answered(taken(LAUNCH), said(Text("There.", source_url="https://example.com/a")))["response"]
    assert response["card"] == {"type": "Simple", "title": "Overture", "content": "https://example.com/a"}
    assert "https" not in words_of(response["outputSpeech"])


async def test_a_response_may_ask_to_link_the_account() -> None:
    feed = MemoryFeed()
    content = Text("Please link your account.", extras={"custom": {"alexa_card": "LinkAccount"}})
    await skill(feed=feed).send(OutboundMessage("k", "alexa", USER, content))
    [item] = await feed.items(f"alexa:{USER}")
    response = answered(taken(LAUNCH), Said([FeedItem(1, "alexa", item, NOW)], True))["response"]
    assert response["card"] == {"type": "LinkAccount"}


def test_a_turn_that_is_late_is_answered_in_time_and_its_rest_comes_with_the_next() -> None:
    first = taken(intent("say_words", {"words": "a person"}), attributes={"heard": 90, "choices": [], "late": []})
    assert first.await_turn is not None
    assert first.await_turn.within < timedelta(seconds=8)
    answer = answered(first, said(finished=False))
    assert words_of(answer["response"]["outputSpeech"]) == "One moment, please."
    second = taken(intent("say_words", {"words": "go on"}), attributes=answer["sessionAttributes"]).await_turn
    assert second is not None
    assert (second.behind, second.earlier) == (90, ("amzn1.echo-api.request.1",))


def test_where_alexa_may_be_called_it_says_meanwhile_that_it_takes_a_moment() -> None:
    assert taken(LAUNCH).await_turn.meanwhile is None  # type: ignore[union-attr]
    meanwhile = taken(LAUNCH, api="https://api.eu.amazonalexa.com").await_turn.meanwhile  # type: ignore[union-attr]
    assert meanwhile is not None
    assert meanwhile.after < timedelta(seconds=5)


async def test_a_skill_does_not_speak_first() -> None:
    with pytest.raises(PermanentSendError, match="speak first"):
        await skill().send(OutboundMessage("k", "alexa", USER, Text("An offer."), occasion="proactive"))


def test_long_speech_is_cut_where_alexa_would_refuse_it() -> None:
    speech = answered(taken(LAUNCH), said(Text("a " * 3000), Text("b " * 3000)))["response"]["outputSpeech"]
    assert len(speech["ssml"]) <= 8000


def test_without_its_id_the_skill_is_not_built() -> None:
    with pytest.raises(SettingsError, match="ALEXA_SKILL_ID"):
        connectors.alexa.build(settings_for(connectors.alexa, values={"ALEXA_SKILL_ID": ""}))
    values = {"ALEXA_SKILL_ID": SKILL}
    assert connectors.alexa.build(settings_for(connectors.alexa, values=values)).name == "alexa"


# ---------------------------------------------------------------- whatever comes


def test_real_envelopes_are_taken_or_refused_with_a_reason() -> None:
    files = sorted(shared("vendor_payloads/alexa").rglob("*.json"))
    assert len(files) > 20
    turns = 0
    for file in files:
        payload = json.loads(file.read_text())
        if "request" not in payload:
            continue  # of the smart home, which is another interface
        known = envelope(payload["request"] | {"timestamp": NOW.isoformat()})
        known["session"] = payload.get("session", {})
        webhook = skill().parse(signed(known))
        turns += len(webhook.inbound)
    assert turns >= 8


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
KINDS = st.sampled_from(["LaunchRequest", "IntentRequest", "SessionEndedRequest", "Other"]) | JSON
INTENTS = JSON | st.fixed_dictionaries({"name": st.text(max_size=9) | JSON, "slots": JSON})
FIELDS = st.fixed_dictionaries(
    {"type": KINDS}, optional={"intent": INTENTS, "locale": JSON, "dialogState": JSON, "requestId": JSON}
)


@given(request=FIELDS, attributes=st.dictionaries(st.sampled_from(["heard", "choices", "late"]), JSON))
@settings(max_examples=100, deadline=None)
def test_whatever_alexa_asks_is_taken_or_refused(request: dict[str, Any], attributes: dict[str, Any]) -> None:
    try:
        webhook = skill().parse(signed(envelope(request, attributes=attributes)))
    except WebhookRejected as refused:
        assert refused.status == 400  # noqa: PT017
        return
    if webhook.await_turn is not None:
        assert answered(webhook, said(Text("Hello.")))["response"]["outputSpeech"]


@given(body=st.binary(max_size=100))
def test_whatever_is_signed_is_taken_or_refused(body: bytes) -> None:
    refusal(signed(body))
