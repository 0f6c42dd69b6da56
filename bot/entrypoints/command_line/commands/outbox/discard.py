"""`overture outbox discard`: count what was given up as withheld, with the reason why nobody needs it any more."""

from __future__ import annotations

import argparse

from bot.domain.errors import SettingsError
from bot.domain.ids import OutboxId
from bot.entrypoints.command_line.commands.outbox.destinations import check_destination
from bot.entrypoints.command_line.commands.outbox.noting import note_queue
from bot.entrypoints.command_line.commands.outbox.replay import chosen_by, tell_unknown
from bot.entrypoints.command_line.commands.people.working import whoever
from bot.entrypoints.command_line.commands.segments.reading import now_of, read
from bot.ports import UnitOfWork
from bot.services.replay import discard_chosen
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    chosen = chosen_by("discard", options.entry, options.to or "")
    why = options.why.strip()
    if not why:
        raise SettingsError('--why wants a reason, such as --why "the campaign is over".')

    async def discarding(uow: UnitOfWork) -> tuple[OutboxId, ...]:
        await check_destination(uow, settings, chosen.to)
        done = await discard_chosen(uow, chosen, who=whoever(), why=why, now=now_of(settings))
        await note_queue(uow, settings, "outbox.discarded", entries=len(done))
        return done

    done = read(settings, discarding)
    unknown = tell_unknown(chosen, set(done))
    print(f"{len(done)} {'entry is' if len(done) == 1 else 'entries are'} discarded.")
    return 0 if done and not unknown else 1
