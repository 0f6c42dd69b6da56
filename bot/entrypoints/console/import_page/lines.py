"""An answer that comes line by line, each of JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

AT_ONCE = 64 * 1024
"""Characters of a file in a line."""

SILENT_FOR = timedelta(seconds=30)
"""Who does not read for longer has gone away: others wait for their turn."""


class NobodyReads(Exception):
    """Whoever asked has gone away, or reads no more."""


class Lines:
    """Whoever goes away is no error, unless it is work for them alone (`must_be_read`): then saying something raises
    NobodyReads."""

    def __init__(self, request: web.Request, *, must_be_read: bool) -> None:
        self.response = web.StreamResponse(
            headers={"Content-Type": "application/x-ndjson", "Cache-Control": "no-store"}
        )
        self._request = request
        self._must_be_read = must_be_read
        self._is_read = True

    async def begin(self) -> None:
        await self.response.prepare(self._request)

    async def say(self, told: Mapping[str, Any]) -> None:
        if not self._is_read:
            return
        try:
            async with asyncio.timeout(SILENT_FOR.total_seconds()):
                await self.response.write(json.dumps(told).encode() + b"\n")
        except (ConnectionResetError, TimeoutError) as error:
            if self._must_be_read:
                raise NobodyReads from error
            self._is_read = False

    async def say_file(self, name: str, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            while self._is_read and (part := file.read(AT_ONCE)):
                await self.say({name: part})
