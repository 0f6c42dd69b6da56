"""Every door that channels have: a good body for each, and a way to sign whatever else is put in its place."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import connectors.email
import connectors.email.webhooks
import connectors.slack
import connectors.twilio_messaging
import connectors.twilio_requests
import connectors.twilio_voice
import connectors.whatsapp_cloud
import tests.connectors.alexa.skill as alexa
import tests.connectors.dialogflow.agent as dialogflow
from bot.ports import Channel, WebhookRequest
from connectors.slack.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER
from connectors.twilio_voice.place import Place
from connectors.visitor_tokens import VisitorTokens
from tests.connectors.vendor_server import NOW, SECRET, MemoryFeed, built, request_to
from tests.contracts.channels import CASES, VISITOR, WORDS, as_admin, signed_by_meta

Body = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Door:
    """One address of a channel. `good` is a body that it takes, and `words` where in that the customer's words are.

    `written` puts a body as its vendor does, `sent` makes the vendor's own request of that.
    """

    channel: str
    tail: str
    good: Body
    words: tuple[str | int, ...]
    written: Callable[[Body], bytes]
    sent: Callable[[str, bytes], WebhookRequest]

    def request(self, body: Body | bytes) -> WebhookRequest:
        return self.sent(f"{self.channel}/{self.tail}", body if isinstance(body, bytes) else self.written(body))

    def saying(self, words: str) -> WebhookRequest:
        """A good request with these words."""
        body = json.loads(json.dumps(self.good))
        *path, last = self.words
        place = body
        for name in path:
            place = place[name]
        place[last] = words
        return self.request(body)


def _as_json(body: Body) -> bytes:
    return json.dumps(body).encode()


def _as_form(body: Body) -> bytes:
    """What is no text is written as JSON, as Slack does."""
    fields = {name: one if isinstance(one, str) else json.dumps(one) for name, one in body.items()}
    return urlencode(fields, errors="surrogatepass").encode()


def _as_parts(body: Body) -> bytes:
    """multipart/form-data, as mail services post."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n'.encode("utf-8", "surrogatepass")
        for name, one in body.items()
    ]
    return b"".join(parts) + b"--b--\r\n"


def _by_twilio(token: str) -> Callable[[str, bytes], WebhookRequest]:
    def sent(path: str, body: bytes) -> WebhookRequest:
        request = request_to(path, body=body)
        fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        signature = connectors.twilio_requests.signature_of(request.url, fields, token)
        return replace(request, headers={"x-twilio-signature": signature})

    return sent


def _by_slack(path: str, body: bytes) -> WebhookRequest:
    """Signed by hand, for the SDK signs nothing that is not in UTF-8."""
    secret, at = connectors.slack.sandbox_values(SECRET)["SLACK_SIGNING_SECRET"], str(int(NOW.timestamp()))
    signature = "v0=" + hmac.new(secret.encode(), f"v0:{at}:".encode() + body, "sha256").hexdigest()
    return request_to(path, {SIGNATURE_HEADER: signature, TIMESTAMP_HEADER: at}, body=body)


def _by_mail(content_type: str) -> Callable[[str, bytes], WebhookRequest]:
    secret = connectors.email.sandbox_values(SECRET)["EMAIL_WEBHOOK_SECRET"]
    headers = {"authorization": connectors.email.webhooks.authorization(secret), "content-type": content_type}
    return lambda path, body: request_to(path, headers, body=body)


def _from_meta(_path: str, body: bytes) -> WebhookRequest:
    return signed_by_meta(body)


def _by_visitor(path: str, body: bytes) -> WebhookRequest:
    token = VisitorTokens(SECRET).issue(UUID(VISITOR), "", NOW)
    return request_to(path, {"authorization": f"Bearer {token}"}, body=body)


TEXTS = _by_twilio(connectors.twilio_messaging.sandbox_values(SECRET)["TWILIO_AUTH_TOKEN"])
CALLS = _by_twilio(connectors.twilio_voice.sandbox_values(SECRET)["TWILIO_AUTH_TOKEN"])
TEXT: Body = {
    "MessageSid": "SM" + "0" * 32,
    "AccountSid": "AC" + "0" * 32,
    "From": "+447700900123",
    "To": "+447700900100",
    "Body": WORDS,
    "NumMedia": "1",
    "MediaUrl0": "https://api.twilio.com/a",
    "MediaContentType0": "image/png",
    "OptOutType": "",
    "ButtonPayload": "",
}
STATUS: Body = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "undelivered", "ErrorCode": "30003"}


def _by_meta(field: str, **told: Any) -> Body:
    number = connectors.whatsapp_cloud.sandbox_values(SECRET)["WHATSAPP_PHONE_NUMBER_ID"]
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number}, **told}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"value": value, "field": field}]}],
    }


CONTACT: Body = {"wa_id": "447700900123", "user_id": "GB.1", "profile": {"name": "Ana"}}
MESSAGES = _by_meta(
    "messages",
    contacts=[CONTACT],
    messages=[
        {"from": "447700900123", "id": "wamid.1", "timestamp": "1", "type": "text", "text": {"body": WORDS}},
        {"from": "447700900123", "id": "wamid.2", "type": "image", "image": {"id": "1", "mime_type": "image/png"}},
        {"from": "447700900123", "id": "wamid.3", "type": "contacts", "contacts": [{"phones": [{"phone": "1"}]}]},
        {"from": "447700900123", "id": "wamid.4", "type": "order", "order": {"product_items": [{"quantity": 1}]}},
        {
            "from_user_id": "GB.1",
            "id": "wamid.5",
            "type": "interactive",
            "interactive": {"type": "button_reply", "button_reply": {"id": "/affirm", "title": "Yes"}},
        },
    ],
)
STATUSES = _by_meta(
    "messages",
    statuses=[{"id": "wamid.1", "status": "failed", "errors": [{"code": 131026, "title": WORDS}]}],
)
PREFERENCES = _by_meta(
    "user_preferences",
    user_preferences=[
        {"wa_id": "447700900123", "category": "marketing_messages", "value": "stop", "timestamp": 1, "detail": WORDS}
    ],
)
ECHOES = _by_meta(
    "smb_message_echoes",
    message_echoes=[
        {"from": "447700900100", "to": "447700900123", "id": "wamid.1", "type": "text", "text": {"body": WORDS}},
        {"to_user_id": "GB.1", "id": "wamid.2", "type": "document", "document": {"id": "1", "filename": "offer.pdf"}},
    ],
)
IN_CHANGE: tuple[str | int, ...] = ("entry", 0, "changes", 0, "value")
CALL: Body = {
    "CallSid": "CA" + "0" * 32,
    "From": "+447700900123",
    "To": "+447700900100",
    "Direction": "inbound",
    "CallStatus": "in-progress",
    "SpeechResult": WORDS,
    "Confidence": "0.9",
    "Digits": "",
    "AnsweredBy": "human",
}
MAIL: Body = {
    "from": "Ana <ana@example.com>",
    "to": "hello@example.com",
    "subject": "Your demo",
    "text": WORDS,
    "html": f"<p>{WORDS}</p>",
    "headers": "Message-ID: <1@example.com>\nIn-Reply-To: <2@example.com>",
    "charsets": '{"text": "utf-8"}',
    "envelope": '{"from": "ana@example.com"}',
}
MAIL_EVENT: Body = {
    "event": "bounce",
    "email": "ana@example.com",
    "reason": WORDS,
    "status": "5.1.1",
    "sg_event_id": "1",
    "smtp-id": "<1@example.com>",
    "type": "bounce",
}
IN_THREAD: Body = {
    "type": "event_callback",
    "event_id": "Ev1",
    "team_id": "T1",
    "event": {
        "type": "message",
        "channel": "C0000SALES",
        "user": "U0ALICE00",
        "ts": "1795521700.000100",
        "thread_ts": "1795521599.000100",
        "text": WORDS,
        "files": [{"id": "F1", "name": "a.png", "permalink": "https://example.slack.com/a"}],
    },
}
CLICK: Body = {
    "type": "block_actions",
    "user": {"id": "U0ALICE00", "username": "alice"},
    "container": {"type": "message", "message_ts": "1795521599.000100", "channel_id": "C0000SALES"},
    "trigger_id": "1.2.3",
    "actions": [{"action_id": "handoff_claim", "value": "0193", "action_ts": "1795521605.194939"}],
}
SUBMISSION: Body = {
    "type": "view_submission",
    "user": {"id": "U0ALICE00", "username": "alice"},
    "view": {
        "id": "V1",
        "callback_id": "handoff_reply",
        "private_metadata": '{"handoff": "0193", "channel": "C0000SALES", "thread": "1.1"}',
        "state": {"values": {"reply": {"text": {"value": WORDS}}}},
    },
}
COMMAND: Body = {
    "command": "/overture",
    "text": WORDS,
    "user_id": "U0ALICE00",
    "user_name": "alice",
    "channel_id": "C0000SALES",
    "trigger_id": "1.2.3",
}
LINE: Body = {"id": "0b0e7f3c-9f5d-4c8e-8a51-3d2f1f3f7a10", "text": WORDS}
SAID: Body = alexa.envelope(alexa.intent("Words", {"words": WORDS}))
CX: Body = dialogflow.cx_request(WORDS, parameters={"team_size": 5})
ES: Body = dialogflow.es_request(WORDS, parameters={"team_size": 5})


def _payload(body: Body) -> bytes:
    return _as_form({"payload": json.dumps(body)})


DOORS = {
    "sms": Door("sms", "inbound", TEXT, ("Body",), _as_form, TEXTS),
    "sms status": Door("sms", "status", STATUS, ("ErrorCode",), _as_form, TEXTS),
    "whatsapp": Door("whatsapp", "inbound", TEXT | {"From": "whatsapp:+447700900123"}, ("Body",), _as_form, TEXTS),
    "whatsapp_cloud": Door(
        "whatsapp_cloud", "webhook", MESSAGES, (*IN_CHANGE, "messages", 0, "text", "body"), _as_json, _from_meta
    ),
    "whatsapp_cloud status": Door(
        "whatsapp_cloud", "webhook", STATUSES, (*IN_CHANGE, "statuses", 0, "errors", 0, "title"), _as_json, _from_meta
    ),
    "whatsapp_cloud stop": Door(
        "whatsapp_cloud", "webhook", PREFERENCES, (*IN_CHANGE, "user_preferences", 0, "detail"), _as_json, _from_meta
    ),
    "whatsapp_cloud echo": Door(
        "whatsapp_cloud", "webhook", ECHOES, (*IN_CHANGE, "message_echoes", 0, "text", "body"), _as_json, _from_meta
    ),
    "voice call": Door("voice", "call", CALL, ("CallerName",), _as_form, CALLS),
    "voice heard": Door("voice", "heard", CALL, ("SpeechResult",), _as_form, CALLS),
    "voice placed": Door("voice", f"placed?{Place(message='k').query()}", CALL, ("CallerName",), _as_form, CALLS),
    "email": Door("email", "inbound", MAIL, ("text",), _as_parts, _by_mail("multipart/form-data; boundary=b")),
    "email form": Door("email", "inbound", MAIL, ("text",), _as_form, _by_mail("application/x-www-form-urlencoded")),
    "email event": Door("email", "events", MAIL_EVENT, ("reason",), _as_json, _by_mail("application/json")),
    "slack event": Door("slack", "events", IN_THREAD, ("event", "text"), _as_json, _by_slack),
    "slack click": Door("slack", "interactivity", CLICK, ("user", "username"), _payload, _by_slack),
    "slack form": Door(
        "slack", "interactivity", SUBMISSION, ("view", "state", "values", "reply", "text", "value"), _payload, _by_slack
    ),
    "slack command": Door("slack", "commands", COMMAND, ("text",), _as_form, _by_slack),
    "webchat": Door("webchat", "messages", LINE, ("text",), _as_json, _by_visitor),
    "webchat session": Door("webchat", "session", {"locale": "en"}, ("locale",), _as_json, _by_visitor),
    "webchat report": Door("webchat", "report", {"id": LINE["id"], "locale": "en"}, ("locale",), _as_json, _by_visitor),
    "webchat read": Door("webchat", "read", {"messages": ["a"], "note": ""}, ("note",), _as_json, _by_visitor),
    "rest": Door(
        "rest",
        "webhook",
        {"sender": "robin", "message": WORDS, "message_id": "m1", "metadata": {"a": 1}},
        ("message",),
        _as_json,
        lambda path, body: request_to(path, as_admin(SECRET), body=body),
    ),
    "alexa": Door(
        "alexa",
        "skill",
        SAID,
        ("request", "intent", "slots", "words", "value"),
        _as_json,
        lambda _path, body: alexa.signed(body),
    ),
    "dialogflow cx": Door(
        "dialogflow", "cx", CX, ("text",), _as_json, lambda _path, body: dialogflow.asked(body, "cx")
    ),
    "dialogflow es": Door(
        "dialogflow", "es", ES, ("queryResult", "queryText"), _as_json, lambda _path, body: dialogflow.asked(body, "es")
    ),
}


@cache
def channel_of(door: Door) -> Channel:
    case = CASES[door.channel]
    made: Channel = built(case.module, case.name or door.channel) if case.make is None else case.make(MemoryFeed())
    return made


def parts_of(body: Mapping[str, Any]) -> list[tuple[str | int, ...]]:
    """The way to every node of the body."""
    found: list[tuple[str | int, ...]] = []

    def walk(node: object, way: tuple[str | int, ...]) -> None:
        match node:
            case dict():
                inner: list[tuple[str | int, object]] = list(node.items())
            case list():
                inner = list(enumerate(node))
            case _:
                return
        for name, one in inner:
            found.append((*way, name))
            walk(one, (*way, name))

    walk(body, ())
    return found


def names_in(body: Mapping[str, Any]) -> list[str]:
    """Of all fields in there, however deep."""
    return [way[-1] for way in parts_of(body) if isinstance(way[-1], str)]
