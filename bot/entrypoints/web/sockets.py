"""Connections by Socket.IO: a library speaks the protocol, and the channel's connector decides what is said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import socketio
import structlog
from aiohttp import web
from socketio.exceptions import ConnectionRefusedError as Refused

from bot.adapters.database.trouble import is_trouble
from bot.domain.errors import WebhookRejected
from bot.domain.message import Inbound
from bot.entrypoints.web.limits import OF_A_VISITOR, AtOnce, Limit, Limits, caller_of, refuse_for
from bot.entrypoints.web.streams import Streams
from bot.entrypoints.web.translate import lower_case
from bot.ports import Channel, SocketEvent, SocketTalk, TakesSockets, WebhookRequest
from bot.services.receive import receive
from bot.services.runtime import Runtime
from bot.settings import Settings

log = structlog.get_logger()

LARGEST_FRAME = 64 * 1024
LOOK_EVERY = timedelta(seconds=15)
PAUSE_AFTER_ERROR = 1.0
KEEP_TRIES = 5
"""How often we try to keep a message, with twice the pause each time, before the client is told that it was not."""

NOT_KEPT = "nothing can be stored at the moment; send it again later"

UNHEARD = logging.getLogger("socketio.unheard")
"""The library's log, which has a traceback for each packet that a stranger makes up; we log what is ours to know."""

UNHEARD.setLevel(logging.CRITICAL)


@dataclass
class Connection:
    """One client. `open` is what it holds until it leaves, `telling` what tells it of its `feed`."""

    talk: SocketTalk
    caller: str | None
    open: ExitStack = field(default_factory=ExitStack)
    feed: str = ""
    telling: asyncio.Task[None] | None = None

    def close(self) -> None:
        if self.telling is not None:
            self.telling.cancel()
        self.open.close()


class Sockets:
    """The connections of one channel's clients in this process.

    What a client was told is noted on its feed, so that one that comes back is told the rest, in whichever process.
    `together`: other processes answer at the same address. Then only WebSockets are taken, for the requests of one
    client's long polling would meet different ones.
    """

    def __init__(
        self,
        runtime: Runtime,
        streams: Streams,
        settings: Settings,
        at_once: AtOnce,
        channel: Channel,
        taker: TakesSockets,
        *,
        together: bool = False,
    ) -> None:
        self._runtime, self._streams, self._settings, self._at_once = runtime, streams, settings, at_once
        self._channel, self._taker, self._door = channel, taker, taker.door
        self._limits, self._messages = Limits(settings.proxies), Limit(OF_A_VISITOR)
        self._connections: dict[str, Connection] = {}
        self._noting: set[asyncio.Task[None]] = set()
        self._server = socketio.AsyncServer(
            async_mode="aiohttp",
            async_handlers=False,  # a client's messages are kept in their order
            cors_allowed_origins=self._allows,
            max_http_buffer_size=LARGEST_FRAME,
            transports=["websocket"] if together else None,
            logger=UNHEARD,
            engineio_logger=UNHEARD,
        )
        self._on("connect", self._connect)
        self._on("disconnect", self._disconnect)
        for name in self._door.events:
            self._on(name, self._hearing(name))

    def add_routes(self, app: web.Application) -> None:
        for method in ("GET", "POST", "OPTIONS"):
            app.router.add_route(method, f"{self._door.path}/", self._serve)

    async def end(self) -> None:
        """Hang up, so that every client comes back to where we still run, or will run again.

        The library's own way waits for clients that read no more, and for frames that a server which stops reads not.
        """
        for socket in list(self._server.eio.sockets.values()):
            await socket.close(wait=False)
            await socket.queue.put(None)  # behind what it is sent; its connection ends there
        await asyncio.gather(*self._noting, return_exceptions=True)
        await self._server.shutdown()

    def _on(self, event: str, handler: Any) -> None:
        self._server.on(event, handler, namespace=self._door.namespace)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self._limits.check(request)
        try:
            response: web.StreamResponse = await self._server.handle_request(request)
        except ValueError:
            log.info("a client sent what is no packet of Socket.IO", channel=self._channel.name)
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=400)  # of which nothing leaves
        return response

    def _allows(self, origin: str | None, environ: Mapping[str, Any]) -> bool:
        """No origin means no browser page, or a page of our own."""
        if origin is None or self._taker.allows(origin, environ.get("HTTP_HOST", "")):
            return True
        log.info("a website may not connect; the channel's setting names those that may", origin=origin[:200])
        return False

    # ------------------------------------------------------------ in

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: Any = None) -> None:
        request: web.Request = environ["aiohttp.request"]
        url = self._settings.service_url + request.raw_path
        asked = WebhookRequest(request.method, url, lower_case(request), b"", self._runtime.clock.now())
        try:
            connection = Connection(self._taker.connect(asked, auth), caller_of(request, self._settings.proxies))
            connection.open.enter_context(self._at_once.one_of(request))
        except WebhookRejected as rejected:
            log.info("a connection was refused", channel=self._channel.name, reason=rejected.reason)
            raise Refused(rejected.reason) from rejected
        self._connections[sid] = connection

    async def _disconnect(self, sid: str, _reason: str = "") -> None:
        if (connection := self._connections.pop(sid, None)) is not None:
            connection.close()

    def _hearing(self, name: str) -> Any:
        async def hear(sid: str, data: Any = None, *_more: Any) -> Mapping[str, Any] | None:
            """What is returned reaches a client that asked to be told (an acknowledgement)."""
            connection = self._connections.get(sid)
            if connection is None:
                return None
            try:
                await self._hear(sid, connection, SocketEvent(name, data))
            except WebhookRejected as rejected:
                log.info("an event was refused", channel=self._channel.name, reason=rejected.reason)
                return {"error": rejected.reason}
            except Exception as error:
                # Its type only: the words of an error may repeat those of the customer.
                log.exception("an event was not taken", channel=self._channel.name, error=type(error).__name__)
                return {"error": "something went wrong on our side; it is in the log"}
            return None

        return hear

    async def _hear(self, sid: str, connection: Connection, event: SocketEvent) -> None:
        """What was said to us is kept before anything is said to the client."""
        if connection.caller is not None:
            refuse_for(self._messages, sid)
        step = connection.talk.hear(event, self._runtime.clock.now())
        if step.inbound:
            await self._keep(step.inbound)
        for answer in step.events:
            await self._emit(sid, answer)
        if step.feed and step.feed != connection.feed:
            self._tell_from_now_on(sid, connection, step.feed)

    async def _keep(self, inbound: Sequence[Inbound]) -> None:
        """A client does not send a message again, so we try for as long as somebody waits."""
        for tries in range(KEEP_TRIES):
            try:
                await receive(self._runtime, self._channel, inbound)
            except Exception as error:
                if not isinstance(error, ConnectionError) and not is_trouble(error):
                    raise
                log.error("a message cannot be stored; trying again", error=type(error).__name__)
                await asyncio.sleep(PAUSE_AFTER_ERROR * 2**tries)
            else:
                return
        raise WebhookRejected(503, NOT_KEPT)

    # ------------------------------------------------------------ out

    def _tell_from_now_on(self, sid: str, connection: Connection, feed: str) -> None:
        if connection.telling is not None:
            connection.telling.cancel()
        connection.feed = feed
        connection.telling = asyncio.create_task(self._tell(sid, connection, feed), name="socket")

    async def _tell(self, sid: str, connection: Connection, feed: str) -> None:
        """Send what is on the feed behind what was told, and what comes; until it is cancelled."""
        after: int | None = None
        while True:
            try:
                if after is None:
                    after = await self._told(feed)
                items = await self._streams.news(feed, after=after, within=LOOK_EVERY)
                events = [event for item in items for event in connection.talk.tell(item.item)]
                for event in events:
                    await self._emit(sid, event)
                after = items[-1].position if items else after
                if events:
                    await asyncio.shield(self._noted(feed, after))  # also where the client leaves at this moment
            except Exception as error:
                log.exception("a client could not be told; trying again", error=type(error).__name__)
                await asyncio.sleep(PAUSE_AFTER_ERROR)

    async def _told(self, feed: str) -> int:
        """Up to which position of the feed its client was told, by whichever connection."""
        told = after = 0
        while True:
            async with self._runtime.store.reading() as uow:
                items = await uow.feeds.read([feed], after=after)
            if not items:
                return told
            told = max([told, *(item.item["told"] for item in items if "told" in item.item)])
            after = items[-1].position

    def _noted(self, feed: str, told: int) -> asyncio.Task[None]:
        noting = asyncio.create_task(self._note(feed, told))
        self._noting.add(noting)
        noting.add_done_callback(self._noting.discard)
        return noting

    async def _note(self, feed: str, told: int) -> None:
        async with self._runtime.store.transaction() as uow:
            await uow.feeds.append(feed, f"told:{told}", {"type": "told", "told": told}, self._runtime.clock.now())

    async def _emit(self, sid: str, event: SocketEvent) -> None:
        await self._server.emit(event.name, event.data, to=sid, namespace=self._door.namespace)
