"""`overture people object`: a person objects to marketing, or withdraws that."""

from __future__ import annotations

import argparse

from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever, work
from bot.services.respect_wishes import note_objection, withdraw_objection
from bot.services.runtime import Runtime
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def doing(runtime: Runtime) -> str:
        return await objecting(runtime, options.person, withdraw=options.withdraw, who=options.by or whoever())

    print(work(settings, doing))
    return 0


async def objecting(runtime: Runtime, name: str, *, withdraw: bool, who: str) -> str:
    async with runtime.store.transaction() as uow:
        person, now = await named(uow, name), runtime.clock.now()
        await note(uow, "objection_withdrawn" if withdraw else "objected", person, who, now)
        if withdraw:
            await withdraw_objection(uow, person)
            return f"{person} no longer objects. What they had consented to stays withdrawn until they consent again."
        await note_objection(uow, runtime, person, how=f"noted by {who}", now=now)
        return f"{person} objects: no more marketing, and no more points."
