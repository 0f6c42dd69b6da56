"""`overture people unmerge`: undo the latest merge that a person was in."""

from __future__ import annotations

import argparse

from bot.domain.ids import ProfileId
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever, work
from bot.services.merge_people import part_people
from bot.services.runtime import Runtime
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def doing(runtime: Runtime) -> str:
        return await parting(runtime, options.person)

    print(work(settings, doing))
    return 0


async def parting(runtime: Runtime, name: str) -> str:
    async with runtime.store.transaction() as uow:
        who: ProfileId = await named(uow, name)
        now = runtime.clock.now()
        merge = await part_people(uow, runtime, who, now=now)
        await note(uow, "parted", merge.kept.id, whoever(), now)
    return f"{merge.merged.id} is a person of their own again. What has come since stays with {merge.kept.id}."
