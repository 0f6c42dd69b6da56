"""Files that visitors send: which are taken, and the head of a request that brings one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from bot.domain.errors import SettingsError, WebhookRejected
from bot.domain.file_types import KNOWN, file_name
from bot.domain.message import CustomerMessage
from bot.ports import Reply, Upload, WebhookRequest
from connectors.webchat.bodies import message_id

USUAL = "image/jpeg,image/png,image/gif,image/webp,image/heic,application/pdf,text/plain"
NONE = "none"
USUAL_SIZE, LARGEST_SIZE = 10, 100
"""Megabytes."""


@dataclass(frozen=True, slots=True)
class FileRules:
    """The media types that are taken, and the largest size in bytes. Without types, no file is."""

    types: tuple[str, ...]
    largest: int

    def told(self) -> Mapping[str, Any] | None:
        """What the widget is told, so that it asks for nothing that would be refused."""
        if not self.types:
            return None
        endings = {one: list(KNOWN[one].endings) for one in self.types}
        return {"types": endings, "largest": self.largest}

    def read(self, request: WebhookRequest, visitor: UUID, metadata: Mapping[str, Any], reply: Reply) -> Upload:
        """Raises WebhookRejected for a file that is not taken, before a byte of it is read."""
        query = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
        told = message_id({"id": query["id"][0]} if "id" in query else {})
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in self.types:
            raise WebhookRejected(
                415, f"Files of this type are not taken. Taken are {', '.join(self.types) or 'none'}."
            )
        size = self._size(request.headers)
        message = CustomerMessage(
            channel="webchat", vendor_id=f"{visitor}:{told}", address=str(visitor), metadata=metadata
        )
        return Upload(file_name(query.get("name", [""])[0], media_type), media_type, size, message, reply)

    def _size(self, headers: Mapping[str, str]) -> int:
        given = headers.get("content-length", "")
        if "transfer-encoding" in headers or not (given.isascii() and given.isdecimal()):
            raise WebhookRejected(411, "Say in Content-Length how large the file is.")
        if headers.get("content-encoding", "identity") != "identity":
            raise WebhookRejected(415, "Send the file as it is, without Content-Encoding.")
        if int(given) > self.largest:
            raise WebhookRejected(413, f"The file has {int(given):,} bytes; at most {self.largest:,} are taken.")
        if int(given) == 0:
            raise WebhookRejected(400, "The file is empty.")
        return int(given)


def file_rules(types: str, largest: str) -> FileRules:
    """The rules of WEBCHAT_FILES and WEBCHAT_LARGEST_FILE; raises SettingsError."""
    named = [] if types.strip() == NONE else [one.strip().lower() for one in (types or USUAL).split(",") if one.strip()]
    for one in named:
        if one not in KNOWN:
            raise SettingsError(
                f'WEBCHAT_FILES has "{one}", which is not taken. It may have {", ".join(KNOWN)}, or be none.'
            )
    try:
        megabytes = float(largest or USUAL_SIZE)
    except ValueError:
        megabytes = 0
    if not 0 < megabytes <= LARGEST_SIZE:
        raise SettingsError(
            f'WEBCHAT_LARGEST_FILE is "{largest}": it wants megabytes, above 0 and at most {LARGEST_SIZE}.'
        )
    return FileRules(tuple(dict.fromkeys(named)), int(megabytes * 1_000_000))
