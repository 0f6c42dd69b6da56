"""Slack's side of Socket Mode: `apps.connections.open`, and the WebSocket to which its answer leads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

APP_TOKEN = "xapp-1-A0OVERTURE-token"


@dataclass
class SocketModeServer:
    """Gives each connection a ticket that opens once, as Slack does. Sends what it is told to; keeps what it gets."""

    url: str = ""
    refusals: list[dict[str, Any]] = field(default_factory=list)
    with_refusals: dict[str, str] = field(default_factory=dict)
    tickets: set[str] = field(default_factory=set)
    issued: int = 0
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    acknowledged: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    connected: asyncio.Queue[web.WebSocketResponse] = field(default_factory=asyncio.Queue)

    async def open(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {APP_TOKEN}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if self.refusals:
            return web.json_response(self.refusals.pop(0), headers=self.with_refusals)
        self.issued += 1
        ticket = f"ticket-{self.issued}"
        self.tickets.add(ticket)
        return web.json_response({"ok": True, "url": f"{self.url.replace('http', 'ws')}/link?ticket={ticket}"})

    async def link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            raise web.HTTPForbidden
        self.tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0OVERTURE"}}
        await socket.send_json(hello)
        self.sockets.append(socket)
        await self.connected.put(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self.acknowledged.put(json.loads(message.data))
        return socket

    async def send(
        self, kind: str, payload: Mapping[str, Any], envelope: str = "envelope-1", *, answerable: bool = False
    ) -> None:
        body = {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": answerable}
        await self.sockets[-1].send_json(body)


@asynccontextmanager
async def serve_sockets() -> AsyncIterator[SocketModeServer]:
    server = SocketModeServer()
    app = web.Application()
    app.router.add_post("/api/apps.connections.open", server.open)
    app.router.add_get("/link", server.link)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}"
        yield server
    finally:
        for socket in server.sockets:
            await socket.close()
        await runner.cleanup()
