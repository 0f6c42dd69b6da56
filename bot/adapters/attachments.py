"""Files that customers sent, in a folder that only we can read."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from pathlib import Path


class FolderAttachments:
    """The `AttachmentStore` of one machine. Names are ours alone: nothing that somebody sent is part of a path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, key: str, media_type: str, content: bytes) -> str:
        name = hashlib.sha256(key.encode()).hexdigest()[:32] + (mimetypes.guess_extension(media_type) or ".bin")
        await asyncio.to_thread(self._write, self._folder / name, content)
        return f"{self._folder.name}/{name}"

    def _write(self, path: Path, content: bytes) -> None:
        """Whole or not at all."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        draft.touch(mode=0o600)
        draft.write_bytes(content)
        draft.replace(path)
