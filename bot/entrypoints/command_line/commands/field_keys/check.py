"""`overture field-keys check`: how much of each column is sealed, and with which key."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from bot.adapters.database.resealing import Sealed
from bot.entrypoints.command_line.cli import FAULTY
from bot.entrypoints.command_line.commands.field_keys.working import opened
from bot.settings import Settings


def run(settings: Settings, _options: argparse.Namespace) -> int:
    first, found = asyncio.run(_counts(settings))
    for one in found:
        print(_line(one, first))
    if left := sum(one.left(first) for one in found):
        print(f"{left:,} fields are not sealed with {first}: overture field-keys rotate")
    return FAULTY if left else 0


async def _counts(settings: Settings) -> tuple[str, Sequence[Sealed]]:
    async with opened(settings) as (resealing, keys):
        return keys.first, await resealing.counts()


def _line(column: Sealed, first: str) -> str:
    counts = [f"{rows:,} with {key}" for key, rows in column.by_key.items() if rows or key == first]
    counts += [f"{column.readable:,} readable"] if column.readable else []
    return f"{column.column:30} {', '.join(counts)}"
