"""`overture journeys publish`: put the file of a journey in force, and say what becomes of the people inside."""

from __future__ import annotations

import argparse

from bot.documents import did_you_mean
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.journeys.publishing import journey_files, people, told, work
from bot.services.publish import Publisher, plan_publishing, publish
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    files = journey_files(settings)
    name = options.journey
    if name not in files:
        raise SettingsError(f'there is no file of a journey "{name}". {did_you_mean(name, files)}'.rstrip())

    async def doing(publisher: Publisher) -> list[str]:
        async with publisher.store.transaction() as uow:
            plan = await plan_publishing(uow, files[name])
        if options.dry_run:
            return [*told(plan), "Nothing was changed: this was a dry run."]
        moved = await publish(publisher, plan, park=options.park)
        return [*told(plan), f"Published. {people(moved)} moved."]

    for line in work(settings, doing, who=options.by):
        print(line)
    return 0
