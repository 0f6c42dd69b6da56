"""`overture score explain`: the score of a person and how likely they are to be won, each with its reasons."""

from __future__ import annotations

import argparse

from bot.domain.score import total_score
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.segments.reading import contents_of, now_of, read
from bot.ports import UnitOfWork
from bot.services.person_facts import foresee
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    contents, now = contents_of(settings), now_of(settings)
    cards = contents.scorecards

    async def reading(uow: UnitOfWork) -> list[str]:
        who = await named(uow, options.person)
        profile, changes = await uow.profiles.get(who), await uow.scores.of(who)
        score, foretold = total_score(changes, now), await foresee(uow, cards, profile, now)
        lines = [f"{contents.grades.of(score)}: fit {score.fit}, engagement {score.engagement}"]
        lines += [f"  {change.told(now)}" for change in changes]
        if not foretold:
            objects = profile.objected_at is not None or profile.restricted_at is not None
            why = "they object, or are restricted" if objects else "no scorecard is in force"
            return [*lines, f"likelihood: not known, for {why}"]
        for name, one in foretold.items():
            lines.append(f"{name.replace('_', ' ')}: {one.percent}%, by {one.points} points")
            lines += [f"  {reason.points:+d} {reason.words}" for reason in one.reasons]
        return lines

    for line in read(settings, reading):
        print(line)
    return 0
