"""Changes a file beside people who edit it: whole or not at all, and never over what somebody has just saved."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile


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
