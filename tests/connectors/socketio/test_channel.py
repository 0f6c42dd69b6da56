"""The Socket.IO channel's own rules; what it has in common with others is in `tests/contracts/`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import connectors.socketio
from bot.domain.errors import SettingsError, WebhookRejected
from bot.domain.message import Button, OutboundMessage, Text
from bot.ports import SocketDoor
from connectors.socketio import SocketioChannel, preview
from connectors.socketio.channel import as_clients_read
from tests.connectors.vendor_server import MemoryFeed, request_to, settings_for


def channel_with(values: Mapping[str, str] | None = None, *, feed: MemoryFeed | None = None) -> SocketioChannel:
    return connectors.socketio.build(settings_for(connectors.socketio, values=values, feed=feed))


def test_unless_it_is_told_otherwise_it_is_where_rasas_clients_look_for_it() -> None:
    assert channel_with().door == SocketDoor("/socket.io", "/", ("session_request", "user_uttered"))


def test_path_namespace_and_events_may_be_those_of_a_project() -> None:
    names = {"PATH": "/chat/sockets/", "NAMESPACE": "/shop", "USER_MESSAGE": "said", "BOT_MESSAGE": "answered"}
    channel = channel_with({f"SOCKETIO_{name}": value for name, value in names.items()})
    assert channel.door == SocketDoor("/chat/sockets", "/shop", ("session_request", "said"))
    (told,) = channel.connect(request_to(""), None).tell({"said": [{"text": "Hello."}]})
    assert told.name == "answered"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SOCKETIO_ORIGINS", "https://*.example.com"),
        ("SOCKETIO_PATH", "socket.io"),
        ("SOCKETIO_NAMESPACE", "/a b"),
        ("SOCKETIO_PATH", "/{tail}"),
        ("SOCKETIO_PATH", "/"),
        ("SOCKETIO_PATH", "/socket.io?x=1"),
        ("SOCKETIO_USER_MESSAGE", "connect"),
        ("SOCKETIO_JWT_SECRET", "short"),
    ],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        channel_with({name: value})


def test_pages_of_the_named_websites_and_our_own_may_connect() -> None:
    channel = channel_with({"SOCKETIO_ORIGINS": "https://www.example.com"})
    for origin, host, may in (
        ("https://www.example.com", "chat.example.com", True),
        ("https://chat.example.com", "chat.example.com", True),
        ("http://localhost:8080", "localhost:8080", True),
        ("https://evil.example", "chat.example.com", False),
        ("null", "chat.example.com", False),
    ):
        assert channel.allows(origin, host) is may


def test_a_webhook_is_told_where_clients_connect() -> None:
    with pytest.raises(WebhookRejected, match=r"/socket\.io/") as refused:
        channel_with().parse(request_to("socketio/webhook", body=b"{}"))
    assert refused.value.status == 404


# ---------------------------------------------------------------- out


async def test_a_message_waits_on_the_feed_of_its_visitor_in_rasas_words() -> None:
    feed = MemoryFeed()
    receipt = await channel_with(feed=feed).send(
        OutboundMessage("k1", "socketio", "robin", Text("Hello.\n\nWho are you?"))
    )
    (item,) = await feed.items("socketio:robin")
    assert item["said"] == [{"text": "Hello."}, {"text": "Who are you?"}]
    assert receipt.vendor_id == "k1"


def quick_reply(title: str, payload: str, **more: str) -> dict[str, str]:
    return {"content_type": "text", "title": title, "payload": payload, **more}


CARD = {"title": "Harbour", "subtitle": "From 3 pounds"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            Text("Two things.\n\nA demo?", buttons=(Button("Yes", "/affirm"),)),
            [
                {"text": "Two things.", "quick_replies": []},
                {"text": "A demo?", "quick_replies": [quick_reply("Yes", "/affirm")]},
            ],
        ),
        (
            Text("", buttons=(Button("Read", "https://example.com"),)),
            [
                {
                    "text": "",
                    "quick_replies": [
                        quick_reply("Read", "https://example.com", type="web_url", url="https://example.com")
                    ],
                }
            ],
        ),
        (
            Text("Three pounds.", source_title="Prices", source_url="https://example.com/prices"),
            [{"text": "Three pounds."}, {"text": "Prices: https://example.com/prices"}],
        ),
        (
            Text("", image="https://example.com/a.png"),
            [{"attachment": {"type": "image", "payload": {"src": "https://example.com/a.png"}}}],
        ),
        (Text("", extras={"custom": {"data": {"map": 1}}}), [{"map": 1}]),
        (Text("", extras={"custom": {"map": 1}}), [{"map": 1}]),
        (Text("", extras={"attachment": {"type": "video"}}), [{"attachment": {"type": "video"}}]),
        (
            Text("", extras={"elements": [CARD]}),
            [{"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": CARD}}}],
        ),
    ],
)
def test_clients_read_what_rasas_channel_would_send(content: Text, said: list[Any]) -> None:
    assert as_clients_read(content) == said


def test_a_preview_shows_what_a_client_shows() -> None:
    shown = preview(Text("A demo?\n\nIt is free.", buttons=(Button("Yes", "/affirm"),), extras={"custom": ["a list"]}))
    assert (shown.text, shown.buttons) == ("A demo?\n\nIt is free.", ("Yes",))
