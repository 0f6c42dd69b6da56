"""Writes training data as YAML, as an author would, and remembers which line came from which."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_BARE = re.compile(r"[A-Za-z_][\w .,'/-]*(?<! )")
"""What needs no quotes to be a text, unless it is one of these words."""
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})

ReadLookup = Callable[[str], Iterable[str]]
"""The entries of a look-up that stands in a file of its own, which the training data names."""


@dataclass(slots=True)
class Written:
    """YAML, line by line; `origins` are the lines of the older file that they came from.

    `kind` is what is in it, `nlu`, `stories` or `responses`; `left_out` says what could not be put as YAML.
    """

    kind: str
    origins: list[int] = field(default_factory=lambda: [1, 1, 1])
    left_out: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(['version: "3.1"', "", f"{self.kind}:", *self.lines]) + "\n"

    def add(self, line: str, origin: int) -> None:
        self.lines.append(line)
        self.origins.append(origin)

    def add_block(self, kind: str, name: str, origin: int, examples: Iterable[tuple[str, int]]) -> None:
        """An intent, synonym, look-up or pattern with its examples."""
        self.add(f"- {kind}: {scalar(name)}", origin)
        self.add("  examples: |", origin)
        for text, line in examples:
            self.add(f"    - {' '.join(text.split())}", line)


def scalar(value: Any) -> str:
    """The value as YAML has it, with quotes only where they are needed."""
    if isinstance(value, str) and _BARE.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def lookups_in(folder: Path) -> ReadLookup:
    """Reads look-ups from files, whose names begin at the project's folder."""

    def read(name: str) -> Iterable[str]:
        path = folder / name.strip()
        if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            raise FileNotFoundError(name)
        return [
            line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()
        ]

    return read
