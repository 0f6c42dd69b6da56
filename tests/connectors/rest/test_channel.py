"""The REST channel's own rules; what it has in common with others is in `tests/contracts/test_channel.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

import connectors.rest
from bot.adapters.api_access import CredentialAccess
from bot.domain.errors import SettingsError, WebhookRejected
from bot.domain.message import Button, CustomerMessage, OutboundMessage, Text
from bot.ports import ConnectorSettings, FeedItem, FollowFeed, Said, Webhook
from connectors.rest.channel import RestChannel
from tests.connectors.vendor_server import (
    API_TOKEN,
    NOW,
    SECRET,
    SERVICE_URL,
    MemoryFeed,
    StillClock,
    request_to,
    settings_for,
)


@pytest.fixture
def feed() -> MemoryFeed:
    return MemoryFeed()


@pytest.fixture
def channel(feed: MemoryFeed) -> RestChannel:
    return connectors.rest.build(settings_for(connectors.rest, feed=feed))


def post(channel: RestChannel, body: Any, *, query: str = f"token={API_TOKEN}", **headers: str) -> Webhook:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return channel.parse(request_to(f"rest/webhook?{query}".replace(" ", "%20"), headers, body=raw))


def message_in(webhook: Webhook) -> CustomerMessage:
    (found,) = webhook.inbound
    assert isinstance(found, CustomerMessage)
    return found


def bearer(role: str, name: str) -> str:
    claims = {"user": {"username": name, "role": role}}
    return "Bearer " + jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.encode()))


def test_a_message_comes_in_with_its_metadata(channel: RestChannel) -> None:
    message = message_in(post(channel, {"sender": "robin", "message": " Hello ", "metadata": {"page": "/pricing"}}))
    assert (message.channel, message.address, message.text) == ("rest", "robin", "Hello")
    assert message.metadata == {"page": "/pricing"}
    assert message.payload is None


def test_a_message_with_a_slash_is_a_buttons_payload(channel: RestChannel) -> None:
    message = message_in(post(channel, {"sender": "robin", "message": '/inform{"size": 5}'}))
    assert message.payload == message.text == '/inform{"size": 5}'


def test_the_same_words_twice_are_two_messages_unless_their_id_is_the_same(channel: RestChannel) -> None:
    def ids(*bodies: dict[str, str]) -> set[str]:
        return {message_in(post(channel, {"message": "yes", **body})).vendor_id for body in bodies}

    assert len(ids({"sender": "robin"}, {"sender": "robin"})) == 2
    assert len(ids({"sender": "robin", "message_id": "1"}, {"sender": "robin", "message_id": "1"})) == 1
    assert len(ids({"sender": "robin", "message_id": "1"}, {"sender": "ana", "message_id": "1"})) == 2


@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        (b"\xff", 400, "JSON"),
        (b"[1]", 400, "not an object"),
        ({"message": "hi"}, 400, "sender"),
        ({"sender": "", "message": "hi"}, 400, "sender"),
        ({"sender": "x" * 256, "message": "hi"}, 400, "sender"),
        ({"sender": "robin"}, 400, "message"),
        ({"sender": "robin", "message": " "}, 400, "empty"),
        ({"sender": "robin", "message": "x" * 4001}, 413, "4,000"),
        ({"sender": "robin", "message": "hi", "metadata": []}, 400, "metadata"),
        (b'{"sender": "robin", "message": "hi", "metadata": {"a": ' + b"[" * 600 + b"]" * 600 + b"}}", 400, "deep"),
        ({"sender": "robin", "message": "hi", "message_id": 7}, 400, "message_id"),
    ],
)
def test_a_bad_body_is_refused_and_told_why(channel: RestChannel, body: Any, status: int, part: str) -> None:
    with pytest.raises(WebhookRejected, match=part) as refused:
        post(channel, body)
    assert refused.value.status == status


def test_a_stranger_is_not_told_what_is_wrong_with_the_body(channel: RestChannel) -> None:
    with pytest.raises(WebhookRejected) as refused:
        post(channel, b"{", query="token=wrong")
    assert refused.value.status == 401


def test_a_user_writes_in_their_own_name_only(channel: RestChannel) -> None:
    own = post(channel, {"sender": "robin", "message": "hi"}, query="", authorization=bearer("user", "robin"))
    assert message_in(own).address == "robin"
    with pytest.raises(WebhookRejected) as refused:
        post(channel, {"sender": "ana", "message": "hi"}, query="", authorization=bearer("user", "robin"))
    assert refused.value.status == 403


def said(items: Sequence[Mapping[str, Any]]) -> Said:
    return Said([FeedItem(number, "rest:robin", item, NOW) for number, item in enumerate(items, 1)], finished=True)


async def test_the_answer_is_what_was_sent_in_rasas_words(channel: RestChannel, feed: MemoryFeed) -> None:
    content = Text("A demo?", buttons=(Button("Yes", "/affirm"),), image="https://example.com/a.png")
    await channel.send(OutboundMessage("k1", "rest", "robin", Text("Hello.\n\nI am a machine.")))
    await channel.send(OutboundMessage("k2", "rest", "robin", content))
    awaited = post(channel, {"sender": "robin", "message": "hi"}).await_turn
    assert awaited is not None
    reply = awaited.reply(said(await feed.items(awaited.feed)))
    assert reply.content_type == "application/json"
    assert json.loads(reply.body) == [
        {"recipient_id": "robin", "text": "Hello."},
        {"recipient_id": "robin", "text": "I am a machine."},
        {"recipient_id": "robin", "text": "A demo?", "buttons": [{"title": "Yes", "payload": "/affirm"}]},
        {"recipient_id": "robin", "image": "https://example.com/a.png"},
    ]


def test_all_that_is_said_to_a_sender_can_be_followed(channel: RestChannel) -> None:
    webhook = channel.parse(
        request_to("rest/events?sender=robin&after=7", {"authorization": bearer("user", "robin")}, method="GET")
    )
    assert webhook.follow == FollowFeed("rest:robin", 7)
    with pytest.raises(WebhookRejected) as refused:
        channel.parse(request_to("rest/events?sender=ana", {"authorization": bearer("user", "robin")}, method="GET"))
    assert refused.value.status == 403


def test_while_the_api_is_off_nothing_comes_in() -> None:
    with pytest.raises(WebhookRejected, match="OVERTURE_API_TOKEN") as refused:
        post(RestChannel(access=CredentialAccess(), feed=MemoryFeed()), {"sender": "robin", "message": "hi"})
    assert refused.value.status == 404


def test_it_cannot_be_built_without_knowing_who_may_use_it() -> None:
    with pytest.raises(SettingsError, match="who may use it"):
        connectors.rest.build(ConnectorSettings({}, SERVICE_URL, StillClock(), MemoryFeed()))
