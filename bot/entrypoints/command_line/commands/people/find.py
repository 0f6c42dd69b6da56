"""`overture people find`: people who have a text in an identity, an attribute or a tag."""

from __future__ import annotations

import argparse

from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.segments.reading import read
from bot.ports import UnitOfWork
from bot.services.know_person import look_for
from bot.settings import Settings

SHOWN = 20


def run(settings: Settings, options: argparse.Namespace) -> int:
    text = options.text.strip()
    if not text:
        raise SettingsError("there is nothing to look for. Write a part of a name, number or address.")

    async def reading(uow: UnitOfWork) -> list[str]:
        found = await look_for(uow, text, region=settings.region, limit=SHOWN + 1)
        lines = []
        for profile_id in found[:SHOWN]:
            identities = await uow.profiles.identities(profile_id)
            lines.append("  ".join([profile_id, *(one.value for one in identities)]))
        return [*lines, "... and more; look for a longer part"] if len(found) > SHOWN else lines

    lines = read(settings, reading)
    print("\n".join(lines) if lines else f'Nobody has "{text}" in an identity, an attribute or a tag.')
    return 0 if lines else 1
