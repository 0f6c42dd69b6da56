"""The secret of an installation, which signs tokens and links."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.domain.errors import SettingsError
from bot.entrypoints.wiring.room import place_of

SECRET = "secret"  # noqa: S105  the file's name


def installation_secret(folder: Path) -> str:
    """The secret that signs visitors' tokens and our links: made once, and kept where only we can read it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / SECRET).exists():
            _make_secret(folder / SECRET)
        return _kept_secret(folder / SECRET)
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(folder, error) from error


def check_data_folder(folder: Path) -> None:
    """Raises SettingsError where a start could not use it. Nothing is made."""
    place = place_of(folder)
    if not place.is_dir():
        raise _unusable(folder, f"{place} is a file")
    if not os.access(place, os.W_OK | os.X_OK):
        raise _unusable(folder, f"we may not write in {place}")
    try:
        if (folder / SECRET).exists():
            _kept_secret(folder / SECRET)
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(folder, error) from error


def check_folder_of_files(folder: Path) -> None:
    """Raises SettingsError where what customers send could not be kept in it. Nothing is made."""
    place = place_of(folder)
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
        raise _unusable(folder, f"we may not write in {place}")


def _kept_secret(file: Path) -> str:
    secret = file.read_text(encoding="ascii").strip()
    if not secret:
        raise SettingsError(f"{file} is empty. Put back what was in it, or delete it: then visitors begin anew.")
    return secret


def _unusable(folder: Path, why: object) -> SettingsError:
    return SettingsError(
        f"the folder {folder} cannot be used to keep our data: {why}. "
        "OVERTURE_DATA names it; we must be able to read and write there."
    )


def _make_secret(file: Path) -> None:
    """Written whole or not at all; where another process was faster, its secret stays."""
    with NamedTemporaryFile("w", dir=file.parent, prefix=".secret-") as draft:  # readable by its owner alone
        draft.write(secrets.token_urlsafe(32))
        draft.flush()
        with contextlib.suppress(FileExistsError):
            os.link(draft.name, file)
