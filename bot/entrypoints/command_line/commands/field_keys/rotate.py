"""`overture field-keys rotate`: everything that is to be sealed, sealed with the first key."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.entrypoints.command_line.cli import FAULTY
from bot.entrypoints.command_line.commands.field_keys.working import follow, note, opened, standstill
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    return asyncio.run(_rotate(settings, is_stopped=options.service_stopped))


async def _rotate(settings: Settings, *, is_stopped: bool) -> int:
    async with opened(settings) as (resealing, keys):
        if is_stopped and await resealing.needs_index():
            async with standstill(settings):
                addresses = await follow(resealing.index())
            print(f"{addresses:,} addresses were looked at, and are sealed: the service may run again.", flush=True)
        rows = await follow(resealing.seal())
        used = await resealing.forget_unused()
    await note(settings, "rotated", keys.first)
    print(f"{rows:,} fields were looked at; what is to be sealed is sealed with {keys.first}.")
    if used:
        print(
            f"Some were sealed with {', '.join(used)} meanwhile: a process has other keys in front. Give it these, "
            "start it anew, and run this again.",
            file=sys.stderr,
        )
        return FAULTY
    if spare := [name for name in keys.by_id if name != keys.first]:
        print(f"Nothing is sealed with {', '.join(spare)} any more: the setting can do without.")
    return 0
