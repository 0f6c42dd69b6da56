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
    code = "".join(file.read_text() for file in SOURCE.glob("*.py") if file.name != "socket_mode.py")
    called = re.findall(r"client\.([a-z]+)_([a-zA-Z]+)\(", code)
    by_name = set(re.findall(r'api_call\("([a-z0-9.]+)"', code))
    assert {f"{group}.{method}" for group, method in called if group != "api"} | by_name == set(METHODS)


def test_the_scopes_are_those_of_methods_and_events_and_no_more() -> None:
    assert set(FILLED["oauth_config"]["scopes"]["bot"]) == {
        "channels:history",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
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


def test_with_oauth_slack_comes_back_to_us_and_renews_tokens() -> None:
    made: Any = manifest("https://chat.example.com/", oauth=True)
    assert made["oauth_config"]["redirect_urls"] == ["https://chat.example.com/slack/oauth"]
    assert made["settings"]["token_rotation_enabled"] is True
    with pytest.raises(SettingsError, match="OVERTURE_PUBLIC_URL"):
        manifest("", oauth=True, socket_mode=True)


def test_with_socket_mode_it_has_no_address_and_the_same_scopes() -> None:
    made: Any = manifest("", socket_mode=True)
    assert made["settings"]["socket_mode_enabled"] is True
    assert "://" not in json.dumps(made)
    assert made["oauth_config"]["scopes"] == FILLED["oauth_config"]["scopes"]
    assert made["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)
