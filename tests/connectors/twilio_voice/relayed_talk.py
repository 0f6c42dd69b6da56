"""A talk over ConversationRelay in tests: what Twilio sends, and what is read from our answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import connectors.twilio_voice
from bot.domain.message import Button, CustomerMessage, Text
from bot.ports import FeedItem, Said, Talk, TalkStep, WebhookRequest
from connectors.speech import item_of
from connectors.twilio_requests import signature_of
from connectors.twilio_voice.place import Place
from tests.connectors.vendor_server import NOW, SECRET, request_to

CALLER, SID = "+447700900123", "CA" + "0" * 32
VALUES = {**connectors.twilio_voice.sandbox_values(SECRET), "TWILIO_VOICE_SPEECH": "relay"}
TOKEN, ACCOUNT = VALUES["TWILIO_AUTH_TOKEN"], VALUES["TWILIO_ACCOUNT_SID"]
GREETED = Place(turn=1, heard=10, since=8)
YES_NO = Text("Shall we?", buttons=(Button("Yes", "/affirm"), Button("No", "/deny")))
PLANS = Text("We have three plans. The first is free.")


def opening(sid: str = SID, *, scheme: str = "wss", token: str = TOKEN, path: str = "relay") -> WebhookRequest:
    """The request with which Twilio opens the WebSocket; no body, so only its address is signed."""
    request = request_to(f"voice/{path}/{sid}", method="GET")
    signed = request.url.replace("https", scheme, 1)
    return replace(request, headers={"x-twilio-signature": signature_of(signed, [], token), "upgrade": "websocket"})


def frame(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, **fields})


def setup(place: Place = GREETED, **fields: Any) -> str:
    told = {"accountSid": ACCOUNT, "callSid": SID, "from": CALLER, "to": "+447700900101", "direction": "inbound"}
    return frame("setup", sessionId="VX" + "0" * 32, **told | fields, customParameters={"place": place.query()})


def prompt(text: str, *, last: bool = True, lang: str = "en-GB") -> str:
    return frame("prompt", voicePrompt=text, lang=lang, last=last)


def items(*contents: Text | Mapping[str, Any], after: int = 10) -> list[FeedItem]:
    written = [item_of(str(number), one) if isinstance(one, Text) else one for number, one in enumerate(contents)]
    return [FeedItem(after + n, "voice", item, NOW) for n, item in enumerate(written, 1)]


def said(*contents: Text | Mapping[str, Any], after: int = 10, finished: bool = True) -> Said:
    return Said(items(*contents, after=after), finished)


TRANSFER = {"type": "transfer", "id": "t", "handoff": "h1", "summary": "Ana, about a demo"}


def reply_to(step: TalkStep, what: Said) -> TalkStep:
    assert step.await_turn is not None
    return step.await_turn.reply(what)


def sent(step: TalkStep) -> list[dict[str, Any]]:
    return [json.loads(one) for one in step.frames]


def words(step: TalkStep) -> str:
    return "".join(one["token"] for one in sent(step) if one["type"] == "text")


def message_in(step: TalkStep) -> CustomerMessage:
    [message] = step.inbound
    assert isinstance(message, CustomerMessage)
    return message


def ask(talk: Talk, text: str = "Which plans are there?") -> TalkStep:
    return talk.hear(prompt(text))
