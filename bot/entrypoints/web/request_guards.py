"""What every request passes before its route sees it: it may not dawdle, and not come under a name that is not ours."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.domain.errors import WebhookRejected
from bot.settings import LOOPBACK

IDLE: Final = 75
"""Seconds after which a connection is closed that has no whole request for us. Proxies keep theirs for 60."""

BODY_WITHIN: Final = 30
"""Seconds for the body of a request, once its headers are here."""


def hurrying(within: float = BODY_WITHIN) -> Middleware:
    """Whoever sends a body byte by byte (Slowloris) is answered 408, whatever reads it, and keeps no connection."""

    @web.middleware
    async def hurry(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.can_read_body:
            return await handler(request)
        timer = asyncio.get_running_loop().call_later(within, _give_up, request)
        try:
            return await handler(request)
        finally:
            timer.cancel()

    return hurry


def _give_up(request: web.Request) -> None:
    if not request.content.is_eof():
        request.content.set_exception(web.HTTPRequestTimeout())


@web.middleware
async def refuse_other_names(request: web.Request, handler: Handler) -> web.StreamResponse:
    """For a service that only this machine reaches, and which therefore asks nobody who they are.

    A website may have its own name lead here (DNS rebinding): to the browser we are then that website, `Origin` and
    all, and only `Host` tells.
    """
    try:
        named = urlsplit(f"//{request.host}").hostname
    except ValueError:
        named = None
    if named not in LOOPBACK:
        raise WebhookRejected(
            421,
            "this service answers to localhost only. Set OVERTURE_PUBLIC_URL if it is to be reached by another name.",
        )
    return await handler(request)
