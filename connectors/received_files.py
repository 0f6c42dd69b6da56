"""Files that customers send by a messenger: which are kept, and how one is read from its vendor."""

from __future__ import annotations

import aiohttp

from bot.domain.errors import PermanentSendError, TemporarySendError

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes. WhatsApp's most for pictures, sound and films; MMS has less."""

TYPES = frozenset(
    (
        *("image/jpeg", "image/png", "image/gif", "image/webp"),
        *("audio/ogg", "audio/mpeg", "audio/mp4", "audio/amr", "video/mp4", "video/3gpp"),
        *("application/pdf", "text/vcard", "text/x-vcard"),
    )
)
"""What is kept. Nothing of it runs where somebody opens it."""


async def read_file(response: aiohttp.ClientResponse, vendor: str) -> bytes:
    """The file in the vendor's answer. Raises as `fetch` does where it is none, too large, or of a kind that is not
    kept."""
    if response.status == 429 or response.status >= 500:
        raise TemporarySendError(f"{vendor} answered status {response.status} in place of the file")
    if response.status != 200:
        raise PermanentSendError(f"{vendor} has no such file: status {response.status}")
    if response.content_type not in TYPES:
        raise PermanentSendError("the file is of a kind that is not kept")
    content = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > LARGEST_FILE:
            raise PermanentSendError(f"the file is larger than {LARGEST_FILE // 1024 // 1024} MB")
    return bytes(content)
