"""One row of a list in a file that is a mapping of lists, in which each row is known by its `id`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from bot.documents import plain
from bot.yaml_lines.blocks import indented
from bot.yaml_lines.rewriting import CannotEdit, judged, list_rewritten, mapping_rewritten
from bot.yaml_lines.writing import written


def row_of(data: CommentedMap, key: str, name: str) -> Mapping[str, Any]:
    """What the row of this name says; empty where there is none. Raises CannotEdit where `key` is no list."""
    rows = plain(data).get(key) or []
    if not isinstance(rows, list):
        raise CannotEdit(f'"{key}" is no list of rules. Edit the file\'s text.')
    return next((row for row in rows if _name(row) == name), {})


def with_row(
    text: str, data: CommentedMap, key: str, name: str, says: Mapping[str, Any] | None, *, order: Sequence[str] = ()
) -> str | None:
    """The text, which is `data`, with this row of its list `key`: in its place, last where it is new, or without it
    (None). None where the list would be left without rows; raises CannotEdit."""
    row_of(data, key, name)
    before = plain(data).get(key) or []
    to: list[tuple[int | None, Any]] = [(number, row) for number, row in enumerate(before) if _name(row) != name]
    if says is not None:
        at = next((number for number, row in enumerate(before) if _name(row) == name), None)
        to.insert(at if at is not None else len(to), (at, {one: says[one] for one in order if one in says}))
    if not to:
        return None
    rows = [row for _, row in to]
    meant, lines = {**plain(data), key: plain(rows)}, text.split("\n")
    if before and isinstance(items := data[key], CommentedSeq):
        found = list_rewritten(lines, items, to, order=order)
    else:
        found = _with_list(lines, key, rows[0]) if key not in data else None
    if found is None:
        whole = {**plain(data), key: rows}
        found = mapping_rewritten(lines, data, whole) or [*written(whole), ""]
    return judged(found, meant, before=text)


def _with_list(lines: Sequence[str], key: str, row: Mapping[str, Any]) -> list[str]:
    """With a list of this one row behind all that is there, a blank line between."""
    above = list(lines)
    while above and not above[-1].strip():
        above.pop()
    return [*above, *([""] if above else []), f"{key}:", *indented(written([row]), 2), ""]


def _name(row: Any) -> str:
    return str(row.get("id")) if isinstance(row, Mapping) else ""
