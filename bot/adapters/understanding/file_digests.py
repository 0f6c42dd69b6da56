"""Digests of files. Encoders and models are large, and a start would else read them several times over."""

from __future__ import annotations

import hashlib
from pathlib import Path

_known: dict[tuple[int, ...], str] = {}


def sha256_of(path: Path) -> str:
    """The file's SHA-256, in hexadecimal digits; read anew once its size or its time of writing is another."""
    stat = path.stat()
    version = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)
    if version not in _known:
        with path.open("rb") as file:
            _known[version] = hashlib.file_digest(file, "sha256").hexdigest()
    return _known[version]
