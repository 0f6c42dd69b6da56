"""`overture journeys rollback`: put a version in force that was in force before the present one."""

from __future__ import annotations

import argparse

from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.journeys.publishing import people, short, told, work
from bot.ports import UnitOfWork
from bot.services.publish import Publisher, plan_rollback, publish, versions_before
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    if settings.publishing == "at_once":
        raise SettingsError(
            "files hold at once here, so the next reading would take a rollback back. Edit the file, "
            "or set OVERTURE_PUBLISHING=on_command."
        )

    async def doing(publisher: Publisher) -> list[str]:
        async with publisher.store.transaction() as uow:
            to = await _version(uow, options.journey, options.to) if options.to else None
            plan = await plan_rollback(uow, options.journey, to)
        if options.dry_run:
            return [*told(plan), "Nothing was changed: this was a dry run."]
        moved = await publish(publisher, plan, park=options.park, what="rollback")
        return [*told(plan), f"Rolled back. {people(moved)} moved."]

    for line in work(settings, doing, who=options.by):
        print(line)
    return 0


async def _version(uow: UnitOfWork, name: str, beginning: str) -> str:
    """The version that is meant; raises SettingsError unless it is one."""
    known = await versions_before(uow, name)
    meant = [version for version in known if version.startswith(beginning)]
    if len(meant) == 1:
        return meant[0]
    listed = ", ".join(map(short, known)) or "none"
    raise SettingsError(f'--to is "{beginning}"; the versions that were in force before: {listed}.')
