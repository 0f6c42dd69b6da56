"""Edits a journey's file as text: what is not meant stays as it is, comments, blank lines and odd spacing included.

Lines are put in, taken out and moved; a line that must change is written anew by ruamel.yaml, by itself, so that the
others never go through it. Each edit is judged by reading the result: it says exactly what was meant, or there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from bot.documents import parse
from bot.domain.errors import ContentError
from bot.journeys.fields import plain
from bot.journeys.lines import Block, blocks_of, indented, rewritten, written
from bot.journeys.step_sources import Path, StepSource, node_at, step_sources


@dataclass(frozen=True, slots=True)
class Change:
    """Let the step say this instead; what it says alike keeps its lines."""

    step: str
    to: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Add:
    """Put a new step before or behind another one."""

    beside: str
    new: Mapping[str, Any]
    before: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Put the step, with the comment above it, before or behind another one."""

    step: str
    beside: str
    before: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """Take the step out, with the comment above it."""

    step: str


Edit = Change | Add | Move | Remove


class CannotEdit(ValueError):
    """The edit cannot be made; the message says why and what to do."""


def edited(text: str, edit: Edit) -> str:
    """The text after the edit; raises CannotEdit, or ContentError where the text is not YAML."""
    data = parse("", text).data
    steps = step_sources(data)
    meant = _meant(plain(data), steps, edit)
    lines = text.split("\n")
    match edit:
        case Change(step=name, to=to):
            lines = _changed(lines, data, steps[name], plain(to))
        case Remove(step=name):
            lines = _removed(lines, data, steps[name])
        case Add(beside=beside, new=new, before=before):
            lines = _put_in(lines, data, steps[beside], written([plain(new)]), before=before)
        case Move(step=name, beside=beside, before=before):
            lines = _moved(lines, data, steps[name], steps[beside], before=before)
    found = "\n".join(lines)
    if not _says(found, meant):
        raise CannotEdit("this part of the file is written in a way that cannot be edited here. Edit its text.")
    return found


def _says(text: str, meant: Any) -> bool:
    try:
        return bool(plain(parse("", text).data) == meant)
    except ContentError:
        return False


# ---------------------------------------------------------------- what is meant


def _meant(data: Any, steps: Mapping[str, StepSource], edit: Edit) -> Any:
    """What the file is to say afterwards."""
    names = [getattr(edit, key) for key in ("step", "beside") if hasattr(edit, key)]
    for name in names:
        if name not in steps:
            raise CannotEdit(f'there is no step "{name}" in the file as it is now. Load it again.')
    match edit:
        case Change(step=name, to=to):
            _list_of(data, steps[name])[steps[name].number] = plain(to)
        case Remove(step=name):
            _taken_out(data, steps[name])
        case Add(beside=beside, new=new, before=before):
            at = steps[beside].number + (0 if before else 1)
            _list_of(data, steps[beside]).insert(at, plain(new))
        case Move(step=name, beside=beside, before=before):
            _refuse_into_itself(steps[name], steps[beside])
            target = _list_of(data, steps[beside])
            mark = target[steps[beside].number]
            step = _taken_out(data, steps[name])
            at = next(number for number, one in enumerate(target) if one is mark) + (0 if before else 1)
            target.insert(at, step)
    return data


def _list_of(data: Any, step: StepSource) -> list[Any]:
    found: list[Any] = node_at(data, step.siblings)
    return found


def _taken_out(data: Any, step: StepSource) -> Any:
    siblings = _list_of(data, step)
    if len(siblings) == 1:
        raise CannotEdit("it is the only step here, and a list of steps cannot be empty. Add another one first.")
    siblings[step.number] = deepcopy(siblings[step.number])  # scalars may be one object: `end` and `end`
    return siblings.pop(step.number)


def _refuse_into_itself(step: StepSource, beside: StepSource) -> None:
    if beside.path[: len(step.path)] == step.path:
        raise CannotEdit("a step cannot be moved into itself.")


# ---------------------------------------------------------------- how it is written


def _changed(lines: list[str], data: Any, step: StepSource, to: Mapping[str, Any]) -> list[str]:
    blocks = blocks_of(lines, node_at(data, step.siblings))
    if blocks is None:
        return _changed_above(lines, data, step.siblings, lambda items: _with_item(items, step.number, to))
    block = blocks[step.number]
    return [*lines[: block.start], *rewritten(lines[block.start : block.end], to), *lines[block.end :]]


def _removed(lines: list[str], data: Any, step: StepSource) -> list[str]:
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


def _put_in(lines: list[str], data: Any, beside: StepSource, new: list[str], *, before: bool) -> list[str]:
    blocks = blocks_of(lines, node_at(data, beside.siblings))
    if blocks is None:
        step = plain(parse("", "\n".join(new)).data)[0]
        at = beside.number + (0 if before else 1)
        return _changed_above(lines, data, beside.siblings, lambda items: [*items[:at], step, *items[at:]])
    block = blocks[beside.number]
    at = block.first if before else block.end
    return [*lines[:at], *indented(new, block.column), *lines[at:]]


def _moved(lines: list[str], data: Any, step: StepSource, beside: StepSource, *, before: bool) -> list[str]:
    """Taken out below and put in above, or the other way round, so that no number of a line is out of date."""
    from_blocks, to_blocks = (blocks_of(lines, node_at(data, one.siblings)) for one in (step, beside))
    if from_blocks is None or to_blocks is None:
        raise CannotEdit("a step in a list of one line cannot be moved here. Edit its text.")
    block, target = from_blocks[step.number], to_blocks[beside.number]
    moved = indented(_outdented(lines[block.first : block.end], block.column), target.column)
    at = target.first if before else target.end
    if at <= block.first:
        rest = _without(lines, block)
        return [*rest[:at], *moved, *rest[at:]]
    return _without([*lines[:at], *moved, *lines[at:]], block)


def _outdented(lines: list[str], column: int) -> list[str]:
    return [line[min(column, len(line) - len(line.lstrip())) :] for line in lines]


# ---------------------------------------------------------------- lists that stand in one line


def _with_item(items: list[Any], number: int, to: Any) -> list[Any]:
    return [*items[:number], to, *items[number + 1 :]]


def _changed_above(lines: list[str], data: Any, path: Path, change: Any) -> list[str]:
    """A list in one line is changed with the step that it belongs to."""
    for length in range(len(path) - 1, 0, -1):
        if not isinstance(path[length - 1], int):
            continue
        blocks = blocks_of(lines, node_at(data, path[: length - 1]))
        if blocks is None:
            continue
        block, inside = blocks[int(path[length - 1])], path[length:]
        item = plain(node_at(data, path[:length]))
        holder = node_at(item, inside[:-1])
        holder[inside[-1]] = change(holder[inside[-1]])
        return [*lines[: block.start], *rewritten(lines[block.start : block.end], item), *lines[block.end :]]
    raise CannotEdit("the steps stand in one line. Write each in a line of its own, beginning with - .")
