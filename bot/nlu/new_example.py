"""Adds one example to the text of an NLU file: one line more, and everything else as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.documents import Document, parse
from bot.domain.errors import ContentError, Fault, Place
from bot.domain.understanding import Entity
from bot.nlu.reading import read
from bot.nlu.training_data import Example, read_examples

LONGEST_EXAMPLE = 300
"""Characters. What is longer is a story, and teaches an intent little."""

_DASH = re.compile(r"\s*-\s+")
_BY_HAND = "Add it by hand."


def as_example(text: str) -> str:
    """The text as it can stand in a file: one line, no invisible characters, no brackets that would mark an entity."""
    plain = " ".join(read(text).text.replace("[", "(").replace("]", ")").split())
    while plain.startswith("- "):
        plain = plain[2:].lstrip()
    return "" if plain == "-" else plain


def with_example(path: str, content: str, intent: str, text: str) -> tuple[str, Place]:
    """The content of the file with `text` as an example of `intent`, and where it stands.

    `text` is as `as_example` gives it. Raises ContentError where the file has no list that we know how to add to.
    """
    document = parse(path, content)
    for item in _items(document, intent):
        lines = content.split("\n")
        row, line = _placed(document, item, lines, text)
        changed = "\n".join([*lines[:row], line, *lines[row:]])
        if row and _adds_only(path, content, changed, intent, text):
            return changed, Place(path, row + 1, len(line) - len(line.lstrip()) + 1)
    raise ContentError(
        [Fault(Place(path), f'there is no list of examples of "{intent}" that a line can be added to.', _BY_HAND)]
    )


def _items(document: Document, intent: str) -> Sequence[Any]:
    """The file's entries for this intent, the one with most examples first."""
    entries = document.data.get("nlu") if isinstance(document.data, Mapping) else None
    found = [one for one in entries or () if isinstance(one, Mapping) and one.get("intent") == intent]
    return sorted(found, key=lambda one: -len(one.get("examples") or ()))


def _placed(document: Document, item: Any, lines: Sequence[str], text: str) -> tuple[int, str]:
    """The row at which a line is to be put in, counted from 0, and the line; row 0 where there is none."""
    examples = item.get("examples")
    if isinstance(examples, str):
        first = document.place(item, "examples").line
        rows = range(first, min(first + len(examples.rstrip("\n").split("\n")), len(lines)))
        row = next((row for row in reversed(rows) if _DASH.match(lines[row])), 0)
        return _like(lines, row, text) if row else (0, "")
    if not isinstance(examples, Sequence) or not examples:
        return 0, ""
    row = document.place(examples, len(examples) - 1).line - 1
    quoted = json.dumps(text, ensure_ascii=False)
    if isinstance(examples[-1], str):
        return _like(lines, row, quoted)
    # An entry of several lines may end anywhere, so the new one goes before the first.
    row, line = _like(lines, document.place(examples, 0).line - 1, f"text: {quoted}")
    return max(row - 1, 0), line


def _like(lines: Sequence[str], row: int, text: str) -> tuple[int, str]:
    """A line that looks like the one in this row, to be put in after it; row 0 where that one begins no entry."""
    dash = _DASH.match(lines[row])
    return (0, "") if dash is None else (row + 1, dash[0] + text + ("\r" if lines[row].endswith("\r") else ""))


def _adds_only(path: str, before: str, after: str, intent: str, text: str) -> bool:
    """Whether the file now teaches exactly this one thing more."""
    try:
        old, new = (list(map(_taught, read_examples([parse(path, content)]))) for content in (before, after))
    except ContentError:
        return False
    added = (intent, text, ())
    return added in new and sorted(map(repr, [*old, added])) == sorted(map(repr, new))


def _taught(example: Example) -> tuple[str, str, tuple[Entity, ...]]:
    return example.intent, example.text, example.entities
