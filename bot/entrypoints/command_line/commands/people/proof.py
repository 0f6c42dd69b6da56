"""`overture people proof`: what a person consented to and what was decided of each message, as a PDF or JSON."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.people.export import give, give_bytes
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever
from bot.entrypoints.command_line.commands.segments.reading import now_of, read
from bot.ports import UnitOfWork
from bot.services.give_data import consent_proof
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    ending = options.out.suffix.lower()
    if ending not in (".pdf", ".json"):
        raise SettingsError(f"{options.out} is neither a .pdf nor a .json. Name one of them: --out proof.pdf")

    async def reading(uow: UnitOfWork) -> Mapping[str, Any]:
        person, now = await named(uow, options.person), now_of(settings)
        await note(uow, "consent_proved", person, whoever(), now)
        return await consent_proof(uow, person, now)

    told = read(settings, reading)
    if ending == ".json":
        give(told, options.out)
        return 0
    from bot.entrypoints.api.proof_pdf import proof_pdf  # not loaded where nobody asks for it: it takes half a second

    give_bytes(proof_pdf(told, font=options.font), options.out)
    return 0
