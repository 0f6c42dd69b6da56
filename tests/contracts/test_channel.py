"""What every channel must do, whoever its vendor is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from types import ModuleType
from urllib.parse import urlencode
from uuid import UUID

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

import connectors.alexa
import connectors.console
import connectors.dialogflow
import connectors.email
import connectors.email.webhooks
import connectors.rest
import connectors.slack
import connectors.slack.calls
import connectors.slack.signature
import connectors.twilio_messaging
import connectors.twilio_messaging.account
import connectors.twilio_messaging.api
import connectors.twilio_messaging.webhooks
import connectors.twilio_requests
import connectors.twilio_voice
import connectors.webchat
import tests.connectors.dialogflow.agent as agent
from bot.domain.errors import PermanentSendError, SendError, TemporarySendError, WebhookRejected
from bot.domain.ids import HandoffId
from bot.domain.message import Button, Content, DeskLine, HandoffCard, OutboundMessage, Template, Text
from bot.ports import Channel, Reply, WebhookRequest
from connectors.webchat.tokens import VisitorTokens
from tests.connectors.alexa.skill import USER, envelope, signed, skill
from tests.connectors.vendor_server import (
    NOW,
    SECRET,
    Fault,
    MemoryFeed,
    StillClock,
    VendorServer,
    built,
    request_to,
    serve,
    settings_for,
)

VISITOR = "5f2c1a44-6d0e-4f0a-9c59-0b7c3d2e1f00"
WORDS = "Is Tuesday at three all right for you?"
CARD = HandoffCard(
    handoff_id=HandoffId("0193-handoff"),
    title="Robin Example asks for a demo",
    summary="A team of 50",
    facts=(("Email", "robin@example.com"),),
    score=65,
    grade="A1",
    reasons=("+20 a team of fifty",),
    transcript_url="https://chat.example.com/transcripts/1",
)


@dataclass
class Stage:
    """One channel with everything around it. `server` is its vendor's stand-in, where it has a vendor."""

    channel: Channel
    feed: MemoryFeed
    server: VendorServer | None


@dataclass(frozen=True)
class Case:
    """How to try one channel: what its vendor sends, and what we send.

    `make` builds a channel that trusts our own certificates; `forgery` and `unsigned` are the status its vendor wants.
    """

    module: ModuleType
    address: str
    content: Content
    good: Callable[[Stage], Awaitable[WebhookRequest]] | None = None
    forged: Callable[[WebhookRequest], WebhookRequest] | None = None
    malformed: Callable[[], WebhookRequest] | None = None
    refusal: Reply | None = None
    busy: Reply | None = None
    make: Callable[[MemoryFeed], Channel] | None = None
    forgery: tuple[int, ...] = (401, 403)
    unsigned: int = 401


async def _text_of_a_customer(stage: Stage) -> WebhookRequest:
    assert stage.server is not None
    deed = {"deed": "text", "channel": stage.channel.name, "from": "+447700900123", "body": WORDS}
    return await stage.server.vendor.act(deed, NOW)


async def _call_of_a_customer(stage: Stage) -> WebhookRequest:
    assert stage.server is not None
    return await stage.server.vendor.act({"deed": "call", "from": "+447700900123"}, NOW)


def _malformed_call() -> WebhookRequest:
    request = request_to("voice/call", body=b"From=%2B447700900123")
    token = connectors.twilio_voice.sandbox_values(SECRET)["TWILIO_AUTH_TOKEN"]
    signature = connectors.twilio_requests.signature_of(request.url, [("From", "+447700900123")], token)
    return replace(request, headers={"x-twilio-signature": signature})


async def _launch_of_a_skill(stage: Stage) -> WebhookRequest:
    return signed(envelope({"type": "LaunchRequest"}))


async def _words_to_an_agent(stage: Stage) -> WebhookRequest:
    return agent.asked(agent.cx_request(WORDS))


def _with_other_secret(request: WebhookRequest) -> WebhookRequest:
    return replace(request, headers={"x-overture-secret": "the secret of another installation"})


async def _click_of_a_rep(stage: Stage) -> WebhookRequest:
    assert stage.server is not None
    card = await stage.channel.send(OutboundMessage("card", "slack", "#sales", CARD))
    deed = {"deed": "click", "ts": card.vendor_id, "action_id": "handoff_claim", "value": "0193", "user": "sam"}
    return await stage.server.vendor.act(deed, NOW)


async def _line_of_a_visitor(stage: Stage) -> WebhookRequest:
    token = VisitorTokens(SECRET).issue(UUID(VISITOR), "", NOW)
    body = json.dumps({"id": "0b0e7f3c-9f5d-4c8e-8a51-3d2f1f3f7a10", "text": WORDS}).encode()
    return request_to("webchat/messages", {"authorization": f"Bearer {token}"}, body=body)


def _as_admin(secret: str) -> dict[str, str]:
    claims = {"user": {"username": "a program", "role": "admin"}}
    return {"authorization": f"Bearer {jwt.encode({'alg': 'HS256'}, claims, OctKey.import_key(secret.encode()))}"}


async def _message_of_a_program(stage: Stage) -> WebhookRequest:
    body = json.dumps({"sender": "robin", "message": WORDS, "message_id": "m1"}).encode()
    return request_to("rest/webhook", _as_admin(SECRET), body=body)


def _malformed_message() -> WebhookRequest:
    return request_to("rest/webhook", _as_admin(SECRET), body=b'{"sender": "robin", "message": 1}')


def _with_other_jwt(request: WebhookRequest) -> WebhookRequest:
    return replace(request, headers=_as_admin("the secret of another installation"))


def _malformed_text() -> WebhookRequest:
    account = connectors.twilio_messaging.account.account_of(settings_for(connectors.twilio_messaging))
    unsigned = request_to("sms/inbound", body=b"Body=hello")
    signature = connectors.twilio_requests.signature_of(unsigned.url, [("Body", "hello")], account.auth_token)
    return replace(unsigned, headers={"x-twilio-signature": signature})


def _malformed_interaction() -> WebhookRequest:
    secret = connectors.slack.sandbox_values(SECRET)["SLACK_SIGNING_SECRET"]
    body = urlencode({"payload": "{not json"}).encode()
    return replace(
        request_to("slack/interactivity", body=body), headers=connectors.slack.signature.sign(body, secret, NOW)
    )


async def _mail_of_a_customer(stage: Stage) -> WebhookRequest:
    assert stage.server is not None
    deed = {"deed": "write", "from": "ana@example.com", "subject": "Your demo", "text": WORDS}
    return await stage.server.vendor.act(deed, NOW)


def _with_other_password(request: WebhookRequest) -> WebhookRequest:
    other = connectors.email.webhooks.authorization("the secret of another installation")
    return replace(request, headers={**request.headers, "authorization": other})


def _malformed_mail() -> WebhookRequest:
    secret = connectors.email.sandbox_values(SECRET)["EMAIL_WEBHOOK_SECRET"]
    headers = {
        "authorization": connectors.email.webhooks.authorization(secret),
        "content-type": "application/x-www-form-urlencoded",
    }
    return request_to("email/inbound", headers, body=b"from=nobody&text=hello")


def _malformed_line() -> WebhookRequest:
    token = VisitorTokens(SECRET).issue(UUID(VISITOR), "", NOW)
    return request_to("webchat/messages", {"authorization": f"Bearer {token}"}, body=b'{"text": 1')


def _with_other_body(request: WebhookRequest) -> WebhookRequest:
    return replace(request, body=request.body + b"&Body=something+else")


def _with_other_token(request: WebhookRequest) -> WebhookRequest:
    stranger = VisitorTokens("another installation's secret").issue(UUID(VISITOR), "", NOW)
    return replace(request, headers={**request.headers, "authorization": f"Bearer {stranger}"})


def _json(status: int, body: object, **headers: str) -> Reply:
    return Reply(
        status, json.dumps(body).encode(), "application/json", {n.replace("_", "-"): v for n, v in headers.items()}
    )


CASES = {
    "console": Case(connectors.console, "somebody", Text(WORDS)),
    "webchat": Case(connectors.webchat, VISITOR, Text(WORDS), _line_of_a_visitor, _with_other_token, _malformed_line),
    "rest": Case(connectors.rest, "robin", Text(WORDS), _message_of_a_program, _with_other_jwt, _malformed_message),
    "sms": Case(
        connectors.twilio_messaging,
        "+447700900123",
        Text(WORDS),
        _text_of_a_customer,
        _with_other_body,
        _malformed_text,
        refusal=_json(400, {"code": 21211, "message": f"Invalid: {WORDS}", "status": 400}),
        busy=_json(429, {"code": 20429, "message": "Too Many Requests", "status": 429}, Retry_After="7"),
    ),
    "whatsapp": Case(
        connectors.twilio_messaging,
        "+447700900123",
        Text(WORDS, template=Template("HX" + "1" * 32, {"1": WORDS})),
        _text_of_a_customer,
        _with_other_body,
        _malformed_text,
        refusal=_json(400, {"code": 63016, "message": f"Outside the window: {WORDS}", "status": 400}),
        busy=_json(429, {"code": 63017, "message": "Too Many Requests", "status": 429}, Retry_After="7"),
    ),
    "voice": Case(
        connectors.twilio_voice,
        "+447700900123",
        Text(WORDS),
        _call_of_a_customer,
        _with_other_body,
        _malformed_call,
    ),
    "alexa": Case(
        connectors.alexa,
        USER,
        Text(WORDS),
        _launch_of_a_skill,
        _with_other_body,
        lambda: signed(b"{not json"),
        make=lambda feed: skill(feed=feed),
        forgery=(400,),
        unsigned=400,
    ),
    "dialogflow": Case(
        connectors.dialogflow,
        agent.CX_SESSION,
        Text(WORDS),
        _words_to_an_agent,
        _with_other_secret,
        lambda: agent.asked(b"{not json"),
        make=lambda feed: agent.channel(feed=feed),
    ),
    "email": Case(
        connectors.email,
        "ana@example.com",
        Text(WORDS, subject="Your demo"),
        _mail_of_a_customer,
        _with_other_password,
        _malformed_mail,
    ),
    "slack": Case(
        connectors.slack,
        "#sales",
        DeskLine("Robin", WORDS),
        _click_of_a_rep,
        _with_other_body,
        _malformed_interaction,
        refusal=_json(200, {"ok": False, "error": "channel_not_found", "echo": WORDS}),
        busy=_json(429, {"ok": False, "error": "ratelimited"}, Retry_After="7"),
    ),
}
TAILS = ["", "inbound", "status", "events", "interactivity", "session", "messages", "webhook"]
TAILS += ["call", "heard", "skill", "cx", "es", "unsubscribe"]
TAKING = [name for name, case in CASES.items() if case.good is not None]
CALLING = [name for name, case in CASES.items() if case.refusal is not None]


@pytest.fixture
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    name, module, make = request.param, CASES[request.param].module, CASES[request.param].make
    feed, clock = MemoryFeed(), StillClock()
    if make is not None:
        yield Stage(make(feed), feed, None)
        return
    if not hasattr(module, "build_sandbox"):
        channel = built(module, name, feed=feed, clock=clock)
        yield Stage(channel, feed, None)
        await channel.close()
        return
    vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock))
    async with serve(VendorServer(vendor, clock)) as server:
        channel = built(module, name, feed=feed, clock=clock, sandbox_url=server.url)
        yield Stage(channel, feed, server)
        await channel.close()


def over(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("stage", "case"), [(name, CASES[name]) for name in names], indirect=["stage"], ids=names
    )


def outbound(case: Case, stage: Stage, *, key: str = "message 1:0", attempt: int = 1) -> OutboundMessage:
    return OutboundMessage(key, stage.channel.name, case.address, case.content, attempt=attempt, first_tried_at=NOW)


# ---------------------------------------------------------------- names


@over(*CASES)
def test_the_connector_names_the_channel_that_it_builds(stage: Stage, case: Case) -> None:
    assert stage.channel.name in case.module.CHANNELS
    assert stage.channel.abilities.identity
    assert stage.channel.abilities.longest_text > 0


# ---------------------------------------------------------------- in


@over(*TAKING)
async def test_a_good_webhook_brings_something_in(stage: Stage, case: Case) -> None:
    assert case.good is not None
    webhook = stage.channel.parse(await case.good(stage))
    assert len(webhook.inbound) == 1
    assert webhook.inbound[0].channel == stage.channel.name
    assert 200 <= webhook.reply.status < 300


@over(*TAKING)
async def test_the_same_webhook_twice_has_the_same_vendor_id(stage: Stage, case: Case) -> None:
    assert case.good is not None
    request = await case.good(stage)
    first, second = (
        stage.channel.parse(request),
        stage.channel.parse(replace(request, received_at=NOW + timedelta(minutes=1))),
    )
    assert [item.vendor_id for item in first.inbound] == [item.vendor_id for item in second.inbound]
    assert first.inbound[0].vendor_id


@over(*TAKING)
async def test_a_forged_webhook_is_refused_and_told_why(stage: Stage, case: Case) -> None:
    assert case.good is not None
    assert case.forged is not None
    forged = case.forged(await case.good(stage))
    with pytest.raises(WebhookRejected) as refused:
        stage.channel.parse(forged)
    assert refused.value.status in case.forgery
    assert refused.value.reason


@over(*TAKING)
async def test_an_unsigned_webhook_is_refused_and_told_why(stage: Stage, case: Case) -> None:
    assert case.good is not None
    unsigned = replace(await case.good(stage), headers={})
    with pytest.raises(WebhookRejected) as refused:
        stage.channel.parse(unsigned)
    assert refused.value.status == case.unsigned
    assert refused.value.reason


@over(*TAKING)
async def test_a_malformed_body_is_refused_and_told_why(stage: Stage, case: Case) -> None:
    assert case.malformed is not None
    with pytest.raises(WebhookRejected) as refused:
        stage.channel.parse(case.malformed())
    assert refused.value.status == 400
    assert refused.value.reason


@over(*CASES)
def test_an_unknown_address_is_not_found(stage: Stage, case: Case) -> None:
    with pytest.raises(WebhookRejected) as refused:
        stage.channel.parse(request_to(f"{stage.channel.name}/nowhere", body=b"{}"))
    assert refused.value.status == 404


@pytest.mark.parametrize("name", CASES)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "OPTIONS"]),
    tail=st.sampled_from(TAILS),
    query=st.text(max_size=20).map(lambda text: urlencode({"after": text})),
    headers=st.dictionaries(
        st.sampled_from(
            ["authorization", "x-twilio-signature", "x-slack-signature", "x-slack-request-timestamp", "origin", "host"]
        ),
        st.text(max_size=40),
    ),
    body=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: urlencode({"payload": text}).encode()),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_in_is_taken_or_refused(
    name: str, method: str, tail: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    module, make = CASES[name].module, CASES[name].make
    channel: Channel = built(module, name) if make is None else make(MemoryFeed())
    request = request_to(f"{channel.name}/{tail}?{query}", method=method, body=body)
    try:
        channel.parse(replace(request, headers=headers))
    except WebhookRejected as refused:
        assert 400 <= refused.status < 500  # noqa: PT017


# ---------------------------------------------------------------- out


@over(*CASES)
async def test_a_sent_message_has_a_receipt(stage: Stage, case: Case) -> None:
    receipt = await stage.channel.send(outbound(case, stage))
    assert receipt.vendor_id


@over(
    *(name for name, case in CASES.items() if hasattr(case.module, "preview") and name not in ("console", "whatsapp"))
)
async def test_a_preview_shows_what_is_sent(stage: Stage, case: Case) -> None:
    content = Text(f"{WORDS} Or <b>Friday</b>?", (Button("Friday", "/affirm"),))
    preview = case.module.preview(content)
    await stage.channel.send(replace(outbound(case, stage), content=content))
    sent = [text for items in stage.feed.entries.values() for text in _texts(list(items.values()))]
    assert preview.text in sent
    assert not preview.says_nothing
    assert all(button in sent for button in preview.buttons)
    assert all(text in sent for text in _texts(preview.blocks))
    assert "Friday" in preview.buttons or "Friday" in preview.text


def _texts(node: object) -> list[str]:
    """Every text in there, however deep."""
    match node:
        case str():
            return [node]
        case dict():
            return _texts(list(node.values()))
        case list() | tuple():
            return [text for one in node for text in _texts(one)]
        case _:
            return []


@over(*(name for name in CASES if name != "console"))
async def test_what_is_sent_can_be_seen_on_a_feed(stage: Stage, case: Case) -> None:
    await stage.channel.send(outbound(case, stage))
    assert WORDS in json.dumps(stage.feed.entries)


@over(*(name for name in CASES if name in ("webchat", "rest", "alexa", "dialogflow")))
async def test_a_repeatable_channel_shows_one_key_once(stage: Stage, case: Case) -> None:
    assert stage.channel.abilities.repeatable
    first = await stage.channel.send(outbound(case, stage))
    second = await stage.channel.send(outbound(case, stage, attempt=2))
    assert first == second
    assert [len(items) for items in stage.feed.entries.values()] == [1]


@over("webchat", "rest", "sms", "whatsapp", "voice", "alexa", "dialogflow", "email", "console")
async def test_what_a_channel_cannot_carry_is_refused_for_good(stage: Stage, case: Case) -> None:
    with pytest.raises(PermanentSendError):
        await stage.channel.send(replace(outbound(case, stage), content=CARD))


TROUBLE: dict[str, Fault] = {
    "500": Reply(500, b"<html>oops</html>", "text/html"),
    "503 in plain text": Reply(503, b"upstream connect error", "text/plain"),
    "502 without a body": Reply(502, b"", "text/html"),
    "nonsense": Reply(200, b"[1, 2]", "application/json"),
    "hangs up": "hang up",
}


@over(*CALLING)
@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
async def test_trouble_at_the_vendor_is_temporary(stage: Stage, case: Case, fault: Fault) -> None:
    error = await _failure(stage, case, fault)
    assert isinstance(error, TemporarySendError)


@over(*CALLING)
async def test_a_vendor_that_is_busy_says_when_to_come_back(stage: Stage, case: Case) -> None:
    assert case.busy is not None
    error = await _failure(stage, case, case.busy)
    assert isinstance(error, TemporarySendError)
    assert error.retry_after == timedelta(seconds=7)


@over(*CALLING)
async def test_a_vendor_that_says_nothing_is_not_waited_for(
    stage: Stage, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = aiohttp.ClientTimeout(total=0.05)
    monkeypatch.setattr(connectors.twilio_messaging.api, "TIMEOUT", short)
    monkeypatch.setattr(connectors.slack.calls, "TIMEOUT_SECONDS", 0.05)
    error = await _failure(stage, case, "say nothing")
    assert isinstance(error, TemporarySendError)


@over(*CALLING)
async def test_a_vendor_that_refuses_is_not_asked_again(stage: Stage, case: Case) -> None:
    assert case.refusal is not None
    error = await _failure(stage, case, case.refusal)
    assert isinstance(error, PermanentSendError)
    assert error.code


@over(*CALLING)
async def test_after_trouble_the_next_message_goes_through(stage: Stage, case: Case) -> None:
    await _failure(stage, case, "hang up")
    assert (await stage.channel.send(outbound(case, stage))).vendor_id


@over(*CALLING)
async def test_a_closed_vendor_is_temporary_trouble(stage: Stage, case: Case) -> None:
    channel: Channel = built(case.module, stage.channel.name, sandbox_url="http://127.0.0.1:9")
    try:
        with pytest.raises(TemporarySendError):
            await channel.send(outbound(case, stage))
    finally:
        await channel.close()


async def _failure(stage: Stage, case: Case, fault: Fault) -> SendError:
    """The error of a send that meets `fault`; none of what it says may be private."""
    assert stage.server is not None
    stage.server.faults.append(fault)
    with pytest.raises(SendError) as failed:
        await stage.channel.send(outbound(case, stage))
    private = [WORDS, case.address.lstrip("#") if case.address.startswith("+") else WORDS]
    private += [
        value for name, value in settings_for(case.module).values.items() if "TOKEN" in name or "SECRET" in name
    ]
    told: BaseException | None = failed.value
    while told is not None:
        assert not [secret for secret in private if secret in str(told)]
        told = told.__cause__
    return failed.value
