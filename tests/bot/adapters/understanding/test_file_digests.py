import hashlib
import os
from pathlib import Path
from unittest.mock import Mock

import pytest

from bot.adapters.understanding.file_digests import sha256_of


def test_a_file_is_read_once_by_whatever_name_and_again_once_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = Mock(wraps=hashlib.file_digest)
    monkeypatch.setattr(hashlib, "file_digest", digest)
    (tmp_path / "a").write_bytes(b"before")
    os.link(tmp_path / "a", tmp_path / "b")
    assert sha256_of(tmp_path / "a") == sha256_of(tmp_path / "b") == hashlib.sha256(b"before").hexdigest()
    assert digest.call_count == 1

    (tmp_path / "a").write_bytes(b"after")
    assert sha256_of(tmp_path / "a") == hashlib.sha256(b"after").hexdigest()
    assert digest.call_count == 2


def test_a_file_of_the_same_size_that_is_put_in_its_place_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    sha256_of(tmp_path / "a")
    (tmp_path / "new").write_bytes(b"two")
    (tmp_path / "new").replace(tmp_path / "a")
    assert sha256_of(tmp_path / "a") == hashlib.sha256(b"two").hexdigest()
