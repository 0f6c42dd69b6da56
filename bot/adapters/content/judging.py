"""Judges a text that is to be written: what it would make wrong in all content."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bot.adapters.content.contents import read_contents
from bot.adapters.content.shelves import Shelves
from bot.domain.errors import ContentError, Fault


def faults_elsewhere(shelves: Shelves, path: Path, text: str) -> tuple[Fault, ...]:
    """What is wrong with all content already, and still would be with this text of the file; raises ContentError with
    what the text itself would make wrong."""
    try:
        read_contents(shelves, {path: text})
    except ContentError as error:
        before = Counter(map(_without_line, _faults(shelves)))
        new = []
        for fault in error.faults:
            if before[_without_line(fault)] > 0:
                before[_without_line(fault)] -= 1
            else:
                new.append(fault)
        if new:
            raise ContentError(new) from error
        return error.faults
    return ()


def _faults(shelves: Shelves) -> tuple[Fault, ...]:
    """Of all content as it is on the disk."""
    try:
        read_contents(shelves)
    except ContentError as error:
        return error.faults
    return ()


def _without_line(fault: Fault) -> tuple[str, str]:
    """The same fault of the same file, though its lines have moved."""
    return fault.place.path, fault.message
