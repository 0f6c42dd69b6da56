"""The lines of a YAML file that belong to each item of a list or entry of a mapping, and how one is written anew.

What is edited as text keeps its comments, blank lines and odd spacing: lines are put in, taken out and moved, and only
an entry that changes is written anew by ruamel.yaml, by itself. `judged` then holds the result against what was meant.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    ScalarString,
)

from bot.documents import parse, plain
from bot.domain.errors import ContentError

FLOW_WIDTH = 88
"""A new mapping or list of at most so many characters stands in one line."""

FOLDED_WIDTH = 100
"""Characters of a line of a folded text that is written anew."""

LIST_BEGINS = re.compile(r"(?P<before>[ -]*)[^ #-][^#]*:\s*(#.*)?")
"""A name with nothing behind it but a comment."""


class CannotEdit(ValueError):
    """The edit cannot be made; the message says why and what to do."""


def judged(lines: Sequence[str], meant: Any, *, before: str) -> str:
    """The lines as a text, with the line ends that it had `before`; raises CannotEdit where it says anything else."""
    if before.count("\r\n") == before.count("\n") > 0:
        lines = [*(line.removesuffix("\r") + "\r" for line in lines[:-1]), lines[-1]]
    text = "\n".join(lines)
    if not _says(text, meant):
        raise CannotEdit("this part of the file is written in a way that cannot be edited here. Edit the file's text.")
    return text


def _says(text: str, meant: Any) -> bool:
    try:
        return bool(plain(parse("", text).data) == meant)
    except ContentError:
        return False


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


# ---------------------------------------------------------------- writing


def written(value: Any, *, like: Any = None) -> list[str]:
    """New lines that say this: each item and entry begins one, and what it holds stands in one where it fits.

    Items are as `like` is: beside one that stands in one line, so do they, where they fit.
    """
    if isinstance(value, list) and isinstance(like, CommentedMap) and like.fa.flow_style():
        return _dumped([_styled(item) for item in value])
    if isinstance(value, list):
        return _dumped([_begun(item) for item in value])
    return _dumped(_begun(value))


def _begun(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return _styled(value)
    return CommentedMap((key, _begun_steps(inner) if key == "do" else _styled(inner)) for key, inner in value.items())


def item_rewritten(lines: Sequence[str], block: Block, node: Any, to: Any, *, order: Sequence[str] = ()) -> list[str]:
    """The lines of one item of a list, which is this node, so that they say `to`.

    Entries that say the same keep their lines. Those that change are written anew, each by itself; new ones stand as
    for `mapping_rewritten`.
    """
    own, column = list(lines[block.start : block.end]), block.column
    if plain(node) == to:
        return own
    if _stands_at(block, node) and isinstance(node, CommentedMap) and isinstance(to, Mapping):
        undashed = [*lines[: block.start], f"{own[0][:column]} {own[0][column + 1 :]}", *own[1:]]
        found = mapping_rewritten(undashed, node, to, order=order)
        if found is not None:
            first, *others = found[block.start :]
            return [f"{first[:column]}-{first[column + 1 :]}", *others]
    own, comment = _without_comment(outdented(own, column))
    return indented(_with_comment(_dumped(_merged_into(own, 0, to), like=own), comment), column)


def list_rewritten(
    lines: Sequence[str], items: Any, to: Sequence[tuple[int | None, Any]], *, order: Sequence[str] = ()
) -> list[str] | None:
    """The lines in which a list stands, so that its items are these, in this order.

    Each comes with the number of the item that it was, or None for a new one. None where the items begin no lines of
    their own, or none is to be left.

    A comment goes with what stands below it, and stays without it, unless it stands right above what is taken out.
    Blank lines stay above the same item, or between all where they are between all.
    """
    blocks = blocks_of(lines, items)
    if not blocks or not to:
        return None
    blank, floating = [list[str]()], [list[str]()]
    for one, other in pairwise(blocks):
        gap = lines[one.end : other.first]
        words = next((number for number, line in enumerate(gap) if line.strip()), len(gap))
        blank.append(list(gap[:words]))
        floating.append(list(gap[words:]))
    usual = blank[-1] if all(one == blank[-1] for one in blank[1:]) else None
    found = list(lines[: blocks[0].first])
    for position, (was, says) in enumerate(to):
        if position:
            found += usual if usual is not None else blank[was or 0]
        if was is None:
            found += indented(written([says], like=items[-1]), blocks[0].column)
            continue
        found += floating[was] + list(lines[blocks[was].first : blocks[was].start])
        found += item_rewritten(lines, blocks[was], items[was], says, order=order)
    kept = {was for was, _ in to}
    found += [line for number, gap in enumerate(floating) if number not in kept for line in gap]
    return [*found, *lines[blocks[-1].end :]]


def mapping_rewritten(
    lines: Sequence[str], node: CommentedMap, to: Mapping[str, Any], *, order: Sequence[str] = ()
) -> list[str] | None:
    """The lines to the end of a mapping, so that it says `to`; None where its entries begin no lines.

    An entry that goes takes the comment right above it along. New ones stand as `order` says, or else at the end.
    """
    blocks = _entries(lines, node)
    if blocks is None or not any(name in to for name in blocks):
        return None
    names, column = list(blocks), node.lc.col
    new: dict[str | None, list[str]] = {}
    for key in sorted(to, key=lambda key: order.index(key) if key in order else len(order)):
        if key not in blocks:
            behind = _behind(key, names, order)
            new[behind] = [*new.get(behind, ()), *indented(written({key: to[key]}), column)]
    nodes = {str(key): value for key, value in node.items()}
    at = blocks[names[0]].first
    found = [*lines[:at], *new.get(None, ())]
    for name, block in blocks.items():
        found += lines[at : block.first]
        if name in to:
            found += lines[block.first : block.start]
            found += _entry_rewritten(lines, block, name, nodes[name], to[name])
        found += new.get(name, ())
        at = block.end
    return [*found, *lines[at:]]


def _behind(key: str, names: Sequence[str], order: Sequence[str]) -> str | None:
    """The entry that a new one stands behind; None where it comes first."""
    if key not in order:
        return names[-1]
    earlier = order[: order.index(key)]
    return next((name for name in reversed(names) if name in earlier), None)


def _entries(lines: Sequence[str], node: CommentedMap) -> dict[str, Block] | None:
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
    blocks = _entries(lines, node) if isinstance(node, CommentedMap) else None
    if blocks is None or first not in blocks:
        return None
    block = blocks[first]
    if further:
        return entry_lines(lines[: block.end], node[first], further)
    return lines[block.first : block.end]


def _entry_rewritten(lines: Sequence[str], block: Block, name: str, node: Any, to: Any) -> list[str]:
    own, column = lines[block.start : block.end], block.column
    if plain(node) == to:
        return list(own)
    if _stands_at(block, node) and isinstance(node, CommentedMap) and isinstance(to, Mapping):
        found = mapping_rewritten(lines[: block.end], node, to)
        if found is not None:
            return found[block.start :]
    below = len(own)
    while below > 1 and (not own[below - 1].strip() or own[below - 1].lstrip().startswith("#")):
        below -= 1  # comments at its end stay as they are
    above, comment = _without_comment(outdented(own[:below], column))
    found = _dumped(_merged_into(above, name, to), like=above)
    return [*indented(_with_comment(found, comment), column), *own[below:]]


def _stands_at(block: Block, node: Any) -> bool:
    """Whether the node is written there; that which an alias (`*next`) names stands elsewhere."""
    return isinstance(node, CommentedMap | CommentedSeq) and bool(node.lc.line >= block.start)


def _merged_into(lines: Sequence[str], key: Any, to: Any) -> Any:
    """What the lines hold, with this at the key; written anew where an alias keeps them from being read alone."""
    try:
        holder = _parsed("\n".join(lines))
    except YAMLError:
        return CommentedMap({key: _styled(to)}) if isinstance(key, str) else CommentedSeq([_styled(to)])
    holder[key] = _merged(holder[key], to)
    return holder


def _without_comment(lines: list[str]) -> tuple[list[str], str]:
    """A single line without the comment at its end, and that at its column: ruamel.yaml may lose it."""
    if len(lines) != 1:
        return lines, ""
    try:
        said = plain(_parsed(lines[0]))
    except YAMLError:  # an alias of what stands elsewhere
        return lines, ""
    for at, letter in enumerate(lines[0]):
        rest = lines[0][:at].rstrip()
        if letter == "#" and rest != lines[0][:at] and _may_say(rest, said):
            return [rest], " " * at + lines[0][at:]
    return lines, ""


def _may_say(line: str, said: Any) -> bool:
    try:
        return bool(plain(_parsed(line)) == said)
    except YAMLError:
        return False


def _with_comment(lines: list[str], comment: str) -> list[str]:
    """The comment at the end of the first line, in the column where it was if there is room."""
    if not comment:
        return lines
    words = comment.lstrip()
    column = max(len(comment) - len(words), len(lines[0]) + 1)
    return [lines[0].ljust(column) + words, *lines[1:]]


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
        case FoldedScalarString(), str():
            return _folded(node, to)
        case LiteralScalarString(), str():
            return in_lines(to)
        case ScalarString(), str() if "\n" in to:
            return _styled(to)
        case ScalarString(), str():
            return type(node)(to)
        case str(), str() if "\n" not in to:
            return _styled(str(to))
        case _:
            return _styled(to)


def in_lines(text: str) -> Any:
    """The text as it will stand in lines of its own (`|`), or in quotes where blanks at their ends have a meaning."""
    body = text.removesuffix("\n")
    stands = body != "" and body == body.strip() and all(line == line.rstrip() for line in body.split("\n"))
    return LiteralScalarString(text) if stands else DoubleQuotedScalarString(text)


def _folded(node: FoldedScalarString, to: str) -> Any:
    """The text in lines about as long as they were, those before the change as they were; quoted where blanks at the
    ends of its lines have a meaning."""
    if any(line != line.strip() for line in to.split("\n")):
        return DoubleQuotedScalarString(to)
    before = getattr(node, "fold_pos", [])
    same = next((at for at, (one, other) in enumerate(zip(node, to, strict=False)) if one != other), len(to))
    breaks = [at for at in before if at < same and to[at] == " "]
    longest = max((FOLDED_WIDTH, *(other - one for one, other in pairwise((0, *before)))))
    begun = breaks[-1] if breaks else 0
    for at in range(begun + 1, len(to)):
        may_break = to[at] == " " and " " not in to[at - 1] + to[at + 1]
        if may_break and _next_break(to, at + 1) - begun > longest:
            breaks.append(at)
        if to[at] == "\n" or at in breaks[-1:]:
            begun = at
    found = FoldedScalarString(to)
    found.fold_pos = breaks
    if hasattr(node, "comment"):
        found.comment = node.comment
    return found


def _next_break(text: str, start: int) -> int:
    """Where the line could end next."""
    return min((at for at in (text.find(sign, start) for sign in " \n") if at >= 0), default=len(text))


def _styled(value: Any, *, inside: Any = None) -> Any:
    """New nodes: small mappings and lists in one line, and in quotes what is computed."""
    if isinstance(value, ScalarString):
        return value
    if isinstance(value, str):
        return DoubleQuotedScalarString(value) if value.startswith("=") or "\n" in value else value
    if not isinstance(value, Mapping | list):
        return value
    made: Any
    made = _begun(value) if isinstance(value, Mapping) else CommentedSeq(_styled(inner) for inner in value)
    in_one_line = inside is not None and inside.fa.flow_style()
    if in_one_line or (len(str(plain(value))) <= FLOW_WIDTH and not _holds_steps(value)):
        made.fa.set_flow_style()
    return made


def _begun_steps(steps: Any) -> Any:
    return CommentedSeq(_begun(step) for step in steps) if isinstance(steps, list) else _styled(steps)


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
    yaml, offset = _yaml(), _offset(like)
    yaml.indent(mapping=2, sequence=2 + offset, offset=offset)
    buffer = io.StringIO()
    if isinstance(value, list) and not isinstance(value, CommentedSeq):
        value = CommentedSeq(value)
    outer = isinstance(value, CommentedSeq)
    yaml.dump(CommentedMap({"x": value}) if outer else value, buffer)
    lines = buffer.getvalue().rstrip("\n").split("\n")
    return [line[offset:] for line in lines[1:]] if outer else lines


def _offset(lines: Sequence[str]) -> int:
    """How far the dashes of a list stand behind its name."""
    for name, item in pairwise(line for line in lines if line.strip()):
        begun = LIST_BEGINS.fullmatch(name)
        if begun is not None and item.startswith(" " * len(begun["before"]) + "-"):
            return 0
    return 2
