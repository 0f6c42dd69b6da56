"""`overture people restrict`: nothing is done with what is kept of a person, until that is lifted."""

from __future__ import annotations

import argparse

from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever
from bot.entrypoints.command_line.commands.segments.reading import now_of, read
from bot.ports import UnitOfWork
from bot.services.respect_wishes import NotInformed, lift_restriction, restrict
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    if options.informed and not options.lift:
        raise SettingsError("--informed goes with --lift. Add that, or leave it out to restrict them.")

    async def doing(uow: UnitOfWork) -> str:
        person = await named(uow, options.person)
        await note(uow, "restriction_lifted" if options.lift else "restricted", person, whoever(), now_of(settings))
        if options.lift:
            await lift_restriction(uow, person, informed=options.informed, now=now_of(settings))
            return f"{person} is no longer restricted. Journeys go on within a day."
        await restrict(uow, person, now=now_of(settings))
        return f"{person} is restricted: no journeys, no marketing, no points; they get answers to what they write."

    try:
        print(read(settings, doing))
    except NotInformed as error:
        raise SettingsError(f'{error}: --informed "by letter of 3 March".') from error
    return 0
