"""Socket Mode: the same as the webhooks, over a connection that we open."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

import connectors.slack
import connectors.slack.socket_mode
from bot.domain.errors import SettingsError, WebhookRejected
from bot.domain.message import DeskAction, DeskReply
from bot.ports import Listens, Reply, Webhook
from connectors.slack.channel import SlackChannel
from tests.connectors.slack.socket_server import APP_TOKEN, SocketModeServer, serve_sockets
from tests.connectors.slack.test_webhooks import CLICK, SUBMISSION, desk, event, interaction, thread_reply
from tests.connectors.vendor_server import settings_for

COMMAND = {
    "command": "/overture",
    "text": "leads",
    "user_id": "U0ALICE00",
    "user_name": "alice",
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
}


@dataclass
class Stage:
    """A channel that listens; `taken` is what it handed over to be kept."""

    server: SocketModeServer
    channel: SlackChannel
    taken: list[Webhook] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def take(self, webhook: Webhook) -> Reply:
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(webhook)
        return webhook.reply if webhook.obey is None else webhook.obey.reply("You have claimed nothing.")

    async def acknowledgement(self) -> dict[str, Any]:
        async with asyncio.timeout(10):
            return await self.server.acknowledged.get()


def listening_desk(url: str, **values: str) -> SlackChannel:
    tokens = {"SLACK_APP_TOKEN": APP_TOKEN, **values}
    return connectors.slack.build(settings_for(connectors.slack, sandbox_url=url, values=tokens))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with serve_sockets() as server:
        found = Stage(server, listening_desk(server.url))
        assert isinstance(found.channel, Listens)
        listening = asyncio.create_task(found.channel.listen(found.take))
        async with asyncio.timeout(10):
            await server.connected.get()
        yield found
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await found.channel.close()


async def test_a_reply_is_kept_and_then_acknowledged_as_if_it_had_come_by_webhook(stage: Stage) -> None:
    await stage.server.send("events_api", thread_reply())
    assert await stage.acknowledgement() == {"envelope_id": "envelope-1"}
    [webhook] = stage.taken
    assert webhook.inbound == desk().parse(event(thread_reply())).inbound
    assert isinstance(webhook.inbound[0], DeskReply)


async def test_a_button_is_the_same_over_either_door(stage: Stage) -> None:
    await stage.server.send("interactive", CLICK, answerable=True)
    assert await stage.acknowledgement() == {"envelope_id": "envelope-1"}
    assert stage.taken[0].inbound == desk().parse(interaction(CLICK)).inbound
    assert isinstance(stage.taken[0].inbound[0], DeskAction)


async def test_a_command_is_answered_in_its_acknowledgement(stage: Stage) -> None:
    await stage.server.send("slash_commands", COMMAND, answerable=True)
    answer = (await stage.acknowledgement())["payload"]
    assert (answer["response_type"], "You have claimed nothing." in answer["text"]) == ("ephemeral", True)


async def test_a_form_that_is_filled_in_wrongly_says_so_in_its_acknowledgement(stage: Stage) -> None:
    state = {"values": {"reply": {"text": {"type": "plain_text_input", "value": "  "}}}}
    await stage.server.send(
        "interactive", {**SUBMISSION, "view": {**SUBMISSION["view"], "state": state}}, answerable=True
    )
    answer = (await stage.acknowledgement())["payload"]
    assert answer == {"response_action": "errors", "errors": {"reply": "Write something first."}}


async def test_what_could_not_be_kept_is_not_acknowledged_and_is_taken_when_it_comes_again(stage: Stage) -> None:
    stage.failures.append(ConnectionError("the database is away"))
    await stage.server.send("events_api", thread_reply(), "first-try")
    await stage.server.send("events_api", thread_reply(), "second-try")
    assert await stage.acknowledgement() == {"envelope_id": "second-try"}
    assert stage.server.acknowledged.empty()
    assert len(stage.taken) == 1


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("events_api", {}),
        ("events_api", {"type": 7}),
        ("interactive", {"user": "nobody"}),
        ("interactive", {"type": "block_actions", "actions": [{"action_id": "handoff_claim"}]}),
        ("slash_commands", {"command": ["/overture"]}),
        ("something_new", {"type": "new"}),
    ],
)
async def test_an_envelope_that_makes_no_sense_is_acknowledged_since_it_never_will(
    stage: Stage, kind: str, payload: dict[str, Any]
) -> None:
    await stage.server.send(kind, payload, answerable=True)
    assert await stage.acknowledgement() == {"envelope_id": "envelope-1"}
    assert stage.taken == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
KNOWN = {**thread_reply(), **CLICK, **SUBMISSION, **COMMAND, "event_time": 1}


@given(
    kind=st.sampled_from(["events", "interactivity", "commands"]),
    payload=st.sampled_from([thread_reply(), CLICK, SUBMISSION, COMMAND, KNOWN]),
    name=st.sampled_from([*KNOWN, *thread_reply()["event"]]),
    value=JSON | st.sampled_from(["app_home_opened", "app_uninstalled", "tokens_revoked", 10**30]),
)
def test_whatever_a_payload_holds_it_is_taken_or_refused(
    kind: str, payload: dict[str, Any], name: str, value: Any
) -> None:
    changed = {**payload, name: value}
    if isinstance(payload.get("event"), dict):
        changed["event"] = {**payload["event"], name: value}
    with suppress(WebhookRejected):
        assert isinstance(desk()._understand(kind, changed), Webhook)


async def test_told_to_disconnect_it_connects_anew_and_goes_on(stage: Stage) -> None:
    await stage.server.sockets[-1].send_json({"type": "disconnect", "reason": "refresh_requested"})
    async with asyncio.timeout(10):
        await stage.server.connected.get()
    await stage.server.send("events_api", thread_reply())
    assert await stage.acknowledgement() == {"envelope_id": "envelope-1"}
    assert stage.server.issued == 2


async def test_cut_off_without_a_word_it_connects_anew(stage: Stage) -> None:
    await stage.server.sockets[-1].close()
    async with asyncio.timeout(20):
        await stage.server.connected.get()
    await stage.server.send("events_api", thread_reply())
    assert await stage.acknowledgement() == {"envelope_id": "envelope-1"}


async def test_what_is_in_hand_when_it_stops_is_still_acknowledged() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def take(webhook: Webhook) -> Reply:
        begun.set()
        await go_on.wait()
        return webhook.reply

    async with serve_sockets() as server:
        channel = listening_desk(server.url)
        listening = asyncio.create_task(channel.listen(take))
        async with asyncio.timeout(10):
            await server.connected.get()
            await server.send("events_api", thread_reply())
            await begun.wait()
            listening.cancel()
            await asyncio.sleep(0)
            go_on.set()
            assert await server.acknowledged.get() == {"envelope_id": "envelope-1"}
            with suppress(asyncio.CancelledError):
                await listening
        await channel.close()


async def test_a_refused_token_is_told_in_the_log_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connectors.slack.socket_mode, "REFUSED_PAUSE", 0.01)
    async with serve_sockets() as server:
        server.refusals.append({"ok": False, "error": "not_allowed_token_type"})
        stage = Stage(server, listening_desk(server.url))
        with caplog.at_level(logging.DEBUG), capture_logs() as logs:
            listening = asyncio.create_task(stage.channel.listen(stage.take))
            async with asyncio.timeout(10):
                await server.connected.get()
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
    told = f"{logs}{caplog.text}"
    assert "not_allowed_token_type" in told
    assert "connections:write" in told
    assert "ticket" not in told
    assert APP_TOKEN not in told


@pytest.mark.parametrize("pause", ["0", "Fri, 27 Nov 2026 12:00:00 GMT"])
async def test_the_pause_that_slack_asks_for_is_seconds_or_a_time_by_its_own_clock(
    monkeypatch: pytest.MonkeyPatch, pause: str
) -> None:
    monkeypatch.setattr(connectors.slack.socket_mode, "REFUSED_PAUSE", 60.0)
    async with serve_sockets() as server:
        server.refusals.append({"ok": False, "error": "ratelimited"})
        server.with_refusals = {"Retry-After": pause, "Date": "Fri, 27 Nov 2026 12:00:00 GMT"}
        stage = Stage(server, listening_desk(server.url))
        listening = asyncio.create_task(stage.channel.listen(stage.take))
        async with asyncio.timeout(10):
            await server.connected.get()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def test_without_an_app_token_there_is_nothing_to_listen_to() -> None:
    async with asyncio.timeout(5):
        await desk().listen(Stage(SocketModeServer(), desk()).take)


def test_with_an_app_token_no_signing_secret_is_needed_and_the_door_is_shut() -> None:
    channel = listening_desk("http://127.0.0.1:9", SLACK_SIGNING_SECRET="")
    with pytest.raises(WebhookRejected, match="Socket Mode") as refused:
        channel.parse(event(thread_reply()))
    assert refused.value.status == 404


def test_a_token_of_another_kind_is_refused_with_a_sentence() -> None:
    with pytest.raises(SettingsError, match="begin with xapp-"):
        listening_desk("http://127.0.0.1:9", SLACK_APP_TOKEN="xoxb-1")
