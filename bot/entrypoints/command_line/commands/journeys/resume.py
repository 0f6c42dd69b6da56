"""`overture journeys resume`: a paused journey goes on, with what was left of each time."""

from __future__ import annotations

import argparse

from bot.entrypoints.command_line.commands.journeys.publishing import people, require_known, work
from bot.services.publish import Publisher, resume
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def doing(publisher: Publisher) -> str:
        async with publisher.store.transaction() as uow:
            await require_known(uow, settings, options.journey)
        inside, released, left_out = await resume(publisher, options.journey)
        return f"Resumed. {people(inside)} go on; {released} held-back messages are due, {left_out} are left out."

    print(work(settings, doing, who=options.by))
    return 0
