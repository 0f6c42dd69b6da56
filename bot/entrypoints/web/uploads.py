"""Uploads: a file that comes as the body of a request goes to the disk as it comes, and is then received."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from aiohttp import web

from bot.domain.errors import WebhookRejected
from bot.domain.message import Attachment
from bot.entrypoints.web.limits import UPLOADS_OF_A_VISITOR, UPLOADS_OF_AN_ADDRESS, Limits
from bot.entrypoints.web.translate import to_response
from bot.ports import AttachmentStore, Channel, Upload
from bot.services.fetch_files import file_id, size_of
from bot.services.receive import receive
from bot.services.runtime import Runtime

CHUNK = 64 * 1024
SILENT_FOR = timedelta(seconds=20)
"""A sender that is quiet for longer is let go, and may begin again."""


class Uploads:
    """Fewer files are taken than messages, by visitor and by address."""

    def __init__(self, runtime: Runtime, proxies: int) -> None:
        self._runtime = runtime
        self._limits = Limits(proxies, address=UPLOADS_OF_AN_ADDRESS, visitor=UPLOADS_OF_A_VISITOR)

    async def take(self, request: web.Request, channel: Channel, upload: Upload) -> web.Response:
        """The channel's answer once the file is kept and received. A second try of the same message keeps nothing."""
        cors = upload.reply.headers
        store = self._runtime.attachments
        try:
            if store is None:
                raise WebhookRejected(404, "files are not kept here")
            self._limits.check(request)
            place = await _write(request, store, upload)
        except WebhookRejected as error:
            raise WebhookRejected(error.status, error.reason, headers={**cors, **error.headers}) from error
        try:
            link, size = self._runtime.links.file(file_id(place)), size_of(self._runtime, place)
            attachment = Attachment(link, upload.media_type, upload.name, size, place)
            taken = await receive(self._runtime, channel, [replace(upload.message, attachments=(attachment,))])
        except BaseException:
            if not await self._is_received(place):
                await store.drop(place)
            raise
        if not taken:
            await store.drop(place)
        return to_response(upload.reply)

    async def _is_received(self, place: str) -> bool:
        """Whether it is on record although receiving it broke off: that was after the commit. False, too, where the
        store does not answer."""
        with suppress(Exception):
            async with self._runtime.store.reading() as uow:
                return await uow.files.get(file_id(place)) is not None
        return False


async def _write(request: web.Request, store: AttachmentStore, upload: Upload) -> str:
    try:
        async with asyncio.timeout(upload.within.total_seconds()):
            return await store.take(upload.media_type, upload.size, _chunks(request))
    except TimeoutError as error:
        raise WebhookRejected(408, "the file did not come in time; send it again") from error


async def _chunks(request: web.Request) -> AsyncIterator[bytes]:
    while True:
        async with asyncio.timeout(SILENT_FOR.total_seconds()):
            chunk = await request.content.read(CHUNK)
        if not chunk:
            return
        yield chunk
