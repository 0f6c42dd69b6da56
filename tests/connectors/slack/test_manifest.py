"""The manifest names what the connector does, and no more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import connectors.slack
from bot.domain.errors import SettingsError, WebhookRejected
from connectors.slack.manifest import EVENTS, METHODS, manifest
from connectors.slack.signature import sign
from tests.connectors.slack.test_webhooks import SIGNING_SECRET, thread_reply
from tests.connectors.vendor_server import NOW, request_to, settings_for

SOURCE = Path(connectors.slack.__file__).parent
FILLED: Any = manifest("https://chat.example.com/")


def addresses() -> list[str]:
    settings = FILLED["settings"]
    slashes = [command["url"] for command in FILLED["features"].get("slash_commands", ())]
    return [settings["event_subscriptions"]["request_url"], settings["interactivity"]["request_url"], *slashes]


def test_the_methods_are_those_that_the_channel_calls() -> None:
    source = "".join((SOURCE / name).read_text() for name in ("channel.py", "portraits.py"))
    called = re.findall(r"client\.([a-z]+)_([a-zA-Z]+)\(", source)
    assert {f"{group}.{method}" for group, method in called} == set(METHODS)


def test_the_scopes_are_those_of_methods_and_events_and_no_more() -> None:
    assert set(FILLED["oauth_config"]["scopes"]["bot"]) == {
        "channels:history",
        "chat:write",
        "commands",
        "groups:history",
        "users:read",
    }
    assert set(FILLED["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS)


@pytest.mark.parametrize("place", ["channel", "group"])
def test_an_event_that_is_subscribed_to_is_understood(place: str) -> None:
    assert f"message.{place}s" in EVENTS
    body = json.dumps(thread_reply(channel_type=place)).encode()
    desk = connectors.slack.build(settings_for(connectors.slack))
    assert len(desk.parse(request_to("slack/events", sign(body, SIGNING_SECRET, NOW), body=body)).inbound) == 1


def test_every_address_in_it_is_one_that_we_serve() -> None:
    desk = connectors.slack.build(settings_for(connectors.slack))
    assert len(addresses()) == len(set(addresses()))
    for address in addresses():
        tail = address.removeprefix("https://chat.example.com/channels/")
        with pytest.raises(WebhookRejected) as refused:
            desk.parse(request_to(tail, {}, body=b""))
        assert refused.value.status == 401, "known, and not signed"


@pytest.mark.parametrize("address", ["", "http://chat.example.com", "chat.example.com"])
def test_an_address_that_slack_does_not_call_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="OVERTURE_PUBLIC_URL"):
        manifest(address)
