"""The secret of an installation, which signs tokens and links."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.domain.errors import SettingsError


def installation_secret(folder: Path) -> str:
    """The secret that signs visitors' tokens and our links: made once, and kept where only we can read it."""
    file = folder / "secret"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make_secret(file)
        secret = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the folder {folder} cannot be used to keep our data: {error}. "
            "OVERTURE_DATA names it; we must be able to read and write there."
        ) from error
    if not secret:
        raise SettingsError(f"{file} is empty. Put back what was in it, or delete it: then visitors begin anew.")
    return secret


def _make_secret(file: Path) -> None:
    """Written whole or not at all; where another process was faster, its secret stays."""
    with NamedTemporaryFile("w", dir=file.parent, prefix=".secret-") as draft:  # readable by its owner alone
        draft.write(secrets.token_urlsafe(32))
        draft.flush()
        with contextlib.suppress(FileExistsError):
            os.link(draft.name, file)
