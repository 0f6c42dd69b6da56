"""`overture outbox replay`: let what was given up for CRMs and desks leave once more."""

from __future__ import annotations

import argparse
import sys

from bot.domain.errors import SettingsError
from bot.domain.ids import OutboxId
from bot.entrypoints.command_line.commands.outbox.destinations import check_destination
from bot.entrypoints.command_line.commands.outbox.noting import note_queue
from bot.entrypoints.command_line.commands.segments.reading import now_of, read
from bot.ports import UnitOfWork
from bot.services.replay import Chosen, Replayed, replay_chosen
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    chosen = chosen_by("replay", options.entry, options.to or "")

    async def replaying(uow: UnitOfWork) -> Replayed:
        await check_destination(uow, settings, chosen.to)
        replayed = await replay_chosen(uow, chosen, now_of(settings))
        await note_queue(uow, settings, "outbox.replayed", entries=len(replayed.done))
        return replayed

    replayed = read(settings, replaying)
    for one in replayed.left:
        print(
            f"{one} is neither for a CRM nor a card or line for a desk, and only those are replayed.", file=sys.stderr
        )
    unknown = tell_unknown(chosen, {*replayed.done, *replayed.left})
    count = len(replayed.done)
    print(f"{count} {'entry' if count == 1 else 'entries'} will leave again, as soon as the service runs.")
    return 0 if count and not unknown else 1


def chosen_by(verb: str, ids: list[str], to: str) -> Chosen:
    """Raises SettingsError where both or neither are said."""
    if bool(ids) == bool(to):
        raise SettingsError(f"say what to {verb}: ids as `overture outbox dead` lists them, or --to and a name.")
    return Chosen(frozenset(map(OutboxId, ids)), to)


def tell_unknown(chosen: Chosen, found: set[OutboxId]) -> bool:
    """Print the ids that are none of a dead entry; whether there are such."""
    unknown = sorted(chosen.ids - found)
    for one in unknown:
        print(f"{one} is no dead entry.", file=sys.stderr)
    return bool(unknown)
