"""The lines of a YAML file that belong to each item of a list or entry of a mapping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq


@dataclass(frozen=True, slots=True)
class Block:
    """An item of a list or entry of a mapping: the comment above it begins at line `first`, it itself at `start`.

    It ends before `end`; its dash or name stands at `column`.
    """

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


def outdented(lines: Sequence[str], column: int) -> list[str]:
    return [line[min(column, _indent(line)) :] for line in lines]


def entries_of(lines: Sequence[str], node: CommentedMap) -> dict[str, Block] | None:
    """The block of each entry of a mapping; None of one whose entries begin no lines of their own."""
    if node.fa.flow_style() or not node:
        return None
    column = node.lc.col
    starts = [node.lc.data[key][0] for key in node if key in node.lc.data]
    if len(set(starts)) != len(node):  # some begin no lines, or are merged into it from elsewhere
        return None
    blocks: dict[str, Block] = {}
    for number, (key, start) in enumerate(zip(node, starts, strict=True)):
        end = starts[number + 1] if number + 1 < len(starts) else len(lines)
        while end > start + 1 and _may_follow(lines[end - 1], column):
            end -= 1
        first = start
        while number > 0 and _is_comment(lines[first - 1], column):
            first -= 1
        blocks[str(key)] = Block(first, start, end, column)
    return blocks


def entry_lines(lines: Sequence[str], node: Any, path: Sequence[str]) -> Sequence[str] | None:
    """The lines of the entry at this path of mappings, with what is said of it above; None where it begins none."""
    first, *further = path
    blocks = entries_of(lines, node) if isinstance(node, CommentedMap) else None
    if blocks is None or first not in blocks:
        return None
    block = blocks[first]
    if further:
        return entry_lines(lines[: block.end], node[first], further)
    return lines[block.first : block.end]
