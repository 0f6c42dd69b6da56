"""`overture journeys list`: each journey, how it stands, and how many people are inside."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from bot.domain.journey import Journey
from bot.domain.publishing import InForce
from bot.entrypoints.command_line.commands.journeys.publishing import journey_files, people, short, work
from bot.services.publish import Publisher
from bot.settings import Settings


def run(settings: Settings, _options: argparse.Namespace) -> int:
    files = journey_files(settings)

    async def doing(publisher: Publisher) -> list[str]:
        async with publisher.store.transaction() as uow:
            states = await uow.journeys.states()
            lines = []
            for name in sorted({*files, *states, *await uow.journeys.names()}):
                census = await uow.journeys.census(name)
                inside = sum(group.people for group in census.resting)
                parked = f", {sum(census.parked.values())} parked" if census.parked else ""
                lines.append(f"{name}: {standing(settings, name, files, states)}; {people(inside)} inside{parked}")
            return lines

    for line in work(settings, doing) or [
        "There are no journeys. Write journeys/<id>.yml; journeys/README.md says how."
    ]:
        print(line)
    return 0


def standing(settings: Settings, name: str, files: Mapping[str, Journey], states: Mapping[str, InForce]) -> str:
    """How the journey stands, and by which version; and whether its file says something else."""
    state, file = states.get(name), files.get(name)
    published = state.version if state is not None else None
    at_once = settings.publishing == "at_once"
    version = file.version if at_once and file is not None else None if at_once else published
    if version is None:
        return "its file is gone" if file is None else "not published"
    edited = file is not None and file.version != version
    running = "running" if state is None else state.running.value
    return f"{running}, version {short(version)}" + (
        f"; the file says {short(file.version)}" if edited and file else ""
    )
