"""Where the parts of a project lie that are not where Rasa looks for them by itself; for what is told then."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from bot.adapters.content.content_files import YAML

_DEPTHS = ("*", "*/*", "*/*/*")
_NOT_LOOKED_INTO = frozenset({"node_modules", "results", "tests", "venv", "models"})
_MOST = 3
_EXAMPLES = re.compile(r"^\s*##\s*intent\s*:", re.MULTILINE)


def files_with(keys: Iterable[str], folder: Path) -> list[Path]:
    """The YAML files in the folder, and not far below it, that have one of these keys."""
    begins = re.compile(rf"^({'|'.join(sorted(keys))})\s*:", re.MULTILINE)
    return [path for path in _near(folder, YAML) if begins.search(_text_of(path))]


def markdown_with_examples(folder: Path) -> list[Path]:
    """The Markdown of Rasa 1 in the folder, and not far below it, that has examples of intents."""
    return [path for path in _near(folder, (".md",)) if _EXAMPLES.search(_text_of(path))]


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _near(folder: Path, suffixes: Collection[str]) -> Iterator[Path]:
    for depth in _DEPTHS:
        for path in sorted(folder.glob(depth)):
            parts = path.relative_to(folder).parts
            skipped = any(part in _NOT_LOOKED_INTO or part.startswith(".") for part in parts)
            if path.suffix in suffixes and path.is_file() and not skipped:
                yield path


def listed(paths: Iterable[Path]) -> str:
    names = [str(path) for path in paths]
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more}"
