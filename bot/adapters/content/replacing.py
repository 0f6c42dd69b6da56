"""Changes a file beside people who edit it: whole or not at all, and never over what somebody has just saved."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.domain.errors import Conflict


@dataclass(frozen=True, slots=True)
class AuthorsFile:
    """One file as it is now, with the name that authors know it by. `digest` tells whether somebody has changed it
    since."""

    path: Path
    shown: str
    text: str
    digest: str


def read_file(path: Path, shown: str) -> AuthorsFile | None:
    """None where there is no such file, or it is no text."""
    try:
        body = path.read_bytes()
        text = body.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return AuthorsFile(path, shown, text, digest_of(body))


def write_over(file: AuthorsFile | None, digest: str, text: str) -> None:
    """Put the text in place of what the file said when its digest was this; raises Conflict where it is another."""
    before = file.text.encode() if file is not None else b""
    if file is None or file.digest != digest or not replace_file(file.path, before, text.encode()):
        raise Conflict("somebody else has changed the file since you opened it. Load it again, and edit that.")


def replace_file(path: Path, before: bytes, after: bytes) -> bool:
    """Put the new content in place at once, unless somebody has changed the file meanwhile."""
    target = path.resolve()  # where it is a link, what it leads to
    with NamedTemporaryFile("wb", dir=target.parent, prefix=f".{target.name}-", delete=False) as draft:
        try:
            draft.write(after)
            draft.flush()
            shutil.copymode(target, draft.name)
            if target.read_bytes() != before:
                return False
            os.replace(draft.name, target)  # noqa: PTH105  replaces what is there, everywhere
        finally:
            Path(draft.name).unlink(missing_ok=True)
    return True


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
