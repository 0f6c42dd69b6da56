"""Edits a journey's file as text: what is not meant stays as it is, comments, blank lines and odd spacing included.

Each edit is judged by reading the result: it says exactly what was meant, or there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from bot.documents import parse, plain
from bot.journeys.content import HEAD
from bot.journeys.step_sources import BRANCH, ENTER, SPLIT, STEP, Path, Source, item_sources, node_at
from bot.yaml_lines import (
    Block,
    CannotEdit,
    blocks_of,
    indented,
    item_rewritten,
    judged,
    mapping_rewritten,
    outdented,
    written,
)

__all__ = ["Add", "CannotEdit", "Change", "Edit", "Move", "Remove", "Settings", "edited"]

NO_SETTINGS = ("journey", "steps")


@dataclass(frozen=True, slots=True)
class Change:
    """Let the step, way or entry say this instead; what it says alike keeps its lines."""

    step: str
    to: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Add:
    """Put a new step, way or entry before or behind another one."""

    beside: str
    new: Mapping[str, Any]
    before: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Put the step, way or entry, with the comment above it, before or behind another one."""

    step: str
    beside: str
    before: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """Take the step, way or entry out, with the comment above it."""

    step: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Let the head of the journey, which is all but its id and its steps, say this instead."""

    to: Mapping[str, Any]


Edit = Change | Add | Move | Remove | Settings


def edited(text: str, edit: Edit) -> str:
    """The text after the edit; raises CannotEdit, or ContentError where the text is not YAML."""
    data = parse("", text).data
    items = item_sources(data)
    edit = _of_the_only_entry(data, items, edit)
    meant = _meant(plain(data), items, edit)
    lines = text.split("\n")
    match edit:
        case Change(step=name, to=to):
            lines = _changed(lines, data, items[name], plain(to))
        case Remove(step=name):
            lines = _removed(lines, data, items[name])
        case Add(beside=beside, new=new, before=before):
            lines = _put_in(lines, data, items[beside], plain(new), before=before)
        case Move(step=name, beside=beside, before=before):
            lines = _moved(lines, data, items[name], items[beside], before=before)
        case Settings():
            lines = _head_rewritten(lines, data, meant)
    return judged(lines, meant, before=text)


def _of_the_only_entry(data: Any, items: Mapping[str, Source], edit: Edit) -> Edit:
    """Where `enter` is one entry and no list of them, an edit of it is one of the head."""
    name = edit.beside if isinstance(edit, Add) else getattr(edit, "step", "")
    if name not in items or items[name].path != ("enter",):
        return edit
    head = {key: value for key, value in plain(data).items() if key not in NO_SETTINGS}
    match edit:
        case Change(to=to):
            return Settings({**head, "enter": to})
        case Add(new=new, before=before):
            return Settings({**head, "enter": [new, head["enter"]] if before else [head["enter"], new]})
        case Remove():
            raise CannotEdit(ONLY[ENTER])
        case _:
            return edit


# ---------------------------------------------------------------- what is meant


ONLY = {
    STEP: "it is the only step here, and a list of steps cannot be empty. Add another one first.",
    BRANCH: "it is the only way here. Add another one first, or remove the step.",
    SPLIT: "it is the only way here. Add another one first, or remove the step.",
    ENTER: "nothing else lets people in. Add another entry first.",
}


def _meant(data: Any, items: Mapping[str, Source], edit: Edit) -> Any:
    """What the file is to say afterwards."""
    names = [getattr(edit, key) for key in ("step", "beside") if hasattr(edit, key)]
    for name in names:
        if name not in items:
            raise CannotEdit(f'there is no "{name}" in the file as it is now. Load it again.')
    match edit:
        case Change(step=name, to=to):
            _list_of(data, items[name])[items[name].number] = plain(to)
        case Remove(step=name):
            _taken_out(data, items[name])
        case Add(beside=beside, new=new, before=before):
            at = items[beside].number + (0 if before else 1)
            _list_of(data, items[beside]).insert(at, plain(new))
        case Move(step=name, beside=beside, before=before):
            _refuse_beside(items[name], items[beside])
            target = _list_of(data, items[beside])
            mark = target[items[beside].number]
            step = _taken_out(data, items[name])
            at = next(number for number, one in enumerate(target) if one is mark) + (0 if before else 1)
            target.insert(at, step)
        case Settings(to=to):
            return _with_head(data, to)
    return data


def _with_head(data: Any, to: Mapping[str, Any]) -> Any:
    if not isinstance(data, Mapping):
        raise CannotEdit("the file is no journey yet. Edit its text.")
    for name in to:
        if name not in HEAD or name in NO_SETTINGS:
            raise CannotEdit(f'"{name}" is no setting of a journey.')
    return {**{key: data[key] for key in NO_SETTINGS if key in data}, **plain(to)}


def _list_of(data: Any, step: Source) -> list[Any]:
    found: list[Any] = node_at(data, step.siblings)
    return found


def _taken_out(data: Any, step: Source) -> Any:
    siblings = _list_of(data, step)
    if len(siblings) == 1:
        raise CannotEdit(ONLY[step.kind])
    siblings[step.number] = deepcopy(siblings[step.number])  # scalars may be one object: `end` and `end`
    return siblings.pop(step.number)


def _refuse_beside(step: Source, beside: Source) -> None:
    if step.kind != beside.kind:
        raise CannotEdit(f'"{step.id}" and "{beside.id}" cannot stand in one list.')
    if beside.path[: len(step.path)] == step.path:
        raise CannotEdit("a step cannot be moved into itself.")


# ---------------------------------------------------------------- how it is written


def _changed(lines: list[str], data: Any, step: Source, to: Mapping[str, Any]) -> list[str]:
    blocks = blocks_of(lines, node_at(data, step.siblings))
    if blocks is None:
        return _changed_above(lines, data, step.siblings, lambda items: _with_item(items, step.number, to))
    return _with_step(lines, data, blocks[step.number], step.path, to)


def _with_step(lines: list[str], data: Any, block: Block, path: Path, to: Any) -> list[str]:
    """A name comes first, for that is where one looks for it."""
    own = item_rewritten(lines, block, node_at(data, path), to, order=("id",))
    return [*lines[: block.start], *own, *lines[block.end :]]


def _removed(lines: list[str], data: Any, step: Source) -> list[str]:
    blocks = blocks_of(lines, node_at(data, step.siblings))
    if blocks is None:
        return _changed_above(
            lines, data, step.siblings, lambda items: [*items[: step.number], *items[step.number + 1 :]]
        )
    return _without(lines, blocks[step.number])


def _without(lines: list[str], block: Block) -> list[str]:
    above, below = lines[: block.first], lines[block.end :]
    is_first = bool(above) and above[-1][: block.column].strip() != ""
    if below and not below[0].strip() and (is_first or not above[-1].strip()):
        below = below[1:]  # one blank line is enough, and none is needed at the top
    return [*above, *below]


def _put_in(lines: list[str], data: Any, beside: Source, new: Any, *, before: bool) -> list[str]:
    blocks = blocks_of(lines, node_at(data, beside.siblings))
    if blocks is None:
        at = beside.number + (0 if before else 1)
        return _changed_above(lines, data, beside.siblings, lambda items: [*items[:at], new, *items[at:]])
    block = blocks[beside.number]
    at = block.first if before else block.end
    return [*lines[:at], *indented(written([new], like=beside.data), block.column), *lines[at:]]


def _moved(lines: list[str], data: Any, step: Source, beside: Source, *, before: bool) -> list[str]:
    """Taken out below and put in above, or the other way round, so that no number of a line is out of date."""
    from_blocks, to_blocks = (blocks_of(lines, node_at(data, one.siblings)) for one in (step, beside))
    if from_blocks is None and step.siblings == beside.siblings:
        return _changed_above(lines, data, step.siblings, lambda items: _reordered(items, step, beside, before=before))
    if from_blocks is None or to_blocks is None:
        raise CannotEdit("a step in a list of one line cannot be moved here. Edit its text.")
    block, target = from_blocks[step.number], to_blocks[beside.number]
    moved = indented(outdented(lines[block.first : block.end], block.column), target.column)
    at = target.first if before else target.end
    if at <= block.first:
        rest = _without(lines, block)
        return [*rest[:at], *moved, *rest[at:]]
    return _without([*lines[:at], *moved, *lines[at:]], block)


def _head_rewritten(lines: list[str], data: Any, to: Mapping[str, Any]) -> list[str]:
    found = mapping_rewritten(lines, data, to, order=HEAD)
    if found is None:
        raise CannotEdit("the journey stands in one line. Write each of its entries in a line of its own.")
    return found


# ---------------------------------------------------------------- lists that stand in one line


def _with_item(items: list[Any], number: int, to: Any) -> list[Any]:
    return [*items[:number], to, *items[number + 1 :]]


def _reordered(items: list[Any], step: Source, beside: Source, *, before: bool) -> list[Any]:
    order = [number for number in range(len(items)) if number != step.number]
    order.insert(order.index(beside.number) + (0 if before else 1), step.number)
    return [items[number] for number in order]


def _changed_above(lines: list[str], data: Any, path: Path, change: Callable[[list[Any]], list[Any]]) -> list[str]:
    """A list in one line is changed with the step that it belongs to, or with the entry of the head."""
    for length in range(len(path) - 1, 0, -1):
        if not isinstance(path[length - 1], int):
            continue
        blocks = blocks_of(lines, node_at(data, path[: length - 1]))
        if blocks is None:
            continue
        block, inside = blocks[int(path[length - 1])], path[length:]
        item = _with_list(plain(node_at(data, path[:length])), inside, change)
        return _with_step(lines, data, block, path[:length], item)
    return _head_rewritten(lines, data, _with_list(plain(data), path, change))


def _with_list(item: Any, path: Path, change: Callable[[list[Any]], list[Any]]) -> Any:
    holder = node_at(item, path[:-1])
    holder[path[-1]] = change(holder[path[-1]])
    return item
