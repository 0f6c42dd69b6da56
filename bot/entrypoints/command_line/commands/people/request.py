"""`overture people request`: note what a person asks for, or that it was done."""

from __future__ import annotations

import argparse

from bot.domain.errors import SettingsError
from bot.domain.privacy import RequestKind
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever
from bot.entrypoints.command_line.commands.segments.reading import contents_of, now_of, read
from bot.ports import UnitOfWork
from bot.services.note_request import note_request
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    if (options.kind is None) == (options.done is None):
        raise SettingsError("say either what they ask for, such as --kind access, or what was done: --done ID")
    rules = contents_of(settings).rules

    async def noting(uow: UnitOfWork) -> str:
        person, now = await named(uow, options.person), now_of(settings)
        await note(uow, "requested", person, whoever(), now)
        if options.kind is not None:
            kind = RequestKind(options.kind)
            noted = await note_request(uow, rules, settings.region, person, kind, how=options.how, now=now)
            return f"{noted.id}: {kind} for {person} is due by {noted.due_at:%Y-%m-%d}."
        theirs = [one.id for one in await uow.privacy_requests.of(person)]
        if options.done not in theirs or not await uow.privacy_requests.done(options.done, options.outcome, now):
            raise SettingsError(f"{person} has no request {options.done} that is still to be done.")
        return f"{options.done} is done."

    print(read(settings, noting))
    return 0
