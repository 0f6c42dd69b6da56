"""`overture segments list`: each segment, how many people are in it, and how far it is worked out."""

from __future__ import annotations

import argparse

from bot.entrypoints.command_line.commands.segments.reading import contents_of, people, read, told
from bot.ports import UnitOfWork
from bot.settings import Settings


def run(settings: Settings, _options: argparse.Namespace) -> int:
    segments = contents_of(settings).segments
    if not segments:
        print("There are no segments. Write journeys/segments/<id>.yml; journeys/README.md says how.")
        return 0

    async def reading(uow: UnitOfWork) -> list[str]:
        workings = {one.name: one for one in await uow.segments.workings()}
        return [
            f"{name}: {people(await uow.segments.count_members(name))}, {told(workings.get(name), one.version)}"
            + (f". {one.label}" if one.label else "")
            for name, one in sorted(segments.items())
        ]

    for line in read(settings, reading):
        print(line)
    return 0
