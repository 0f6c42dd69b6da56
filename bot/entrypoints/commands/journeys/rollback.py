"""`overture journeys rollback`: put the version in force that was published before the present one."""

from __future__ import annotations

import argparse

from bot.domain.errors import SettingsError
from bot.entrypoints.commands.journeys.publishing import people, told, work
from bot.services.publish import Publisher, plan_rollback, publish
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    if settings.publishing == "at_once":
        raise SettingsError(
            "files hold at once here, so the next reading would take a rollback back. Edit the file, "
            "or set OVERTURE_PUBLISHING=on_command."
        )

    async def doing(publisher: Publisher) -> list[str]:
        async with publisher.store.transaction() as uow:
            plan = await plan_rollback(uow, options.journey)
        if options.dry_run:
            return [*told(plan), "Nothing was changed: this was a dry run."]
        moved = await publish(publisher, plan, park=options.park, what="rollback")
        return [*told(plan), f"Rolled back. {people(moved)} moved."]

    for line in work(settings, doing, who=options.by):
        print(line)
    return 0
