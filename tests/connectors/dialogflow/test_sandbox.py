"""The stand-in for Dialogflow: how its agents prove themselves, what they remember, and when they ask again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

import connectors.dialogflow
from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage
from bot.ports import Reply, WebhookRequest
from connectors.dialogflow.channel import DialogflowChannel
from connectors.dialogflow.sandbox import DialogflowSandbox, sandbox_credentials
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

AT_ONCE = timedelta(milliseconds=90)


@pytest.fixture
def feed() -> MemoryFeed:
    return MemoryFeed()


@pytest.fixture
def vendor(feed: MemoryFeed) -> DialogflowSandbox:
    return DialogflowSandbox(sandbox_credentials(SECRET), service_url=SERVICE_URL, feed=feed)


@pytest.fixture
async def channel(vendor: DialogflowSandbox) -> AsyncIterator[DialogflowChannel]:
    """Our webhook, which fetches Google's keys from the stand-in."""
    async with serve(VendorServer(vendor, StillClock())) as server:
        channel = connectors.dialogflow.build(settings_for(connectors.dialogflow, sandbox_url=server.url))
        yield channel
        await channel.close()


async def last(feed: MemoryFeed) -> Mapping[str, Any]:
    return (await feed.items("sandbox:dialogflow"))[-1]


def cx_answer(said: str = "Hello.", **parameters: Any) -> Reply:
    messages = [{"text": {"text": [said]}}]
    body = {"fulfillmentResponse": {"messages": messages}, "sessionInfo": {"parameters": parameters}}
    return Reply(200, json.dumps(body).encode(), "application/json")


@pytest.mark.parametrize("edition", ["cx", "es"])
@pytest.mark.parametrize("proof", ["secret", "basic", "token"])
async def test_an_agent_proves_itself_in_each_way(
    vendor: DialogflowSandbox, channel: DialogflowChannel, edition: str, proof: str
) -> None:
    webhook = await vendor.act({"deed": "say", "text": "hello", "edition": edition, "proof": proof}, NOW)
    await channel.prepare(webhook)
    [message] = channel.parse(webhook).inbound
    assert isinstance(message, CustomerMessage)
    assert message.text == "hello"


async def test_an_agent_that_proves_nothing_is_refused_and_the_page_says_why(
    vendor: DialogflowSandbox, channel: DialogflowChannel, feed: MemoryFeed
) -> None:
    webhook = await vendor.act({"deed": "say", "text": "hello", "proof": "none"}, NOW)
    with pytest.raises(WebhookRejected) as refused:
        channel.parse(webhook)
    await vendor.hear(webhook, Reply(refused.value.status, refused.value.reason.encode()), AT_ONCE)
    assert "X-Overture-Secret" in (await last(feed))["troubles"][0]


@pytest.mark.parametrize("edition", ["cx", "es"])
async def test_an_agent_opens_names_an_intent_and_hands_on_words(
    vendor: DialogflowSandbox, channel: DialogflowChannel, edition: str
) -> None:
    deeds: list[Mapping[str, Any]] = [
        {"deed": "open"},
        {"deed": "intent", "intent": "request demo", "parameters": {"team_size": 80}, "text": "we are 80"},
        {"deed": "press", "digits": "1"},
    ]
    read = []
    for deed in deeds:
        [message] = channel.parse(await vendor.act({**deed, "edition": edition}, NOW)).inbound
        assert isinstance(message, CustomerMessage)
        read.append((message.opened, message.text, message.payload))
    assert read == [(True, "", None), (False, "we are 80", '/request_demo{"team_size": 80}'), (False, "1", None)]


async def test_cx_asks_once_more_when_it_hears_nothing_and_es_does_not(vendor: DialogflowSandbox) -> None:
    for reply in (None, Reply(503, b"")):
        webhook = await vendor.act({"deed": "say", "text": "hello"}, NOW)
        again = await vendor.hear(webhook, reply, vendor.patience)
        assert again is webhook  # the same id, so the same turn
        assert await vendor.hear(webhook, reply, vendor.patience) is None
    webhook = await vendor.act({"deed": "say", "text": "hello", "edition": "es"}, NOW)
    assert await vendor.hear(webhook, None, vendor.patience) is None


async def test_a_request_may_be_sent_again_by_hand(vendor: DialogflowSandbox, channel: DialogflowChannel) -> None:
    with pytest.raises(WebhookRejected, match="Nothing was asked"):
        await vendor.act({"deed": "again"}, NOW)
    first = await vendor.act({"deed": "say", "text": "hello"}, NOW)
    again = await vendor.act({"deed": "again"}, NOW)
    ids = [channel.parse(one).inbound[0].vendor_id for one in (first, again)]
    assert ids[0] == ids[1]


async def test_an_agent_remembers_parameters_until_they_are_deleted(
    vendor: DialogflowSandbox, feed: MemoryFeed
) -> None:
    await vendor.settle({"deed": "set", "parameters": {"timeline": "now"}}, NOW)
    first = await vendor.act({"deed": "open"}, NOW)
    assert json.loads(first.body)["sessionInfo"]["parameters"] == {"timeline": "now"}
    await vendor.hear(first, cx_answer(team_size=80, timeline=None, overture="{}"), AT_ONCE)
    assert (await last(feed))["parameters"] == {"team_size": 80}
    second = await vendor.act({"deed": "say", "text": "hi"}, NOW)
    assert json.loads(second.body)["sessionInfo"]["parameters"] == {"team_size": 80, "overture": "{}"}
    await vendor.settle({"deed": "leave"}, NOW)
    third = json.loads((await vendor.act({"deed": "open"}, NOW)).body)
    assert third["sessionInfo"]["parameters"] == {}
    assert third["sessionInfo"]["session"] != json.loads(second.body)["sessionInfo"]["session"]


async def test_es_keeps_our_context(vendor: DialogflowSandbox) -> None:
    first = await vendor.act({"deed": "open", "edition": "es"}, NOW)
    name = f"{json.loads(first.body)['session']}/contexts/overture"
    answer = {"fulfillmentText": "Hello.", "outputContexts": [{"name": name, "parameters": {"team_size": 80}}]}
    await vendor.hear(first, Reply(200, json.dumps(answer).encode()), AT_ONCE)
    second = json.loads((await vendor.act({"deed": "say", "text": "hi", "edition": "es"}, NOW)).body)
    [context] = second["queryResult"]["outputContexts"]
    assert (context["name"], context["parameters"]) == (name, {"team_size": 80})


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "no JSON object"),
        (b"[]", "no JSON object"),
        (b'{"fullfilmentResponse": {}}', 'no field "fullfilmentResponse"'),
        (b'{"fulfillmentResponse": {"mergeBehavior": "PREPEND"}}', '"mergeBehavior" is one of'),
        (b'{"sessionInfo": {"session": "projects/other"}}', "another session"),
        (json.dumps({"payload": {"a": "a" * 65536}}).encode(), "Dialogflow takes 65536"),
    ],
)
async def test_what_dialogflow_would_not_take_is_refused_with_the_reason(
    vendor: DialogflowSandbox, feed: MemoryFeed, body: bytes, why: str
) -> None:
    await vendor.hear(await vendor.act({"deed": "open"}, NOW), Reply(200, body), AT_ONCE)
    assert why in (await last(feed))["troubles"][0]


async def test_keys_are_public_halves_and_nothing_else_is_there(vendor: DialogflowSandbox) -> None:
    keys = json.loads((await vendor.answer(WebhookRequest("GET", "http://here/oauth2/v3/certs", {}, b"", NOW))).body)
    assert [set(key) & {"d", "p", "q"} for key in keys["keys"]] == [set()]
    assert (await vendor.answer(WebhookRequest("GET", "http://here/other", {}, b"", NOW))).status == 404
