"""`overture journeys pause`: nobody enters, and times stand still, until it is resumed."""

from __future__ import annotations

import argparse

from bot.entrypoints.command_line.commands.journeys.publishing import people, require_known, work
from bot.services.publish import Publisher, pause
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def doing(publisher: Publisher) -> str:
        async with publisher.store.transaction() as uow:
            await require_known(uow, settings, options.journey)
        inside = await pause(publisher, options.journey)
        return f"Paused. {people(inside)} wait where they are."

    print(work(settings, doing, who=options.by))
    return 0
