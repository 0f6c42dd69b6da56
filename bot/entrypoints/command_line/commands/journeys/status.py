"""`overture journeys status`: the versions of a journey, where its people are, and what was done to it by whom."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from bot.domain.journey import ENTRANCE, Passage
from bot.domain.publishing import Census, JourneyChange, Version
from bot.entrypoints.command_line.commands.journeys.list import standing
from bot.entrypoints.command_line.commands.journeys.publishing import journey_files, people, require_known, short, work
from bot.services.publish import Publisher
from bot.settings import Settings

SHOWN = 20
"""Lines of history."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    name = options.journey
    files = journey_files(settings)

    async def doing(publisher: Publisher) -> list[str]:
        async with publisher.store.transaction() as uow:
            await require_known(uow, settings, name)
            stands = standing(settings, name, files, await uow.journeys.states())
            versions = await uow.journeys.versions(name)
            census = await uow.journeys.census(name)
            passages = await uow.passages.of(name)
            history = await uow.journeys.history(name, SHOWN)
        return [
            f"{name}: {stands}",
            *_where(census, versions),
            *_outcomes(census),
            *_ways(passages),
            *_history(history),
        ]

    for line in work(settings, doing):
        print(line)
    return 0


def _where(census: Census, versions: Sequence[Version]) -> Iterator[str]:
    drained = {one.version for one in versions if one.drained}
    yield f"waiting: {people(sum(group.people for group in census.resting))}"
    for version in dict.fromkeys(group.version for group in census.resting):
        yield f"  version {short(version)}" + (", which they finish" if version in drained else "")
        for group in census.resting:
            if group.version == version:
                yield f'    {people(group.people)} at "{group.step}"' + ("" if group.begun else ", not begun")


def _outcomes(census: Census) -> Iterator[str]:
    yield f"done: {people(census.done)}"
    if census.held_out:
        yield f"held out: {people(census.held_out)}"
    if census.goals:
        yield f"reached the goal: {people(census.goals)}"
    if census.parked:
        yield f"parked: {people(sum(census.parked.values()))}"
    for reason, count in sorted(census.parked.items(), key=lambda one: (-one[1], one[0])):
        yield f"  {people(count)}: {reason}"


def _ways(passages: Sequence[Passage]) -> Iterator[str]:
    """How often people went from step to step."""
    for version in dict.fromkeys(one.version for one in passages):
        yield f"ways through version {short(version)}:"
        for one in passages:
            if one.version == version:
                source = "enter" if one.source == ENTRANCE else f'"{one.source}"'
                by = ", moved by publishing" if one.moved else ""
                yield f'  {one.times:,} from {source} to "{one.target}"{by}'


def _history(history: Sequence[JourneyChange]) -> Iterator[str]:
    if history:
        yield "history:"
    for change in history:
        version = "" if change.version is None else f" {short(change.version)}"
        yield f"  {change.at:%Y-%m-%d %H:%M} UTC  {change.what}{version} by {change.who}, {people(change.people)}"
