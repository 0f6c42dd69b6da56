"""Says where the people who are inside a journey go when a version of it is published. A dry run prints it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields

from bot.domain.journey import Journey
from bot.domain.publishing import PIN, Move, OnEdit, Resting
from bot.domain.steps import END, AskStep, Step

WHERE_NEXT = frozenset({"then", "silent_go", "refuse_go", "late_go", "failed_go"})


def plan_moves(
    new: Journey,
    versions: Mapping[str, Journey],
    drained: Collection[str],
    resting: Iterable[Resting],
    on_edit: OnEdit,
) -> tuple[Move, ...]:
    """What becomes of the people of each group; `versions` are those that people are on."""
    return tuple(
        _move(new, versions.get(group.version), group, on_edit)
        if on_edit.policy == "map" and group.version != new.version and group.version not in drained
        else Move(group, "stays", group.step, _why_it_stays(new, group, group.version in drained))
        for group in resting
    )


def back_from(*left: Journey) -> OnEdit:
    """What a rollback from these versions, the present one first, does: who was moved goes back by the same ways."""
    if any(one.on_edit.policy != "map" for one in left):
        return PIN
    ways: dict[str, str] = {}
    for one in left:
        targets = [new for _, new in one.on_edit.moves]
        back = {new: old for old, new in one.on_edit.moves if targets.count(new) == 1 and new != END}
        ways = back | {start: back.get(end, end) for start, end in ways.items()}
    return OnEdit("map", tuple(ways.items()))


def _why_it_stays(new: Journey, group: Resting, is_drained: bool) -> str:
    if group.version == new.version:
        return "on this version already"
    return "finish this version" if is_drained else "stay on this version"


def _move(new: Journey, old: Journey | None, group: Resting, on_edit: OnEdit) -> Move:
    if not group.begun:
        return Move(group, "begins", new.first)
    wanted = dict(on_edit.moves).get(group.step)
    if wanted == END or (wanted is not None and wanted in new.steps):
        return Move(group, "arrives", wanted)
    if old is None:
        return Move(group, "lost", why="is of a version that this release of Overture cannot read")
    step, there = old.steps.get(group.step), new.steps.get(group.step)
    if step is None or there is None:
        return Move(group, "lost", why="is gone")
    if not _has_name(step):
        # Without an id, a step is known by its place in the file only.
        if _without_targets(step) == _without_targets(there):
            return Move(group, "moves", group.step)
        return Move(group, "lost", why="has no id, and another step stands in its place")
    if step.kind != there.kind:
        return Move(group, "lost", why=f"was a {step.kind} and is a {there.kind} now")
    if isinstance(step, AskStep) and isinstance(there, AskStep) and step.form != there.form:
        return Move(group, "arrives", group.step)  # nobody would hear the answer to what it asked before
    return Move(group, "moves", group.step)


def _has_name(step: Step) -> bool:
    return "." not in step.id


def _without_targets(step: Step) -> tuple[object, ...]:
    return tuple(getattr(step, one.name) for one in fields(step) if one.name not in WHERE_NEXT)
