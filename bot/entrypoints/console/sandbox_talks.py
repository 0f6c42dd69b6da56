"""Talks in the sandbox: what somebody says in a panel goes over a WebSocket that the vendor's stand-in has opened."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType, web

from bot.domain.errors import OvertureError
from bot.ports import OpensTalks

LARGEST_FRAME = 64 * 1024
DEED_WITHIN = 10.0
"""Seconds within which a panel says which call it is that talks."""

REFUSED = 4000
"""The code with which a panel's socket is closed where there is nothing to talk with; the reason goes along."""

Socket = web.WebSocketResponse | ClientWebSocketResponse


async def hold_talk(request: web.Request, vendor: OpensTalks, own_address: str, now: datetime) -> web.StreamResponse:
    """The panel says first which call talks; then each frame of either goes to the other, until one of them goes."""
    panel = web.WebSocketResponse(max_msg_size=LARGEST_FRAME, heartbeat=20)
    await panel.prepare(request)
    try:
        opening, first = await vendor.open_talk(await _deed(panel), now)
    except (KeyError, TypeError, ValueError, TimeoutError, OvertureError) as error:
        await panel.close(code=REFUSED, message=str(error).encode()[:120])
        return panel
    target = f"{own_address}{urlsplit(opening.url).path}"
    try:
        async with (
            ClientSession() as session,
            session.ws_connect(target, headers=dict(opening.headers), max_msg_size=LARGEST_FRAME) as ours,
        ):
            await ours.send_str(first)
            await _until_either_goes(panel, ours)
    except ClientError as error:
        await panel.close(code=REFUSED, message=f"our WebSocket refused it: {type(error).__name__}".encode())
    await panel.close()
    return panel


async def _deed(panel: web.WebSocketResponse) -> Mapping[str, Any]:
    found = json.loads(await panel.receive_str(timeout=DEED_WITHIN))
    if not isinstance(found, dict):
        raise TypeError("the first frame is no JSON object")
    return found


async def _until_either_goes(panel: Socket, ours: Socket) -> None:
    ways = {asyncio.create_task(_pass_on(panel, ours)), asyncio.create_task(_pass_on(ours, panel))}
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pass_on(source: Socket, target: Socket) -> None:
    async for frame in source:
        if frame.type is not WSMsgType.TEXT:
            return
        await target.send_str(frame.data)
