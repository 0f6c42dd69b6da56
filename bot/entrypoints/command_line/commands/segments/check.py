"""`overture segments check`: how many people a condition is true for now, and the ids of some."""

from __future__ import annotations

import argparse
import sys

from bot.entrypoints.command_line.cli import FAULTY
from bot.entrypoints.command_line.commands.segments.reading import contents_of, now_of, people, read
from bot.journeys.selection import check_selection
from bot.ports import UnitOfWork
from bot.settings import Settings

SHOWN = 5


def run(settings: Settings, options: argparse.Namespace) -> int:
    condition, contents = options.condition, contents_of(settings)
    wrong = check_selection(condition, contents.profile)
    if wrong is not None:
        print(f'The condition "{condition}" cannot be used: {wrong}', file=sys.stderr)
        return FAULTY

    async def reading(uow: UnitOfWork) -> list[str]:
        now = now_of(settings)
        count = await uow.segments.count(condition, now, cards=contents.scorecards, grades=contents.grades)
        found = await uow.segments.find(condition, now, limit=SHOWN, cards=contents.scorecards, grades=contents.grades)
        more = [f"  ... and {count - len(found)} more"] if count > len(found) else []
        return [people(count), *(f"  {profile_id}" for profile_id in found), *more]

    for line in read(settings, reading):
        print(line)
    return 0
