"""Lines that are rewritten so that they say something else: what says the same stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from bot.documents import parse, plain
from bot.domain.errors import ContentError
from bot.yaml_lines.blocks import Block, blocks_of, entries_of, indented, outdented
from bot.yaml_lines.writing import dumped, merged_into, with_comment, without_comment, written


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
    own, comment = without_comment(outdented(own, column))
    return indented(with_comment(dumped(merged_into(own, 0, to), like=own), comment), column)


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
    blocks = entries_of(lines, node)
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
    above, comment = without_comment(outdented(own[:below], column))
    found = dumped(merged_into(above, name, to), like=above)
    return [*indented(with_comment(found, comment), column), *own[below:]]


def _stands_at(block: Block, node: Any) -> bool:
    """Whether the node is written there; that which an alias (`*next`) names stands elsewhere."""
    return isinstance(node, CommentedMap | CommentedSeq) and bool(node.lc.line >= block.start)
