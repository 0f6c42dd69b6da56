"""Socket Mode: Slack's events over a WebSocket that we open, for a service that Slack cannot reach.

Slack's own client holds the connection and opens the next when it is told to; here each envelope is understood as a
webhook would be, kept, and only then acknowledged. Slack sends again what was not.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import WebhookRejected
from bot.ports import Reply, Webhook
from bot.retry_after import pause_asked_for

log = structlog.get_logger()

DOORS: Final[Mapping[str, str]] = {
    "events_api": "events",
    "interactive": "interactivity",
    "slash_commands": "commands",
}
"""Slack's types of envelopes, by the webhooks that would carry the same."""

TRY_AGAIN_AFTER: Final = 5.0
REFUSED_PAUSE: Final = 60.0
"""Seconds. A token that Slack refuses is refused again, until somebody mends it."""

CONNECT_WITHIN: Final = 20.0
LOOK_EVERY: Final = 5.0
LOST_AFTER: Final = 6
"""Looks at a connection that is away."""

FINISH_WITHIN: Final = 3.0
"""Seconds for what is in hand when we stop: Slack waits no longer for an acknowledgement."""

Understand = Callable[[str, Mapping[str, Any]], Awaitable[Webhook]]
Take = Callable[[Webhook], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class SocketAddress:
    """Where connections are asked for, and the app-level token that may."""

    token: str
    api_url: str
    trust_proxy_settings: bool = True


async def listen(address: SocketAddress, understand: Understand, take: Take) -> None:
    """Hold a connection to Slack and take what comes over it, until cancelled."""
    while True:
        client = _client(address)
        listener = _Listener(understand, take)
        client.socket_mode_request_listeners.append(listener.hear)
        try:
            client.wss_uri = await _first_address(client)
            async with asyncio.timeout(CONNECT_WITHIN):
                await client.connect()  # type: ignore[no-untyped-call]
            log.info("listening to Slack by Socket Mode")
            await _until_lost(client)
        except TimeoutError:
            log.warning("Slack's Socket Mode connection cannot be opened; asking for another")
        finally:
            client.auto_reconnect_enabled = False
            await listener.finish()
            await _close(client)


async def _until_lost(client: SocketModeClient) -> None:
    """Slack's client connects anew by itself, but would try one address, which opens once, for ever."""
    lost_for = 0
    while lost_for < LOST_AFTER:
        await asyncio.sleep(LOOK_EVERY)
        lost_for = 0 if await client.is_connected() else lost_for + 1
    log.warning("Slack's Socket Mode connection is lost; asking for another")


def _client(address: SocketAddress) -> SocketModeClient:
    """Slack's client. It logs what it receives, and addresses with a ticket in them: its log goes nowhere."""
    silent = logging.Logger(f"{__name__}.client", level=logging.CRITICAL + 1)
    web = AsyncWebClient(base_url=address.api_url, retry_handlers=[], logger=silent)
    client = SocketModeClient(app_token=address.token, logger=silent, web_client=web)
    if not address.trust_proxy_settings:
        client.proxy = web.proxy = None  # the SDK takes it from the environment unasked
    return client


async def _first_address(client: SocketModeClient) -> str:
    """Where to connect; says why while Slack gives none."""
    while True:
        pause = TRY_AGAIN_AFTER
        try:
            answer = await client.web_client.apps_connections_open(app_token=client.app_token)
            if isinstance(url := answer.get("url"), str):
                return url
            reason = "its answer names no address"
        except SlackApiError as error:
            data: Any = error.response.data
            reason = str(data.get("error") or "") if isinstance(data, dict) else "no JSON"
            headers = {name.lower(): value for name, value in (error.response.headers or {}).items()}
            wanted = pause_asked_for(headers.get("retry-after"), headers.get("date"))
            pause = REFUSED_PAUSE if wanted is None else wanted.total_seconds()
        except (aiohttp.ClientError, TimeoutError, AttributeError, ValueError) as error:
            reason = type(error).__name__
        log.warning(
            "Slack gives no Socket Mode connection",
            reason=reason,
            check="SLACK_APP_TOKEN, its scope connections:write, and that the app has Socket Mode enabled",
            again_in_seconds=pause,
        )
        await asyncio.sleep(pause)


async def _close(client: SocketModeClient) -> None:
    """Slack's client calls its tasks off, and does not wait for their end."""
    tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
    await client.close()  # type: ignore[no-untyped-call]
    await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)


class _Listener:
    def __init__(self, understand: Understand, take: Take) -> None:
        self._understand = understand
        self._take = take
        self._in_hand: set[asyncio.Task[Any]] = set()

    async def hear(self, client: AsyncBaseSocketModeClient, envelope: SocketModeRequest) -> None:
        """Keep what the envelope holds; then acknowledge it. What could not be kept is not, so it comes again."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  we are in one
        self._in_hand.add(task)
        try:
            answer = await self._answer(envelope)
        except Exception:
            log.exception("what Slack sent could not be kept, so it will be sent again")
        else:
            await client.send_socket_mode_response(SocketModeResponse(envelope.envelope_id, answer))
        finally:
            self._in_hand.discard(task)

    async def _answer(self, envelope: SocketModeRequest) -> dict[str, Any] | None:
        door = DOORS.get(envelope.type)
        if door is None:
            return None
        try:
            webhook = await self._understand(door, envelope.payload)
        except WebhookRejected as rejected:
            log.warning("an envelope of Slack's makes no sense", reason=rejected.reason)
            return None
        reply = await self._take(webhook)
        return _payload(reply) if envelope.accepts_response_payload else None

    async def finish(self) -> None:
        """Let what is in hand be acknowledged."""
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=FINISH_WITHIN)


def _payload(reply: Reply) -> dict[str, Any] | None:
    if reply.content_type != "application/json" or not reply.body:
        return None
    found = json.loads(reply.body)
    return found if isinstance(found, dict) else None
