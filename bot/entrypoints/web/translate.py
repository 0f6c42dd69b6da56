"""Between aiohttp's requests and responses and our own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDict

from bot.domain.access import Caller
from bot.domain.errors import WebhookRejected
from bot.domain.message import json_of, storable, storable_json
from bot.ports import Reply, WebhookRequest

LONGEST_KEY = 128


async def to_webhook_request(
    request: web.Request, url: str, now: datetime, caller: Caller | None = None
) -> WebhookRequest:
    """`url` is the public one: vendors sign over it, and a proxy's inner address would never match."""
    return WebhookRequest(request.method, url, lower_case(request), await request.read(), now, caller)


def lower_case(request: web.Request) -> dict[str, str]:
    """The headers as our own requests have them."""
    return {name.lower(): value for name, value in request.headers.items()}


def json_told(body: bytes) -> Any:
    """What a body says; raises WebhookRejected where that is no JSON, which NaN is not either."""
    try:
        return json_of(body)
    except ValueError as error:
        raise WebhookRejected(400, "the body is not JSON") from error


def storable_told(body: bytes) -> Any:
    """The same as a database can keep it; raises WebhookRejected also where it is nested deeper than anybody means."""
    try:
        return storable_json(json_told(body))
    except (ValueError, RecursionError):
        raise WebhookRejected(400, "the body is nested too deep") from None


async def json_object(request: web.Request) -> dict[str, Any]:
    """The body as a database can keep it; raises WebhookRejected where it is no JSON object."""
    body = storable_told(await request.read())
    if not isinstance(body, dict):
        raise WebhookRejected(400, "the body is no JSON object")
    return body


def idempotency_key(request: web.Request) -> str | None:
    """What the caller calls this request, so that a second try of it does nothing; raises WebhookRejected."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and (not key.strip() or len(key) > LONGEST_KEY or storable(key) != key):
        raise WebhookRejected(400, f"the Idempotency-Key has at least one and at most {LONGEST_KEY} characters")
    return key


def query_of(request: web.Request, name: str) -> str:
    """What the address says under this name, as a database can keep it; empty where it says nothing."""
    return storable(request.query.get(name, ""))


async def form_of(request: web.Request) -> MultiDict[str]:
    """The fields of a form that a browser posts, as a database can keep them; files are left out. Raises
    WebhookRejected for what is none."""
    form = (await posted(request)).items()
    return MultiDict([(storable(name), storable(value)) for name, value in form if isinstance(value, str)])


async def posted(request: web.Request) -> Mapping[str, str | bytes | bytearray | web.FileField]:
    """The same with its files, and as it came."""
    try:
        return await request.post()
    except (
        ValueError,
        LookupError,
        RuntimeError,
        HttpProcessingError,
    ) as error:  # no UTF-8, an unknown charset or encoding, parts that lack, headers that are none
        raise WebhookRejected(400, "the body is not the form that its headers say") from error


def to_response(reply: Reply) -> web.Response:
    headers = {**reply.headers, "Content-Type": reply.content_type} if reply.body else dict(reply.headers)
    return web.Response(status=reply.status, body=reply.body, headers=headers)


def private_json(answer: Mapping[str, Any]) -> web.Response:
    """JSON that nobody keeps on the way: it tells of people, or of what only some may see."""
    return web.json_response(answer, headers={"Cache-Control": "no-store"})


def problem(status: int, reason: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": reason}, status=status, headers=headers)
