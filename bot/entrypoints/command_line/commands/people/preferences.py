"""`overture people preferences`: the link to the page on which a person says what they want to get."""

from __future__ import annotations

import argparse

from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever
from bot.entrypoints.command_line.commands.segments.reading import now_of, read
from bot.entrypoints.web.preferences.links import preferences_link
from bot.entrypoints.wiring.own_secret import secret_of_service
from bot.ports import UnitOfWork
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def reading(uow: UnitOfWork) -> str:
        person, now = await named(uow, options.person), now_of(settings)
        await note(uow, "link_given", person, whoever(), now)
        return preferences_link(settings.service_url, secret_of_service(settings.data), person, now)

    print(read(settings, reading))
    return 0
