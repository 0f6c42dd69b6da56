"""`overture journeys stop`: everybody inside leaves, nobody enters, and what is queued of it is not sent."""

from __future__ import annotations

import argparse

from bot.entrypoints.command_line.commands.journeys.publishing import people, require_known, work
from bot.services.publish import Publisher, stop
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def doing(publisher: Publisher) -> str:
        async with publisher.store.transaction() as uow:
            await require_known(uow, settings, options.journey)
        left, withheld = await stop(publisher, options.journey)
        return f"Stopped. {people(left)} left; {withheld} queued messages are not sent."

    print(work(settings, doing, who=options.by))
    return 0
