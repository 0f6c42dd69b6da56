"""Files that customers sent, for whoever has the signed link: as a download, never as a page."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote

from aiohttp import web

from bot.domain.files import FileState
from bot.entrypoints.translate import problem
from bot.services.runtime import Runtime

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Type": "application/octet-stream",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Whatever is in it, a browser saves it and shows none of it."""


def sign_file(secret: str, file_id: str) -> str:
    """HMAC-SHA256 over the file's id, as 32 hexadecimal digits."""
    return hmac.new(secret.encode(), f"file:{file_id}".encode(), hashlib.sha256).hexdigest()[:32]


def file_link(service_url: str, secret: str, file_id: str) -> str:
    return f"{service_url}/files/{file_id}?sig={sign_file(secret, file_id)}"


class SentFiles:
    def __init__(self, runtime: Runtime, secret: str) -> None:
        self._runtime, self._secret = runtime, secret

    async def send(self, request: web.Request) -> web.StreamResponse:
        file_id = request.match_info["file"]
        expected, given = sign_file(self._secret, file_id), request.query.get("sig", "")
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            return problem(403, "this link is not signed by us, or was cut short; copy it whole from the hand-off")
        async with self._runtime.store.transaction() as uow:
            file = await uow.files.get(file_id)
        if file is None or self._runtime.attachments is None:
            return problem(404, "there is no such file; it may have been erased")
        if file.state is FileState.HELD:
            return problem(409, "the file has not been looked at by the virus scanner yet; try again later")
        if file.state is FileState.REFUSED:
            return problem(410, f"nobody may open this file: {file.reason}")
        try:
            path = self._runtime.attachments.path_of(file.place)
        except FileNotFoundError:
            return problem(404, "there is no such file; it may have been erased")
        named = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        return web.FileResponse(path, headers={**HEADERS, "Content-Disposition": named})
