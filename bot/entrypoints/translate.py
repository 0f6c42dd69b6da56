"""Between aiohttp's requests and responses and our own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from aiohttp import web

from bot.ports import Reply, WebhookRequest

CHANNEL = re.compile("[a-z_]{1,40}")


async def to_webhook_request(request: web.Request, url: str, now: datetime) -> WebhookRequest:
    """`url` is the public one: vendors sign over it, and a proxy's inner address would never match."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return WebhookRequest(request.method, url, headers, await request.read(), now)


def to_response(reply: Reply) -> web.Response:
    headers = {**reply.headers, "Content-Type": reply.content_type} if reply.body else dict(reply.headers)
    return web.Response(status=reply.status, body=reply.body, headers=headers)


def problem(status: int, reason: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": reason}, status=status, headers=headers)


def path_of(request: web.Request) -> str:
    """The request's path as logs may tell it: what stands in it, but a channel, may be a number, an
    address or a token."""
    resource = request.match_info.route.resource
    if resource is None:
        return "none of ours"
    channel = request.match_info.get("channel", "")
    return resource.canonical.replace("{channel}", channel if CHANNEL.fullmatch(channel) else "{channel}")
