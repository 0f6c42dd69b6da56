"""`overture people retention`: how long what is kept of people is kept, and what would be deleted now, or was."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bot.domain.retention import COUNTED_FROM, DataClass
from bot.entrypoints.command_line.commands.people.working import whoever, work
from bot.services.apply_retention import APPLIED, Due, apply_retention, what_is_due
from bot.services.runtime import Runtime
from bot.settings import Settings

NO_RULES = "No rule is in force: everything is kept until its person is erased. See journeys/rules/retention.yml."
NONE_DELETES = "No rule in force deletes: what they say is counted. See deletes: true in journeys/rules/retention.yml."
LOOKED_THROUGH = 1000
"""The latest entries of the audit log, among which the last runs are looked for."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    print("\n".join(work(settings, _applied if options.apply else report)))
    return 0


async def report(runtime: Runtime) -> Sequence[str]:
    """Each rule with what it would delete now, then what has no rule, and what the last runs deleted."""
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        due = await what_is_due(uow, runtime, now)
        entries = [one for one in await uow.audit.latest(LOOKED_THROUGH) if one.deed.what == APPLIED]
    if not due:
        return [NO_RULES]
    lines = [line for one in due for line in _told(one)]
    if not all(one.rule.deletes for one in due):
        lines.append("a rule deletes when it says deletes: true; the others only count")
    if without := [kind.value for kind in DataClass if kind not in {one.kind for one in due}]:
        lines.append(f"kept until its person is erased: {', '.join(without)}")
    lines.append("never deleted by time: consent, opt-outs, what people asked for, scores, the audit log")
    for one in entries[: len(due)]:
        detail = one.deed.detail
        lines.append(f"{one.at:%Y-%m-%d %H:%M} UTC  {one.deed.about} deleted {detail['deleted']:,} of {detail['data']}")
    return lines


def _told(due: Due) -> list[str]:
    rule = due.rule
    what = "to be deleted" if rule.deletes else "older, and kept"
    return [
        f"{due.kind.value:<13}  {rule.keep.days:>5} days  {due.count:>9,} {what}  ({rule.id})",
        f"               from {COUNTED_FROM[due.kind]}",
        f"               {rule.source}",
    ]


async def _applied(runtime: Runtime) -> Sequence[str]:
    gone = await apply_retention(runtime, who=f"terminal:{whoever()}")
    if not gone:
        in_force = runtime.library.current().rules.retention_of(runtime.clock.now())
        return [NONE_DELETES if in_force else NO_RULES]
    return [f"{kind.value:<13}  {count:>9,} deleted" for kind, count in gone.items()]
