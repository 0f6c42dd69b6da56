"""`overture people merge`: two profiles of one person become one; `--dry-run` only says how."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.merging import Merge
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever, work
from bot.services.merge_people import MergePlan, merge_people, plan_merge
from bot.services.runtime import Runtime
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def doing(runtime: Runtime) -> list[str]:
        return await merging(
            runtime, options.person, options.other, dry_run=options.dry_run, who=options.by or whoever()
        )

    print("\n".join(work(settings, doing)))
    return 0


async def merging(runtime: Runtime, one: str, other: str, *, dry_run: bool, who: str) -> list[str]:
    """What is done, in lines; nothing is done in a dry run."""
    async with runtime.store.transaction() as uow:
        first, second = await named(uow, one), await named(uow, other)
        plan = await plan_merge(uow, runtime, first, second)
        if dry_run:
            return [*_told(plan), "Nothing was changed."]
        now = runtime.clock.now()
        done = await merge_people(uow, runtime, first, second, who=who, why="by command", now=now)
        await note(uow, "merged", done.kept.id, who, now)
    return [*_told(plan), f"Merged. To undo it: overture people unmerge {done.kept.id}"]


def _told(plan: MergePlan) -> Iterator[str]:
    yield f"{plan.merged.id} is merged into {plan.kept.id}, who has been known longer"
    yield from conflicts_told(plan.conflicts)
    for run in plan.ended:
        yield f"  ends: {run.journey} of {run.entered_at:%Y-%m-%d %H:%M} UTC, for the older run goes on"
    for run in plan.stopped:
        yield f"  ends: {run.journey} of {run.entered_at:%Y-%m-%d %H:%M} UTC, for one of them wants no marketing"
    for record in plan.withdrawn:
        yield f"  no more {record.purpose} by {record.channel}: one of them had refused it"
    for table, count in plan.rows.items():
        yield f"  moves: {count} of {table}"


def conflicts_told(conflicts: Mapping[str, tuple[Any, Any]]) -> Iterator[str]:
    for name, (kept, other) in sorted(conflicts.items()):
        yield f"  {name}: {kept!r} counts, {other!r} is kept in the record of the merge"


def merge_told(merge: Merge) -> Iterator[str]:
    """A merge, as the record of a person shows it."""
    undone = f"; undone {merge.undone_at:%Y-%m-%d %H:%M} UTC" if merge.undone_at is not None else ""
    yield f"{merge.at:%Y-%m-%d %H:%M} UTC  {merge.merged.id} into {merge.kept.id} by {merge.who}: {merge.why}{undone}"
    yield from conflicts_told(merge.conflicts)
