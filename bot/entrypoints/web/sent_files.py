"""Files that were sent, for whoever has the signed link: as a download, never as a page. Only what a rep has sent is
also shown as what it is, for the chat and for vendors who pass it on."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from bot.domain.errors import WebhookRejected
from bot.domain.file_types import PICTURES
from bot.domain.files import FileState, SentFile
from bot.services.runtime import Runtime

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Type": "application/octet-stream",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Whatever is in it, a browser saves it and shows none of it."""


SHOWN = {**HEADERS, "Cross-Origin-Resource-Policy": "cross-origin"}
"""The widget stands on pages of other origins."""

SHOWN_TYPES = PICTURES | {"application/pdf"}


def sign_file(secret: str, file_id: str) -> str:
    """HMAC-SHA256 over the file's id, as 32 hexadecimal digits."""
    return hmac.new(secret.encode(), f"file:{file_id}".encode(), hashlib.sha256).hexdigest()[:32]


def file_link(service_url: str, secret: str, file_id: str) -> str:
    return f"{service_url}/files/{file_id}?sig={sign_file(secret, file_id)}"


def sign_media(secret: str, file_id: str) -> str:
    return hmac.new(secret.encode(), f"media:{file_id}".encode(), hashlib.sha256).hexdigest()[:32]


def media_link(service_url: str, secret: str, file_id: str) -> str:
    return f"{service_url}/media/{file_id}?sig={sign_media(secret, file_id)}"


class SentFiles:
    def __init__(self, runtime: Runtime, secret: str) -> None:
        self._runtime, self._secret = runtime, secret

    async def send(self, request: web.Request) -> web.StreamResponse:
        """As a download."""
        file, path = await self._find(request, sign_file)
        return web.FileResponse(path, headers={**HEADERS, "Content-Disposition": _named("attachment", file)})

    async def show(self, request: web.Request) -> web.StreamResponse:
        """What a rep has sent, as what it is. A customer's file is never shown."""
        file, path = await self._find(request, sign_media)
        if not file.sender or file.media_type not in SHOWN_TYPES:
            raise WebhookRejected(404, "this file is not shown, but can be downloaded by its link")
        headers = {**SHOWN, "Content-Type": file.media_type, "Content-Disposition": _named("inline", file)}
        return web.FileResponse(path, headers=headers)

    async def _find(self, request: web.Request, sign: Callable[[str, str], str]) -> tuple[SentFile, Path]:
        """The file that the link means, and where it is; raises WebhookRejected, which says why not."""
        file_id = request.match_info["file"]
        expected, given = sign(self._secret, file_id), request.query.get("sig", "")
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            raise WebhookRejected(403, "this link is not signed by us, or was cut short; copy it whole")
        async with self._runtime.store.transaction() as uow:
            file = await uow.files.get(file_id)
        if file is None or self._runtime.attachments is None:
            raise WebhookRejected(404, "there is no such file; it may have been erased")
        if file.state is FileState.HELD:
            raise WebhookRejected(409, "the file has not been looked at by the virus scanner yet; try again later")
        if file.state is FileState.REFUSED:
            raise WebhookRejected(410, f"nobody may open this file: {file.reason}")
        try:
            return file, self._runtime.attachments.path_of(file.place)
        except FileNotFoundError:
            raise WebhookRejected(404, "there is no such file; it may have been erased") from None


def _named(how: str, file: SentFile) -> str:
    return f"{how}; filename*=UTF-8''{quote(file.name, safe='')}"
