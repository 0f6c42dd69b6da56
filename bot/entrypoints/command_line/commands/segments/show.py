"""`overture segments show`: a segment's condition, how many people are in it, and the ids of some."""

from __future__ import annotations

import argparse

from bot.documents import did_you_mean
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.segments.reading import contents_of, people, read, told
from bot.ports import UnitOfWork
from bot.settings import Settings

SHOWN = 10


def run(settings: Settings, options: argparse.Namespace) -> int:
    segments = contents_of(settings).segments
    name = options.segment
    if name not in segments:
        raise SettingsError(f'there is no segment "{name}". {did_you_mean(name, segments)}'.rstrip())
    segment = segments[name]

    async def reading(uow: UnitOfWork) -> list[str]:
        working = {one.name: one for one in await uow.segments.workings()}.get(name)
        members = await uow.segments.members(name, limit=SHOWN)
        count = await uow.segments.count_members(name)
        shown = [f"  {profile_id}" for profile_id in members]
        more = [f"  ... and {count - len(members)} more"] if count > len(members) else []
        return [f"{people(count)}, {told(working, segment.version)}", *shown, *more]

    print(f"{name}: {segment.label}" if segment.label else name)
    print(f"if: {segment.condition}")
    for line in read(settings, reading):
        print(line)
    return 0
