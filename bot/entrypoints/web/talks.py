"""Talks: WebSockets on which a vendor talks with us. What is said in them is decided by the channel's connector."""

from __future__ import annotations

import asyncio
from weakref import WeakSet

import structlog
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from bot.entrypoints.web.streams import Streams
from bot.ports import AwaitTurn, Channel, Said, Talk, TalkStep
from bot.services.await_turn import await_turn
from bot.services.receive import receive
from bot.services.runtime import Runtime

log = structlog.get_logger()

LARGEST_FRAME = 64 * 1024
PING_EVERY = 20.0
"""Seconds. A vendor that does not answer a ping has gone; so proxies, too, see that the line is in use."""

SEND_WITHIN = 10.0
"""Seconds within which a vendor takes what we send; else the talk is over."""


class OpenTalks:
    """The talks of this process."""

    def __init__(self, runtime: Runtime, streams: Streams) -> None:
        self._runtime = runtime
        self._streams = streams
        self._sockets: WeakSet[web.WebSocketResponse] = WeakSet()

    async def hold(self, request: web.Request, channel: Channel, talk: Talk) -> web.WebSocketResponse:
        """Talk until one of the two ends it. Whatever breaks it off on our side, the vendor is told that we did."""
        socket = web.WebSocketResponse(heartbeat=PING_EVERY, max_msg_size=LARGEST_FRAME)
        await socket.prepare(request)
        self._sockets.add(socket)
        code = WSCloseCode.INTERNAL_ERROR
        try:
            await self._run(socket, channel, talk)
            code = WSCloseCode.OK
        except (ConnectionError, TimeoutError):
            log.info("the other side of a talk has gone", channel=channel.name)
        except Exception as error:
            # Its type only: the words of an error may repeat those of the customer.
            log.exception("a talk broke off", channel=channel.name, error=type(error).__name__)
        finally:
            self._sockets.discard(socket)
            await socket.close(code=code)
        return socket

    async def end(self) -> None:
        """End every talk, so that its vendor comes back to where we still run."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.SERVICE_RESTART, message=b"we restart; come again")

    async def _run(self, socket: web.WebSocketResponse, channel: Channel, talk: Talk) -> None:
        step = TalkStep()
        coming = asyncio.create_task(socket.receive())
        try:
            while not step.over:
                said = await self._said_before(coming, channel, step)
                if said is not None and step.await_turn is not None:
                    step = step.await_turn.reply(said)
                else:
                    frame = await coming
                    if frame.type is not WSMsgType.TEXT:
                        return  # closed, or bytes, or too large: the talk is over
                    coming = asyncio.create_task(socket.receive())
                    step = talk.hear(frame.data)
                await self._do(socket, channel, step)
        finally:
            coming.cancel()

    async def _said_before(self, coming: asyncio.Task[WSMessage], channel: Channel, step: TalkStep) -> Said | None:
        """What the step waits for; None where a frame comes before it, or it waits for nothing else."""
        if step.await_turn is None:
            return None
        waiting = asyncio.create_task(self._waited(channel, step.await_turn))
        try:
            if not step.undisturbed:
                await asyncio.wait({waiting, coming}, return_when=asyncio.FIRST_COMPLETED)
                if coming.done():
                    return None
            return await waiting
        finally:
            waiting.cancel()

    async def _waited(self, channel: Channel, awaited: AwaitTurn[TalkStep]) -> Said:
        if awaited.earlier:
            return await await_turn(self._runtime, [], awaited, channel=channel.name)
        news = await self._streams.news(awaited.feed, after=awaited.behind, within=awaited.within)
        return Said(news, finished=True)

    async def _do(self, socket: web.WebSocketResponse, channel: Channel, step: TalkStep) -> None:
        """What was said to us is kept before anything is said to it."""
        if step.trouble:
            log.warning("trouble in a talk", channel=channel.name, trouble=step.trouble)
        if step.inbound:
            await receive(self._runtime, channel, step.inbound)
        if step.then is not None:
            await step.then()
        async with asyncio.timeout(SEND_WITHIN):
            for frame in step.frames:
                await socket.send_str(frame)
