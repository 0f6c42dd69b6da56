"""The code of a Rasa project's custom actions, with what it needs of the project: its own data, modules that it imports
and files that it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_LONGEST_NAME = 255
"""A longer text is no file's name."""


def files_of_actions(folder: Path) -> list[Path]:
    """All that the actions of the project in `folder` need to run, as far as their code says it."""
    waiting = [*_all_in(folder / "actions"), *(path for path in [folder / "actions.py"] if path.is_file())]
    found: dict[Path, None] = {}
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        found[path] = None
        if path.suffix == ".py":
            waiting += _needed_by(path, folder)
    return sorted(found)


def written_in(code: Iterable[Path], actions: Iterable[str]) -> set[str]:
    """Those of the actions that the code has: it names them, or has a class of that name (`ActionTellJoke`), from which
    a base class may make the name, or one that inherits it (`class Ours(ActionQueryKnowledgeBase)`)."""
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in code)
    heads = re.findall(r"^\s*class\s+([\w\s.,()]+)", text, re.MULTILINE)
    classes = {_in_small_letters(name) for head in heads for name in re.findall(r"\w+", head)}
    return {one for one in actions if one in classes or re.search(rf"\b{re.escape(one)}\b", text)}


def _in_small_letters(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _all_in(folder: Path) -> Iterator[Path]:
    """Every file, but for what Python and others keep for themselves."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in inside):
            yield path


def _needed_by(code: Path, folder: Path) -> Iterator[Path]:
    try:
        tree = ast.parse(code.read_bytes())
    except (SyntaxError, ValueError):
        return  # told when the actions are run
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for one in names:
                    yield from _module(one.name, folder)
            case ast.ImportFrom(module=str(module), level=0):
                yield from _module(module, folder)
            case ast.Constant(value=str(text)) if 0 < len(text) <= _LONGEST_NAME and "\0" not in text:
                path = folder / text
                if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
                    yield path


def _module(name: str, folder: Path) -> Iterator[Path]:
    """What of the project an import means: a file, or a folder with modules, be there an __init__.py in it or not."""
    first = name.split(".")[0]
    if (folder / f"{first}.py").is_file():
        yield folder / f"{first}.py"
    elif any((folder / first).rglob("*.py")):
        yield from _all_in(folder / first)
