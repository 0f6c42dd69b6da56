"""Every channel with its vendor's stand-in: what is needed to hold all of them to one suite."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from types import ModuleType
from urllib.parse import urlencode
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

import connectors.alexa
import connectors.console
import connectors.desk
import connectors.dialogflow
import connectors.email
import connectors.email.webhooks
import connectors.rest
import connectors.slack
import connectors.slack.calls
import connectors.slack.signature
import connectors.socketio
import connectors.twilio_messaging
import connectors.twilio_messaging.account
import connectors.twilio_messaging.api
import connectors.twilio_messaging.webhooks
import connectors.twilio_requests
import connectors.twilio_voice
import connectors.webchat
import connectors.whatsapp_cloud
import connectors.whatsapp_cloud.webhooks
import tests.connectors.dialogflow.agent as agent
from bot.domain.ids import HandoffId
from bot.domain.message import Content, DeskLine, HandoffCard, OutboundMessage, Template, Text
from bot.ports import Channel, Reply, WebhookRequest
from connectors.visitor_tokens import VisitorTokens
from tests.connectors.alexa.skill import USER, envelope, signed, skill
from tests.connectors.vendor_server import (
    NOW,
    SECRET,
    MemoryFeed,
    VendorServer,
    request_to,
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

    `make` builds a channel that trusts our own certificates; `name` is the channel's, where another case has that, too;
    `forgery` and `unsigned` are the status its vendor wants.
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
    name: str = ""
    forgery: tuple[int, ...] = (401, 403)
    unsigned: int = 401


async def _text_of_a_customer(stage: Stage) -> WebhookRequest:
    assert stage.server is not None
    deed = {"deed": "text", "channel": stage.channel.name, "from": "+447700900123", "body": WORDS}
    return await stage.server.vendor.act(deed, NOW)


def signed_by_meta(body: bytes) -> WebhookRequest:
    secret = connectors.whatsapp_cloud.sandbox_values(SECRET)["WHATSAPP_APP_SECRET"]
    headers = {connectors.whatsapp_cloud.webhooks.SIGNATURE: connectors.whatsapp_cloud.webhooks.signature(body, secret)}
    return request_to("whatsapp/webhook", headers, body=body)


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


def as_admin(secret: str) -> dict[str, str]:
    claims = {"user": {"username": "a program", "role": "admin"}}
    return {"authorization": f"Bearer {jwt.encode({'alg': 'HS256'}, claims, OctKey.import_key(secret.encode()))}"}


async def _message_of_a_program(stage: Stage) -> WebhookRequest:
    body = json.dumps({"sender": "robin", "message": WORDS, "message_id": "m1"}).encode()
    return request_to("rest/webhook", as_admin(SECRET), body=body)


def _malformed_message() -> WebhookRequest:
    return request_to("rest/webhook", as_admin(SECRET), body=b'{"sender": "robin", "message": 1}')


def _with_other_jwt(request: WebhookRequest) -> WebhookRequest:
    return replace(request, headers=as_admin("the secret of another installation"))


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
    "desk": Case(connectors.desk, "sales", CARD),
    "webchat": Case(connectors.webchat, VISITOR, Text(WORDS), _line_of_a_visitor, _with_other_token, _malformed_line),
    "rest": Case(connectors.rest, "robin", Text(WORDS), _message_of_a_program, _with_other_jwt, _malformed_message),
    "socketio": Case(connectors.socketio, VISITOR, Text(WORDS)),
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
    "whatsapp_cloud": Case(
        connectors.whatsapp_cloud,
        "+447700900123",
        Text(WORDS, template=Template("follow_up/en", {"1": WORDS})),
        _text_of_a_customer,
        _with_other_body,
        lambda: signed_by_meta(b'{"object": "page", "entry": []}'),
        refusal=_json(400, {"error": {"code": 131047, "message": f"Re-engagement message: {WORDS}"}}),
        busy=_json(400, {"error": {"code": 130429, "message": "Rate limit hit"}}, Retry_After="7"),
        name="whatsapp",
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
TAKING = [name for name, case in CASES.items() if case.good is not None]
CALLING = [name for name, case in CASES.items() if case.refusal is not None]


def over(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("stage", "case"), [(name, CASES[name]) for name in names], indirect=["stage"], ids=names
    )


def outbound(case: Case, stage: Stage, *, key: str = "message 1:0", attempt: int = 1) -> OutboundMessage:
    return OutboundMessage(key, stage.channel.name, case.address, case.content, attempt=attempt, first_tried_at=NOW)


def texts_of(node: object) -> list[str]:
    """Every text in there, names of fields excepted, however deep."""
    match node:
        case str():
            return [node]
        case dict():
            return texts_of(list(node.values()))
        case list() | tuple():
            return [text for one in node for text in texts_of(one)]
        case _:
            return []
