"""Files in the sandbox's workspace: what our app uploads, and what reps attach to their messages."""

from __future__ import annotations

import base64
import binascii
import json
import mimetypes
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from bot.domain.errors import WebhookRejected
from connectors.slack.sandbox_workspace import TEAM, Json

MOST_FILES = 100
"""Kept in memory; the oldest give way."""

LARGEST = 2_000_000
LARGEST_SHOWN = 300_000
"""Bytes of a picture that the playground shows; a larger one is there by its name."""

LONGEST_ALT_TEXT = 1000
LOST = {"ok": False, "error": "file_not_found"}


@dataclass(frozen=True, slots=True)
class SandboxFile:
    """`uploaded_to` is where its bytes are to come, until they have."""

    id: str
    name: str
    content: bytes = b""
    size: int = 0
    alt_text: str = ""
    uploaded_to: str = ""

    @property
    def media_type(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def shown(self) -> dict[str, Any]:
        """On the feed, with the picture itself where it is one of no great size."""
        item = {"id": self.id, "name": self.name, "media_type": self.media_type, "alt": self.alt_text or self.name}
        if not self.media_type.startswith("image/") or len(self.content) > LARGEST_SHOWN:
            return item
        return item | {"picture": f"data:{self.media_type};base64,{base64.b64encode(self.content).decode()}"}

    def told(self, base: str = "https://files.slack.com") -> dict[str, Any]:
        """As Slack's answers and events tell of it."""
        address = f"{base}/files-pri/{TEAM['id']}-{self.id}"
        return {
            "id": self.id,
            "name": self.name,
            "title": self.name,
            "mimetype": self.media_type,
            "filetype": self.name.rpartition(".")[2],
            "size": len(self.content),
            "mode": "hosted",
            "is_external": False,
            "url_private": f"{address}/{quote(self.name)}",
            "url_private_download": f"{address}/download/{quote(self.name)}",
        }


class SandboxFiles:
    """By their ids, in memory."""

    def __init__(self) -> None:
        self._files: dict[str, SandboxFile] = {}

    def begin(self, arguments: Json, base: str) -> Json:
        """files.getUploadURLExternal: a place for the bytes."""
        name, alt_text = str(arguments.get("filename") or ""), str(arguments.get("alt_txt") or "")
        length = str(arguments.get("length") or "")
        if not name or not length.isdecimal() or not 0 < int(length) <= LARGEST or len(alt_text) > LONGEST_ALT_TEXT:
            return {"ok": False, "error": "invalid_arguments"}
        place = f"{base}/upload/v1/{secrets.token_hex(12)}"
        file = self._keep(SandboxFile(_new_id(), name, size=int(length), alt_text=alt_text, uploaded_to=place))
        return {"ok": True, "upload_url": place, "file_id": file.id}

    def receive(self, place: str, content: bytes) -> bool:
        """Whether these are the bytes that were announced for this place."""
        for file in self._files.values():
            if file.uploaded_to == place and file.size == len(content):
                self._files[file.id] = replace(file, content=content, uploaded_to="")
                return True
        return False

    def complete(self, arguments: Json) -> list[SandboxFile] | None:
        """files.completeUploadExternal: the files that are to be shown; None where one of them never came."""
        try:
            wanted = json.loads(str(arguments.get("files") or "[]"))
            found = [self._files[str(one["id"])] for one in wanted]
        except (ValueError, KeyError, TypeError):
            return None
        return found if found and all(file.content for file in found) else None

    def attach(self, told: Mapping[str, Any]) -> SandboxFile:
        """What a rep attaches to a message: its name, and what is in it as base64."""
        try:
            content = base64.b64decode(str(told.get("content") or ""), validate=True)
        except binascii.Error:
            content = b""
        name = str(told.get("name") or "")
        if not content or not name or len(content) > LARGEST:
            raise WebhookRejected(400, f"A file has a name, and 1 to {LARGEST:,} bytes as base64.")
        return self._keep(SandboxFile(_new_id(), name, content, len(content)))

    def remove(self, file_id: str) -> None:
        self._files.pop(file_id, None)

    def info(self, arguments: Json, base: str) -> Json:
        file = self._files.get(str(arguments.get("file")))
        return {"ok": True, "file": file.told(base)} if file is not None else LOST

    def get(self, file_id: str) -> SandboxFile | None:
        return self._files.get(file_id)

    def _keep(self, file: SandboxFile) -> SandboxFile:
        while len(self._files) >= MOST_FILES:
            del self._files[next(iter(self._files))]
        self._files[file.id] = file
        return file


def _new_id() -> str:
    return "F" + secrets.token_hex(5).upper()
