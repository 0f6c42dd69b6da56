"""Files that commands write: each whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from bot.domain.errors import SettingsError


def write_whole(path: Path, text: str) -> None:
    """Write the file, with the folders above it; raises SettingsError where that cannot be."""
    with writing(path) as file:
        file.write(text)


@contextmanager
def writing(path: Path, *, mode: int = 0o644) -> Iterator[IO[str]]:
    """A file that takes its place when the body ends well; before that there is only a draft beside it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}-", delete=False) as draft:
            try:
                yield draft
                draft.flush()
                Path(draft.name).chmod(mode)
                os.replace(draft.name, path)  # noqa: PTH105  replaces what is there, everywhere
            finally:
                Path(draft.name).unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror or error}. Name a place where we may write."
        ) from error
