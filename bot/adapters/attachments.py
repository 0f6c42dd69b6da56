"""Files that customers sent, in a folder that only we can read."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import structlog

from bot.adapters.camera_metadata import CLEANED, without_metadata
from bot.domain.errors import NotTried, SettingsError, WebhookRejected
from bot.domain.file_types import HEAD, KNOWN

log = structlog.get_logger()

DRAFT = ".part"
ABANDONED_AFTER = timedelta(hours=1)
"""A draft that is as old was left by a process that died."""

NOT_NOW = "No file can be kept at the moment; try again later."


class FolderAttachments:
    """The `AttachmentStore` of one machine. Names are ours alone: nothing that somebody sent is part of a path. Of a
    picture or film nothing is kept but what is seen and heard."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, key: str, media_type: str, content: bytes) -> str:
        name = hashlib.sha256(key.encode()).hexdigest()[:32] + (mimetypes.guess_extension(media_type) or ".bin")
        try:
            seen = await asyncio.to_thread(without_metadata, content, media_type)
            await asyncio.to_thread(self._write, self._folder / name, seen)
        except OSError as error:
            raise NotTried(f"no file can be kept in {self._folder}: {error.strerror}") from error
        return name

    async def take(self, media_type: str, size: int, chunks: AsyncIterator[bytes]) -> str:
        """A few chunks are in memory at a time; a draft that does not become a file is deleted, whatever happens."""
        name = secrets.token_hex(16) + KNOWN[media_type].endings[0]
        draft = self._folder / f"{name}{DRAFT}"
        try:
            with await asyncio.to_thread(self._open, draft) as file:
                await _copy(chunks, file, media_type, size)
            if media_type in CLEANED:
                await asyncio.to_thread(_clean, draft, media_type)
            draft.replace(self._folder / name)
        except (ConnectionError, TimeoutError):  # the sender's
            raise
        except OSError as error:
            log.error("no file can be kept", folder=str(self._folder), reason=error.strerror, do="overture doctor")
            raise WebhookRejected(503, NOT_NOW, headers={"Retry-After": "60"}) from error
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
        return name

    def path_of(self, place: str) -> Path:
        path = self._folder / place
        if not place or Path(place).name != place or not path.is_file():
            raise FileNotFoundError(f"there is no file {place!r} in {self._folder}")
        return path

    async def drop(self, place: str) -> None:
        try:
            self.path_of(place).unlink()
        except FileNotFoundError:
            return
        except OSError as error:
            raise SettingsError(
                f"a file in {self._folder} cannot be deleted: {error.strerror}. OVERTURE_DATA names that folder; "
                "we must be able to write there."
            ) from error

    def _write(self, path: Path, content: bytes) -> None:
        """Whole or not at all, whichever processes keep the same one just now."""
        draft = path.with_name(f"{path.name}-{secrets.token_hex(8)}{DRAFT}")
        try:
            with self._open(draft) as file:
                file.write(content)
            draft.replace(path)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def _open(self, draft: Path) -> BinaryIO:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._folder.glob(f"*{DRAFT}"):
            with suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > ABANDONED_AFTER.total_seconds():
                    left.unlink()
        draft.touch(mode=0o600)
        return draft.open("wb")


def _clean(draft: Path, media_type: str) -> None:
    draft.write_bytes(without_metadata(draft.read_bytes(), media_type))


async def _copy(chunks: AsyncIterator[bytes], file: BinaryIO, media_type: str, size: int) -> None:
    """The type is known from the first bytes, before anything else is written."""
    head, taken, known = b"", 0, False
    async for chunk in chunks:
        taken += len(chunk)
        if taken > size:
            raise WebhookRejected(400, f"The file is larger than the {size:,} bytes that Content-Length says.")
        if not known:
            head += chunk
            if len(head) < min(HEAD, size):
                continue
            _check_type(head, media_type)
            chunk, head, known = head, b"", True
        await asyncio.to_thread(file.write, chunk)
    if taken != size:
        raise WebhookRejected(400, f"The file ended after {taken:,} of {size:,} bytes.")


def _check_type(head: bytes, media_type: str) -> None:
    if not KNOWN[media_type].is_one(head[:HEAD]):
        raise WebhookRejected(415, f"The file does not begin like {media_type}, which it is said to be.")
