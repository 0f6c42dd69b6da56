"""`overture field-keys off`: the database as it is without field keys."""

from __future__ import annotations

import argparse
import asyncio

from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.field_keys.working import follow, note, opened, standstill
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    if not options.service_stopped:
        raise SettingsError(
            "a service would look for addresses by their blind indexes while those go. Stop every process that uses "
            "this database, then: overture field-keys off --service-stopped"
        )
    fields = asyncio.run(_open_all(settings))
    print(f"{fields:,} fields were looked at; nothing is sealed any more. Take the field keys out of the settings.")
    return 0


async def _open_all(settings: Settings) -> int:
    async with opened(settings) as (resealing, keys), standstill(settings):
        fields = await follow(resealing.open_all())
    await note(settings, "off", keys.first)
    return fields
