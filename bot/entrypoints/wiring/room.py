"""Whether there is room on the disks for what is to be written, before any of it is."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Mapping
from pathlib import Path


def require_room(wanted: Mapping[Path, int]) -> None:
    """Raises OSError where a folder's disk has fewer bytes free than are wanted in all folders on it."""
    for folder in wanted:
        disk = disk_of(folder)
        needed = sum(size for other, size in wanted.items() if disk_of(other) == disk)
        free = shutil.disk_usage(place_of(folder)).free
        if needed > free:
            words = f"{_megabytes(needed)} are wanted in {folder}, and {_megabytes(free)} are free on its disk"
            raise OSError(errno.ENOSPC, words)


def size_of(path: Path) -> int:
    """In bytes, of a file or of all files in a folder; 0 where there is none."""
    if path.is_dir():
        return sum(size_of(one) for one in path.iterdir())
    return path.stat().st_size if path.is_file() else 0


def disk_of(folder: Path) -> int:
    return place_of(folder).stat().st_dev


def place_of(folder: Path) -> Path:
    """It, or the folder in which it would be made."""
    return next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
