"""The connector of docs/writing-a-connector.md, as it stands there, does what every channel must."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import connectors
from bot.domain.errors import (
    CredentialRefused,
    NotTried,
    PermanentSendError,
    SendError,
    TemporarySendError,
    WebhookRejected,
)
from bot.domain.message import Button, CustomerMessage, OutboundMessage, Text
from bot.ports import Reply, WebhookRequest
from tests.connectors.vendor_server import StillClock, VendorServer, built, request_to, serve
from tests.lending import ROOT

PAGE = (ROOT / "docs" / "writing-a-connector.md").read_text(encoding="utf-8")
FILES = re.compile(r"^`(telegram/\w+\.py)`\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
VALUES = {"TELEGRAM_TOKEN": "123456:the-token", "TELEGRAM_SECRET": "the-secret"}
SIGNED = {"x-telegram-bot-api-secret-token": "the-secret"}


@dataclass
class Telegram:
    """Telegram's Bot API, as far as messages go."""

    name: str = "telegram"
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, request: WebhookRequest) -> Reply:
        assert "/bot123456:the-token/sendMessage" in request.url
        self.sent.append(json.loads(request.body))
        return told(200, {"ok": True, "result": {"message_id": len(self.sent)}})

    async def act(self, deed: Any, now: Any) -> WebhookRequest:
        raise NotImplementedError("this vendor only answers")


def told(status: int, body: Any) -> Reply:
    return Reply(status, json.dumps(body).encode(), "application/json")


@pytest.fixture
def telegram(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The files of the page, as a connector."""
    for name, source in FILES.findall(PAGE):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source, encoding="utf-8")
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(tmp_path)])
    yield importlib.import_module("connectors.telegram")
    for name in [one for one in sys.modules if one.startswith("connectors.telegram")]:
        del sys.modules[name]


@pytest.fixture
async def server() -> AsyncIterator[VendorServer]:
    async with serve(VendorServer(Telegram(), StillClock())) as server:
        yield server


@pytest.fixture
async def channel(telegram: ModuleType, server: VendorServer) -> AsyncIterator[Any]:
    channel = built(telegram, "telegram", values={**VALUES, "TELEGRAM_API": server.url})
    yield channel
    await channel.close()


def update(**more: Any) -> bytes:
    message = {"message_id": 1, "chat": {"id": 42, "type": "private"}, "text": "Hello", **more}
    return json.dumps({"update_id": 7, "message": message}).encode()


def test_a_message_comes_in(channel: Any) -> None:
    [inbound] = channel.parse(request_to("telegram/updates", SIGNED, body=update())).inbound
    assert inbound == CustomerMessage("telegram", "7", "42", "Hello")


def test_what_is_no_text_of_a_person_is_taken_and_changes_nothing(channel: Any) -> None:
    for body in (update(chat={"id": -5, "type": "group"}), b'{"update_id": 8, "edited_message": {}}'):
        assert channel.parse(request_to("telegram/updates", SIGNED, body=body)).inbound == ()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (request_to("telegram/updates", body=update()), 401),
        (request_to("telegram/updates", {"x-telegram-bot-api-secret-token": "é"}, body=update()), 403),
        (request_to("telegram/updates", SIGNED, body=b"[]"), 400),
        (request_to("telegram/updates", SIGNED, body=b'{"update": 1}'), 400),
        (request_to("telegram/updates", SIGNED, method="GET"), 405),
        (request_to("telegram/elsewhere", SIGNED, body=update()), 404),
    ],
)
def test_what_is_not_telegrams_is_refused(channel: Any, request_: WebhookRequest, status: int) -> None:
    with pytest.raises(WebhookRejected) as refused:
        channel.parse(request_)
    assert refused.value.status == status


async def test_a_message_goes_out_with_keys_and_links(channel: Any, server: VendorServer) -> None:
    buttons = (Button("Yes", "/affirm"), Button("Prices", "https://example.com/prices"))
    content = Text("Shall we?", buttons, source_title="Demos", source_url="https://example.com/demos")
    receipt = await channel.send(OutboundMessage("k1", "telegram", "42", content))
    assert receipt.vendor_id == "42:1"
    assert server.vendor.sent == [  # type: ignore[attr-defined]
        {
            "chat_id": 42,
            "text": "Shall we?\nPrices: https://example.com/prices\nDemos: https://example.com/demos",
            "reply_markup": {"keyboard": [["Yes"]], "one_time_keyboard": True, "resize_keyboard": True},
        }
    ]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (told(429, {"ok": False, "parameters": {"retry_after": 7}}), NotTried),
        (told(401, {"ok": False}), CredentialRefused),
        (told(500, {"ok": False}), TemporarySendError),
        (Reply(200, b"<html>"), TemporarySendError),
        (told(403, {"ok": False, "description": "Forbidden: bot was blocked by the user"}), PermanentSendError),
    ],
)
async def test_what_telegram_refuses_is_told_apart(
    channel: Any, server: VendorServer, reply: Reply, error: type[SendError]
) -> None:
    server.faults.append(reply)
    with pytest.raises(SendError) as raised:
        await channel.send(OutboundMessage("k1", "telegram", "42", Text("Hello")))
    assert type(raised.value) is error
    if isinstance(raised.value, NotTried) and error is NotTried:
        assert raised.value.retry_after == timedelta(seconds=7)
