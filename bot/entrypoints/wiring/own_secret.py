"""The secret of an installation, which signs tokens and links."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog

from bot.domain.errors import SettingsError
from bot.entrypoints.wiring.room import place_of
from bot.ports import Store

log = structlog.get_logger()

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


def secret_of_service(folder: Path) -> str:
    """The same, of a service that has run before: one made now would sign what no service of ours knows.

    Raises SettingsError where there is none.
    """
    if not has_secret(folder):
        raise SettingsError(
            f"there is no secret in {folder}, by which the service would know what is signed here. OVERTURE_DATA names "
            "the service's folder; where it has never run, start it first."
        )
    return installation_secret(folder)


def has_secret(folder: Path) -> bool:
    """Raises SettingsError where we may not look into the folder."""
    try:
        return (folder / SECRET).exists()
    except OSError as error:
        raise _unusable(folder, error) from error


async def tell_of_new_secret(store: Store, folder: Path) -> None:
    """Warn where links and chats of people whom the database knows were signed with one that is gone."""
    async with store.reading() as uow:
        known = await uow.profiles.page(after="", limit=1)
    if known.people:
        log.warning(
            "a new secret was made, and the database has people: chats that were open, and links that people have, "
            "such as to preferences, open nothing. Stop, put the secret of before there, and start again",
            file=str(folder / SECRET),
        )


def check_data_folder(folder: Path) -> None:
    """Raises SettingsError where a start could not use it. Nothing is made."""
    try:
        place = place_of(folder)
        if not place.is_dir():
            raise _unusable(folder, f"{place} is a file")
        if not os.access(place, os.W_OK | os.X_OK):
            raise _unusable(folder, f"we may not write in {place}")
        if (folder / SECRET).exists():
            _kept_secret(folder / SECRET)
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(folder, error) from error


def check_folder_of_files(folder: Path) -> None:
    """Raises SettingsError where what customers send could not be kept in it. Nothing is made."""
    try:
        place = place_of(folder)
    except OSError as error:
        raise _unusable(folder, error) from error
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
