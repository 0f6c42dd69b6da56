"""Pictures of sales reps for customers' chats: the desk's own, kept here, for whoever has the signed address."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.domain.file_types import KNOWN
from bot.entrypoints.web.translate import problem
from bot.ports import HasPortraits
from bot.services.runtime import Runtime

log = structlog.get_logger()

KEPT_FOR = timedelta(days=1)
"""After that the desk is asked again; until it answers, the old picture is shown."""

FETCHED_WITHIN = timedelta(seconds=10)
KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp")


def portrait_path(secret: str, desk: str, rep: str) -> str:
    return f"/portraits/{quote(desk, safe='')}/{quote(rep, safe='')}?sig={_sign(secret, desk, rep)}"


def _sign(secret: str, desk: str, rep: str) -> str:
    return hmac.new(secret.encode(), f"portrait:{desk}:{rep}".encode(), hashlib.sha256).hexdigest()[:32]


class Portraits:
    def __init__(self, runtime: Runtime, secret: str, folder: Path) -> None:
        self._runtime, self._secret, self._folder = runtime, secret, folder
        self._asking = asyncio.Lock()

    async def send(self, request: web.Request) -> web.StreamResponse:
        """The picture; 204 where the desk has none, for which a browser complains to nobody."""
        desk, rep = request.match_info["desk"], request.match_info["rep"]
        given = request.query.get("sig", "")
        if not hmac.compare_digest(_sign(self._secret, desk, rep).encode(), given.encode("utf-8", "replace")):
            return problem(403, "this address is not signed by us")
        content = await self._picture(desk, rep)
        kind = next((one for one in KINDS if KNOWN[one].is_one(content)), None)
        headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
        if kind is None:
            return web.Response(status=204, headers=headers)
        return web.Response(body=content, content_type=kind, headers=headers)

    async def _picture(self, desk: str, rep: str) -> bytes:
        """Empty where there is none."""
        path = self._folder / hashlib.sha256(f"{desk}:{rep}".encode()).hexdigest()[:32]
        kept = await asyncio.to_thread(_read, path)
        if kept is not None and kept[1] < KEPT_FOR.total_seconds():
            return kept[0]
        async with self._asking:  # one at a time: whoever waited finds what the first has fetched
            again = await asyncio.to_thread(_read, path)
            if again is not None and again[1] < KEPT_FOR.total_seconds():
                return again[0]
            fetched = await self._fetch(desk, rep)
            content = fetched or (kept[0] if kept is not None else b"")
            try:
                await asyncio.to_thread(keep, path, content)
            except OSError as error:
                log.warning("a picture of a rep cannot be kept", folder=str(self._folder), reason=error.strerror)
        return content

    async def _fetch(self, desk: str, rep: str) -> bytes | None:
        channel: object = self._runtime.channels.get(desk)
        if not isinstance(channel, HasPortraits):
            return None
        try:
            async with asyncio.timeout(FETCHED_WITHIN.total_seconds()):
                return await channel.portrait(rep)
        except TimeoutError:
            return None


def _read(path: Path) -> tuple[bytes, float] | None:
    """What is kept, and how many seconds ago it was."""
    try:
        return path.read_bytes(), time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return None


def keep(path: Path, content: bytes) -> None:
    """Whole or not at all, whichever processes keep the same one just now."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}-{secrets.token_hex(8)}.part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
