"""`overture journeys unpark`: whom an error stopped go on, once it is mended."""

from __future__ import annotations

import argparse

from bot.entrypoints.command_line.commands.journeys.publishing import people, require_known, work
from bot.services.publish import Publisher, unpark
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def doing(publisher: Publisher) -> str:
        async with publisher.store.transaction() as uow:
            await require_known(uow, settings, options.journey)
        went_on, stay = await unpark(publisher, options.journey)
        words = f"{people(went_on)} go on." if went_on else "Nobody is parked there who could go on."
        return f"{words} {people(stay)} stay parked: they are in it again." if stay else words

    print(work(settings, doing, who=options.by))
    return 0
