"""Links that are followed: the customer is sent on to the page, and a click is noted where a person clicked.

Whatever else asks for the address is sent on, too: previews, scanners of mail and programs get the page as it is.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

import structlog
from aiohttp import hdrs, web

from bot.domain.errors import Conflict, WebhookRejected
from bot.entrypoints.web.limits import Limits, Rate
from bot.services.lead_on import lead_on
from bot.services.note_click import note_click
from bot.services.runtime import INBOX, OUTBOX, TIMERS, Runtime

log = structlog.get_logger()

MOST_TRIES = 3
AT_ONCE = 0.5
"""Seconds that the customer waits for the click to be noted, at most; then that goes on by itself."""

CODE = re.compile(r"[0-9A-Za-z]{12,24}")
GUESSES = Rate(per_second=0.1, burst=30)
"""Addresses that lead nowhere, of one caller. Links that lead somewhere are not counted: many people of one mobile
network share an address."""

HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
"""Kept by no browser and no proxy: the next click would not be heard of."""

AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
"""Headers by which browsers say that they only look ahead: prefetch, prerender, preview."""

_MACHINE = re.compile(
    r"(?<!cu)bot(?:\b|_)|crawl|spider|preview|scan|fetch|monitor|headless|facebookexternalhit|facebot|whatsapp/|slurp"
    r"|embedly|skypeuri|vkshare|ia_archiver|curl|wget|python|aiohttp|httpx|okhttp|java/|go-http|libwww"
    r"|ruby|perl|php|node-fetch|axios|undici|apache-httpclient|proofpoint|mimecast|barracuda|symantec|trendmicro",
    re.IGNORECASE,
)
"""In the name of what is no browser: previews of messengers, scanners of mail, search engines, programs. A Cubot is a
telephone."""


class FollowedLinks:
    def __init__(self, runtime: Runtime, proxies: int) -> None:
        self._runtime = runtime
        self._guesses = Limits(proxies, address=GUESSES)
        self._noting: set[asyncio.Task[None]] = set()

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/l/{code}", self._lead_on)
        app.on_cleanup.append(self._end)

    async def _lead_on(self, request: web.Request) -> web.StreamResponse:
        code = request.match_info["code"]
        url = await self._page(code) if CODE.fullmatch(code) else None
        if url is None:
            self._guesses.check(request)
            raise WebhookRejected(404, "this link is not whole; open it once more from the message, or copy all of it")
        if is_click(request):
            noting = asyncio.create_task(self._note(code), name="click")
            self._noting.add(noting)
            noting.add_done_callback(self._noting.discard)
            await asyncio.wait([noting], timeout=AT_ONCE)
        return web.Response(status=302, headers={**HEADERS, "Location": url})

    async def _end(self, _app: web.Application) -> None:
        await asyncio.gather(*self._noting)

    async def _page(self, code: str) -> str | None:
        async with self._runtime.store.reading() as uow:
            return await lead_on(uow, self._runtime, code, self._runtime.clock.now())

    async def _note(self, code: str) -> None:
        """The customer gets to the page, whatever becomes of this."""
        try:
            noted = await self._try(code)
        except Exception:
            log.exception("a click could not be noted; the customer was sent on all the same")
            return
        if noted:
            for topic in (INBOX, OUTBOX, TIMERS):
                await self._runtime.wakeups.notify(topic)

    async def _try(self, code: str) -> bool:
        """Again, where somebody else was at work on the person."""
        for _ in range(MOST_TRIES - 1):
            with suppress(Conflict):
                return await self._once(code)
        return await self._once(code)

    async def _once(self, code: str) -> bool:
        async with self._runtime.store.transaction() as uow:
            return await note_click(uow, self._runtime, code, self._runtime.clock.now())


def is_click(request: web.Request) -> bool:
    """Whether a person has opened it, as far as the request tells, whose browser has not asked for privacy (GPC)."""
    headers = request.headers
    if request.method != hdrs.METH_GET or headers.get("Sec-GPC") == "1":
        return False
    if any(headers.get(name) for name in AHEAD):
        return False
    if headers.get("Sec-Fetch-Dest", "document") != "document":  # a picture, a script, or a program's fetch
        return False
    agent = headers.get(hdrs.USER_AGENT, "")
    return bool(agent) and _MACHINE.search(agent) is None
