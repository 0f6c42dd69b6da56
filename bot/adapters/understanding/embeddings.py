"""Remembers embeddings from one training to the next, so that only texts that are new or changed are embedded."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.ports import Encoder

_DIGEST = 16
"""Bytes of a text's digest."""


class RememberingEncoder:
    """An encoder (`bot.ports.Encoder`) that looks up what it has embedded before.

    What it remembers is a file of the folder for each encoder: the digests of the texts, not the texts, and their
    embeddings. Without that file, or where it is broken, everything is embedded anew.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.fingerprint = encoder.fingerprint
        self.dimensions = encoder.dimensions
        self._encoder = encoder
        self._path = folder / f"embeddings-{encoder.fingerprint[:16]}.npz"
        self._known = _read(self._path)
        self._used: dict[bytes, Any] = {}
        self.embedded = 0
        """How many texts had to be embedded."""

    def encode(self, texts: Sequence[str]) -> Any:
        return self.features(texts)[:, : self.dimensions]

    def features(self, texts: Sequence[str]) -> Any:
        if not texts:
            return self._encoder.features(texts)
        keys = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        self._known.update(zip(new, self._encoder.features(list(new.values())), strict=True))
        self.embedded += len(new)
        vectors = [self._known[key] for key in keys]
        self._used.update(zip(keys, vectors, strict=True))
        return np.vstack(vectors)

    def keep(self) -> None:
        """Write what was asked for since the beginning; what was not is forgotten."""
        if not self._used:
            return
        keys = np.frombuffer(b"".join(self._used), dtype=np.uint8).reshape(-1, _DIGEST)
        unfinished = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        with unfinished.open("wb") as file:
            np.savez(file, keys=keys, vectors=np.vstack(list(self._used.values())))
        unfinished.replace(self._path)


def _read(path: Path) -> dict[bytes, Any]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {key.tobytes(): vector for key, vector in zip(arrays["keys"], arrays["vectors"], strict=True)}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
