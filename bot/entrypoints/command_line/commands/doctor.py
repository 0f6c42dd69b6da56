"""`overture doctor`: is everything there that a service needs, and what is to be done where not."""

from __future__ import annotations

import argparse
import asyncio

from bot.entrypoints.command_line.doctor import examine
from bot.settings import Settings

MARKS = {"well": "  ", "doubtful": "? ", "ill": "! "}


def run(settings: Settings, _options: argparse.Namespace) -> int:
    return asyncio.run(_tell(settings))


async def _tell(settings: Settings) -> int:
    """1 where something is ill: then a service would not start, or not do its work."""
    ill = 0
    async for finding in examine(settings):
        print(f"{MARKS[finding.state]}{finding.what}" + (f"\n    {finding.advice}" if finding.advice else ""))
        ill += finding.state == "ill"
    return 1 if ill else 0
