"""`overture outbox replay`: let entries for CRMs that were given up leave once more."""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Collection

from bot.domain.delivery import OutboxEntry
from bot.domain.errors import SettingsError
from bot.entrypoints.commands.segments.reading import now_of, read
from bot.ports import UnitOfWork
from bot.services.replay import may_be_replayed, replay
from bot.settings import Settings

CHUNK = 500


def run(settings: Settings, options: argparse.Namespace) -> int:
    wanted = frozenset(options.entry)
    if bool(wanted) == bool(options.to):
        raise SettingsError("say what to replay: ids as `overture outbox dead` lists them, or --to and a CRM.")

    async def reading(uow: UnitOfWork) -> tuple[list[str], list[str]]:
        now = now_of(settings)
        done, left = [], []
        async for entry in _chosen(uow, wanted, options.to or ""):
            if may_be_replayed(entry):
                await replay(uow, entry, now)
                done.append(str(entry.id))
            else:
                left.append(str(entry.id))
        return done, left

    done, left = read(settings, reading)
    for one in left:
        print(f"{one} is no entry for a CRM, and only those are replayed.", file=sys.stderr)
    for one in sorted(wanted.difference(done, left)):
        print(f"{one} is no dead entry.", file=sys.stderr)
    print(f"{len(done)} {'entry' if len(done) == 1 else 'entries'} will leave again, as soon as the service runs.")
    return 0 if done and not wanted.difference(done) else 1


async def _chosen(uow: UnitOfWork, wanted: Collection[str], to: str) -> AsyncIterator[OutboxEntry]:
    """The dead entries of these ids, or all for this CRM, in the order in which they were made."""
    after = ""
    while entries := await uow.outbox.dead(CHUNK, to=to, after=after):
        after = entries[-1].id
        for entry in entries:
            if to or entry.id in wanted:
                yield entry
