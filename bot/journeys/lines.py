"""The lines of a YAML file that belong to each item of a list, and how one of them is written anew."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, ScalarString

from bot.journeys.fields import plain

FLOW_WIDTH = 88
"""A new mapping or list of at most so many characters stands in one line."""


@dataclass(frozen=True, slots=True)
class Block:
    """One item of a list: the comment above it begins at line `first`, its dash is at `start`, it ends before `end`."""

    first: int
    start: int
    end: int
    column: int


def blocks_of(lines: Sequence[str], items: Any) -> list[Block] | None:
    """The block of each item; None of a list that stands in one line, or whose items begin no lines of their own."""
    if not isinstance(items, CommentedSeq) or items.fa.flow_style():
        return None
    column = items.lc.col
    starts = []
    for number in range(len(items)):
        line = items.lc.data[number][0]
        while line >= 0 and not _is_item(lines[line], column):
            line -= 1
        if line < 0 or line in starts:
            return None
        starts.append(line)
    blocks = []
    for number, start in enumerate(starts):
        stop = starts[number + 1] if number + 1 < len(starts) else _end_of_list(lines, start, column)
        end = stop
        while end > start + 1 and _may_follow(lines[end - 1], column):
            end -= 1
        first = start
        while first > 0 and _is_comment(lines[first - 1], column):
            first -= 1
        blocks.append(Block(first, start, end, column))
    return blocks


def _is_item(line: str, column: int) -> bool:
    return line[:column].strip() == "" and line[column : column + 1] == "-"


def _end_of_list(lines: Sequence[str], start: int, column: int) -> int:
    for number in range(start + 1, len(lines)):
        words = lines[number].strip()
        if words and not words.startswith("#") and _indent(lines[number]) <= column:
            return number
    return len(lines)


def _may_follow(line: str, column: int) -> bool:
    """Blank lines, and comments that stand no deeper than the dashes, belong to what comes next."""
    return not line.strip() or (line.lstrip().startswith("#") and _indent(line) <= column)


def _is_comment(line: str, column: int) -> bool:
    return line.lstrip().startswith("#") and _indent(line) == column


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def indented(lines: Sequence[str], column: int) -> list[str]:
    return [" " * column + line if line.strip() else line for line in lines]


# ---------------------------------------------------------------- writing


def written(value: Any) -> list[str]:
    """New lines that say this: each item and entry begins one, and what it holds stands in one where it fits."""
    if isinstance(value, list):
        return _dumped([_begun(item) for item in value])
    return _dumped(_begun(value))


def _begun(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return _styled(value)
    return CommentedMap((key, _styled(inner)) for key, inner in value.items())


def rewritten(lines: Sequence[str], to: Any) -> list[str]:
    """The lines of one item of a list, beginning with its dash, so that they say `to`.

    Entries that say the same keep their lines. Those that change are written anew, each by itself.
    """
    column = _indent(lines[0])
    own = [line[column:] if line[:column].strip() == "" else line for line in lines]
    item = _parsed("\n".join(own))[0]
    if plain(item) == to:
        return list(lines)
    entries = _entries(own, item) if isinstance(item, CommentedMap) and isinstance(to, Mapping) else None
    if entries is None or not isinstance(to, Mapping) or not any(key in to for key in item):
        return indented(_dumped([_merged(item, to)], like=own), column)
    inner = item.lc.col
    found: list[str] = []
    names = [str(key) for key in item]
    for key in to:  # a name comes first, for that is where one looks for it
        if key == "id" and key not in names:
            found += written({key: to[key]})
    for name, entry in zip(names, entries, strict=True):
        if name in to:
            found += _entry_rewritten(entry, name, to[name])
    for key in to:
        if key != "id" and key not in names:
            found += written({key: to[key]})
    dash = own[0][:inner] if own[0].startswith("-") else "- "
    return indented([f"{dash}{found[0]}", *indented(found[1:], inner)], column)


def _entries(lines: Sequence[str], item: CommentedMap) -> list[list[str]] | None:
    """The lines of each entry of a mapping whose entries begin lines; None of one in a single line."""
    if item.fa.flow_style():
        return None
    inner = item.lc.col
    starts = [item.lc.data[key][0] for key in item]
    if len(set(starts)) != len(starts) or starts[0] != 0:
        return None
    entries = []
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(lines)
        entries.append([line[inner:] for line in lines[start:end]])
    return entries


def _entry_rewritten(lines: list[str], name: str, to: Any) -> list[str]:
    entry = _parsed("\n".join(lines))
    if plain(entry[name]) == to:
        return lines
    below = len(lines)
    while below > 1 and (not lines[below - 1].strip() or lines[below - 1].lstrip().startswith("#")):
        below -= 1  # what stands between this entry and the next
    head = _parsed("\n".join(lines[:below]))
    head[name] = _merged(head[name], to)
    return [*_dumped(head, like=lines), *lines[below:]]


def _merged(node: Any, to: Any) -> Any:
    """The node, saying `to`, with the style and the comments of what stays."""
    if plain(node) == to:
        return node
    match node, to:
        case CommentedMap(), Mapping():
            for key in [key for key in node if str(key) not in to]:
                del node[key]
            for key, value in to.items():
                node[key] = _merged(node[key], value) if key in node else _styled(value, inside=node)
            return node
        case CommentedSeq(), list():
            for number, value in enumerate(to):
                if number < len(node):
                    node[number] = _merged(node[number], value)
                else:
                    node.append(_styled(value, inside=node))
            while len(node) > len(to):
                del node[len(node) - 1]
            return node
        case ScalarString(), str():
            return type(node)(to)
        case _:
            return _styled(to)


def _styled(value: Any, *, inside: Any = None) -> Any:
    """New nodes: small mappings and lists in one line, and in quotes what is computed."""
    if isinstance(value, str):
        return DoubleQuotedScalarString(value) if value.startswith("=") or "\n" in value else value
    if not isinstance(value, Mapping | list):
        return value
    made: Any
    if isinstance(value, Mapping):
        made = CommentedMap((key, _styled(inner)) for key, inner in value.items())
    else:
        made = CommentedSeq(_styled(inner) for inner in value)
    in_one_line = inside is not None and inside.fa.flow_style()
    if in_one_line or (len(str(plain(value))) <= FLOW_WIDTH and not _holds_steps(value)):
        made.fa.set_flow_style()
    return made


def _holds_steps(value: Any) -> bool:
    """Steps, and the ways of a branch or split, begin lines."""
    if isinstance(value, list):
        return any(isinstance(item, Mapping) for item in value)
    return any(_holds_steps(inner) for inner in value.values() if isinstance(inner, Mapping | list))


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 100_000
    return yaml


def _parsed(text: str) -> Any:
    return _yaml().load(text)


def _dumped(value: Any, *, like: Sequence[str] = ()) -> list[str]:
    """The lines; lists within are set in as those of `like` are, where it has one."""
    yaml = _yaml()
    yaml.indent(mapping=2, sequence=4, offset=2)
    buffer = io.StringIO()
    if isinstance(value, list) and not isinstance(value, CommentedSeq):
        value = CommentedSeq(value)
    outer = isinstance(value, CommentedSeq)
    yaml.dump(CommentedMap({"x": value}) if outer else value, buffer)
    lines = buffer.getvalue().rstrip("\n").split("\n")
    return [line[2:] for line in lines[1:]] if outer else lines
