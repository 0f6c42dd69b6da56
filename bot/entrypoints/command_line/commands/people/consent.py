"""`overture people consent`: the proof of what a person consented to, as JSON."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from bot.entrypoints.command_line.commands.people.export import give
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever
from bot.entrypoints.command_line.commands.segments.reading import now_of, read
from bot.ports import UnitOfWork
from bot.services.give_data import consent_proof
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def reading(uow: UnitOfWork) -> Mapping[str, Any]:
        person, now = await named(uow, options.person), now_of(settings)
        await note(uow, "consent_proved", person, whoever(), now)
        return await consent_proof(uow, person, now)

    give(read(settings, reading), options.out)
    return 0
