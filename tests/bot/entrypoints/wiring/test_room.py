"""Room on the disks, looked for before anything is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.entrypoints.wiring.room import require_room, size_of


def test_what_goes_to_one_disk_has_to_fit_there_together(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    half = shutil.disk_usage(tmp_path).free * 6 // 10
    require_room({tmp_path / "there": half})
    with pytest.raises(OSError, match=r"MB are wanted in .*there, and .* MB are free on its disk"):
        require_room({tmp_path / "there": half, tmp_path / "to" / "be" / "made": half})


def test_a_folder_is_as_large_as_its_files(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "one").write_bytes(bytes(10))
    (tmp_path / "inner" / "two").write_bytes(bytes(20))
    assert (size_of(tmp_path), size_of(tmp_path / "one"), size_of(tmp_path / "none")) == (30, 10, 0)
