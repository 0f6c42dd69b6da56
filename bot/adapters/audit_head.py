"""The head of the audit log, signed, in a file outside the database: who writes there alone cannot cut the log off."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.domain.audit import AuditHead, read_head, written_head
from bot.domain.errors import SettingsError

NAME = "audit-head"


class AuditHeadFile:
    def __init__(self, folder: Path, secret: str) -> None:
        self._file, self._secret = folder / NAME, secret

    def read(self) -> AuditHead | None:
        """None where none is kept yet; raises SettingsError where the file is not what we wrote."""
        try:
            return read_head(self._file.read_text(encoding="utf-8"), self._secret)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"the head of the audit log in {self._file} cannot be used: {error}. Verify the log against a head "
                "that was printed before (overture audit verify --against HEAD), and then delete the file."
            ) from error

    def write(self, head: AuditHead) -> None:
        """In place of the one that is there, whole or not at all, readable by its owner alone."""
        try:
            with NamedTemporaryFile("w", dir=self._file.parent, prefix=f".{NAME}-", delete=False) as draft:
                draft.write(written_head(head, self._secret) + "\n")
            os.replace(draft.name, self._file)  # noqa: PTH105  replaces what is there, everywhere
        except OSError as error:
            raise SettingsError(f"{self._file} cannot be written: {error.strerror or error}.") from error
