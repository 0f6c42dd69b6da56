"""`overture outbox dead`: what was given up, oldest first, with the reason of each."""

from __future__ import annotations

import argparse

from bot.entrypoints.command_line.commands.outbox.destinations import check_destination
from bot.entrypoints.command_line.commands.segments.reading import read
from bot.entrypoints.console.dead_letters import what
from bot.ports import UnitOfWork
from bot.settings import Settings

SHOWN = 100


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def reading(uow: UnitOfWork) -> list[str]:
        await check_destination(uow, settings, options.to or "")
        entries = await uow.outbox.dead(SHOWN + 1, to=options.to or "")
        more = [f"... and more; these are the oldest {SHOWN}"] if len(entries) > SHOWN else []
        lines = [
            f"{one.id}  {one.created_at:%Y-%m-%d %H:%M}  {what(one.dispatch)}  person {one.profile_id}: {one.reason}"
            for one in entries[:SHOWN]
        ]
        return [*lines, *more] or ["Nothing was given up."]

    for line in read(settings, reading):
        print(line)
    return 0
