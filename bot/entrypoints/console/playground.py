"""The playground's endpoints: its feeds, what people do in its panels, and the sandbox's clock."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.adapters.clock import SandboxClock
from bot.domain.access import Right
from bot.domain.delivery import Lane
from bot.domain.errors import OvertureError, WebhookRejected
from bot.domain.ids import ProfileId
from bot.domain.message import storable
from bot.entrypoints.console.framing import framed
from bot.entrypoints.console.known_person import named
from bot.entrypoints.console.navigation import led_to_first_page
from bot.entrypoints.console.sandbox import Sandbox, post_webhook
from bot.entrypoints.console.sandbox_talks import hold_talk
from bot.entrypoints.web.doorkeeper import looks_for_page
from bot.entrypoints.web.streams import Streams
from bot.entrypoints.web.translate import json_object, private_json, problem, to_response
from bot.entrypoints.wiring.service import CONTENT_FEED, Service
from bot.ports import HearsAnswers, OpensTalks, WebhookRequest
from bot.services.keep_schedule import next_run_due
from bot.services.know_person import NoSuchPerson, by_id
from bot.services.runtime import FEEDS, INBOX, OUTBOX, TIMERS
from bot.settings import http_address

SITE = Path(__file__).parent / "static" / "site.html"
CLOCK_FEED = "clock"
LARGEST_DEED = 3_000_000
"""Bytes: a rep may attach a file."""

FARTHEST = timedelta(days=366)
MOST_NAMED = 50
"""People that a page asks about at once."""

MOST_IN_A_ROW = 4
"""Webhooks that a vendor sends by itself after what somebody did."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
POSITION = re.compile(r"[0-9]{1,18}")


class Playground:
    """Only there while a connector runs in its sandbox.

    It shows what everybody says, and moves the clock of the whole service. So where people have to say who they are,
    all of it but the sample's own site is for admins; before anybody has an account it is open, so that it can be
    tried.
    """

    def __init__(self, service: Service, sandbox: Sandbox, streams: Streams) -> None:
        self._service = service
        self._runtime = service.runtime
        self._sandbox = sandbox
        self._streams = streams

    def add_routes(self, app: web.Application) -> None:
        guarded = self._guarded
        app.router.add_get("/", self._front)
        app.router.add_get("/site", self._site)
        app.router.add_get("/speakers", guarded(framed(self._service, "speakers.html")))
        app.router.add_get("/playground/events", guarded(self._events), allow_head=False)
        app.router.add_get("/playground/status", guarded(self._status))
        app.router.add_get("/playground/people", guarded(self._people))
        app.router.add_get("/playground/clock", guarded(self._clock))
        app.router.add_post("/playground/clock", _from_here(guarded(self._move_clock)))
        app.router.add_post("/playground/act/{vendor}", _from_here(guarded(self._act)))
        app.router.add_get("/playground/talk/{vendor}", _from_here(guarded(self._talk)), allow_head=False)

    def _guarded(self, handler: Handler) -> Handler:
        """The handler, for admins only where anybody has to say who they are."""

        async def behind_the_door(request: web.Request) -> web.StreamResponse:
            roomy = request.clone(client_max_size=LARGEST_DEED) if request.method == "POST" else request
            await self._admit(roomy)
            return await handler(roomy)

        return behind_the_door

    async def _admit(self, request: web.Request) -> None:
        if self._service.settings.login == "always" or await self._service.doors.is_open():
            await self._service.doors.admit(request, Right.ADMINISTER)

    async def _front(self, request: web.Request) -> web.StreamResponse:
        """The playground; whoever is logged in and may not see it is led to what they may."""
        try:
            return await self._guarded(framed(self._service, "playground.html"))(request)
        except WebhookRejected as refused:
            if refused.status != 403 or not looks_for_page(request):
                raise
            raise led_to_first_page(request) from refused

    async def _site(self, _request: web.Request) -> web.StreamResponse:
        """The sample's site; the chat on it speaks the assistant's own language."""
        page = await asyncio.to_thread(SITE.read_text, encoding="utf-8")
        language = self._runtime.library.current().assistant.configuration.language
        spoken = page.replace('src="/widget.js"', f'src="/widget.js" data-locale="{escape(language)}"')
        return web.Response(text=spoken, content_type="text/html", headers={"Cache-Control": "no-cache"})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        after = request.headers.get("Last-Event-ID") or request.query.get("after", "0")
        if not POSITION.fullmatch(after):
            return problem(400, f'"after" wants the position of the last event that you have, not "{after[:20]}"')
        feeds = [f"sandbox:{name}" for name in ("sms", *self._runtime.channels, *self._runtime.crms)]
        feeds = sorted({*feeds, "explain", "decisions", CLOCK_FEED, CONTENT_FEED})
        admit = partial(self._admit, request)
        return await self._streams.follow(request, feeds, after=int(after), headers={}, admit=admit)

    async def _status(self, _request: web.Request) -> web.StreamResponse:
        stand_ins = sorted(vendor.name for vendor in self._sandbox.vendors.values())
        assistant = self._runtime.library.current().assistant
        language = assistant.configuration.language
        knows = {"language": language, "intents": sorted(assistant.intents), "slots": sorted(assistant.slots)}
        return web.json_response({**content_status(self._service), "stand_ins": stand_ins, **knows})

    async def _people(self, request: web.Request) -> web.StreamResponse:
        """By what those are known whom items of the feeds name; who is not known any more is left out."""
        known, playbook = {}, self._runtime.library.current()
        async with self._runtime.store.reading() as uow:
            for person in map(storable, request.query.getall("person", [])[:MOST_NAMED]):
                with suppress(NoSuchPerson):
                    known[person] = await named(uow, playbook, await by_id(uow, ProfileId(person)))
        return private_json({"people": known})

    async def _act(self, request: web.Request) -> web.StreamResponse:
        """Somebody presses a button in a panel: the stand-in signs the vendor's webhook, and it comes in like any."""
        name = request.match_info["vendor"]
        vendor = next((one for one in self._sandbox.vendors.values() if one.name == name), None)
        if vendor is None:
            return problem(404, f"there is no stand-in for {name} here")
        deed = await _json_object(request)
        if deed is None:
            return problem(400, "the body is no JSON object")
        try:
            if isinstance(vendor, HearsAnswers) and await vendor.settle(deed, self._runtime.clock.now()):
                return web.Response(status=204)
            webhook = await vendor.act(deed, self._runtime.clock.now())
        except KeyError as error:
            return problem(400, f"{name} cannot do that: the deed lacks {error}")
        except (AttributeError, TypeError, ValueError, OvertureError) as error:
            return problem(400, f"{name} cannot do that: {error}")
        async with ClientSession() as session:
            if isinstance(vendor, HearsAnswers):
                return await _converse(vendor, webhook, session, _own_address(request))
            try:
                return to_response(await post_webhook(session, webhook, _own_address(request)))
            except (ClientError, TimeoutError) as error:
                return problem(502, f"the webhook of {name} did not reach us: {type(error).__name__}")

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        """Somebody talks in a panel, over a WebSocket."""
        name = request.match_info["vendor"]
        vendor: object = next((one for one in self._sandbox.vendors.values() if one.name == name), None)
        if not isinstance(vendor, OpensTalks):
            return problem(404, f"there is no stand-in for {name} here that talks")
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return problem(426, "this address is a WebSocket's", {"Upgrade": "websocket"})
        return await hold_talk(request, vendor, _own_address(request), self._runtime.clock.now())

    async def _clock(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(await self._clock_now())

    async def _move_clock(self, request: web.Request) -> web.StreamResponse:
        body = await _json_object(request)
        clock = self._sandbox_clock
        if body is None:
            return problem(400, 'the body is no JSON object; say {"forward_seconds": 86400} or {"to": "next"}')
        if body.get("to") == "next":
            next_at, _ = await self._next()
            by = max(next_at - clock.now(), timedelta()) + timedelta(seconds=1) if next_at else timedelta()
        else:
            seconds = body.get("forward_seconds")
            if isinstance(seconds, bool) or not isinstance(seconds, int | float):
                return problem(400, 'say {"forward_seconds": 86400} or {"to": "next"}')
            by = timedelta(seconds=min(max(seconds, -1), FARTHEST.total_seconds()))
        if by < timedelta():
            return problem(400, "the sandbox's clock only moves forward")
        clock.forward(by)
        for topic in (INBOX, TIMERS, OUTBOX, FEEDS):
            await self._runtime.wakeups.notify(topic)
        now = await self._clock_now()
        key = f"{now['moved_by_seconds']}:{datetime.now(UTC).timestamp()}"
        await self._service.feeds.append(CLOCK_FEED, key, {"type": "clock", **now})
        return web.json_response(now)

    @property
    def _sandbox_clock(self) -> SandboxClock:
        clock = self._runtime.clock
        assert isinstance(clock, SandboxClock)  # noqa: S101  wiring gives a sandbox this clock
        return clock

    async def _clock_now(self) -> dict[str, Any]:
        next_at, what = await self._next()
        return {
            "now": self._runtime.clock.now().isoformat(),
            "moved_by_seconds": self._sandbox_clock.moved_by.total_seconds(),
            "next": next_at.isoformat() if next_at else None,
            "next_what": what,
        }

    async def _next(self) -> tuple[datetime | None, str]:
        """What is next to happen by the clock alone."""
        async with self._runtime.store.transaction() as uow:
            candidates = [
                (await uow.enrolments.next_due(), "a journey's step"),
                (await uow.outbox.next_due(Lane.REPLIES), "an answer"),
                (await uow.outbox.next_due(Lane.SENDS), "a message at its hour"),
                (await uow.outbox.next_due(Lane.CRM), "word to the CRM or another system"),
                (await uow.inbox.next_due(), "a chat or the desk"),
                (await next_run_due(uow, self._runtime), "a journey's time"),
            ]
        due = [(at, what) for at, what in candidates if at is not None]
        return min(due, default=(None, ""))


def content_status(service: Service) -> dict[str, Any]:
    """Whether the files in journeys/ and nlu_data/ are good as they are now."""
    faults = [str(fault) for fault in service.library.faults]
    return {"content": "broken", "faults": faults} if faults else {"content": "ok"}


async def _converse(
    vendor: HearsAnswers, webhook: WebhookRequest, session: ClientSession, own_address: str
) -> web.StreamResponse:
    """The vendor hears each answer, and may ask more by itself. What became of it, the vendor's feed says."""
    within = ClientTimeout(total=vendor.patience.total_seconds())
    following: WebhookRequest | None = webhook
    for _ in range(MOST_IN_A_ROW):
        if following is None:
            break
        webhook, begun = following, time.monotonic()
        try:
            reply = await post_webhook(session, webhook, own_address, within)
        except (ClientError, TimeoutError):
            reply = None
        following = await vendor.hear(webhook, reply, timedelta(seconds=time.monotonic() - begun))
    return web.Response(status=204)


def _own_address(request: web.Request) -> str:
    """Where this request came in, which is where another will, too."""
    name = request.transport.get_extra_info("sockname") if request.transport else None
    if name is None:
        raise ConnectionResetError("whoever asked has gone")
    host, port = name[:2]
    return http_address(host, port)


def _from_here(handler: Handler) -> Handler:
    """Refuse other websites, which could act here through the browser of a developer who visits them."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] != request.host:
            return problem(403, "only the playground's own page may act in it")
        return await handler(request)

    return guarded


async def _json_object(request: web.Request) -> dict[str, Any] | None:
    try:
        return await json_object(request)
    except WebhookRejected:
        return None
