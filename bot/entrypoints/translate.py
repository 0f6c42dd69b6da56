"""Between aiohttp's requests and responses and our own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.domain.access import Caller
from bot.domain.errors import WebhookRejected
from bot.ports import Reply, WebhookRequest


async def to_webhook_request(
    request: web.Request, url: str, now: datetime, caller: Caller | None = None
) -> WebhookRequest:
    """`url` is the public one: vendors sign over it, and a proxy's inner address would never match."""
    return WebhookRequest(request.method, url, lower_case(request), await request.read(), now, caller)


def lower_case(request: web.Request) -> dict[str, str]:
    """The headers as our own requests have them."""
    return {name.lower(): value for name, value in request.headers.items()}


async def json_object(request: web.Request) -> dict[str, Any]:
    """The body; raises WebhookRejected where it is no JSON object."""
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise WebhookRejected(400, "the body is no JSON object")
    return body


def to_response(reply: Reply) -> web.Response:
    headers = {**reply.headers, "Content-Type": reply.content_type} if reply.body else dict(reply.headers)
    return web.Response(status=reply.status, body=reply.body, headers=headers)


def problem(status: int, reason: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": reason}, status=status, headers=headers)
