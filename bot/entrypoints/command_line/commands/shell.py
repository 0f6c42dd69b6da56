"""`overture shell`: a conversation in the terminal."""

from __future__ import annotations

import argparse
import asyncio
import logging

from bot.entrypoints.command_line.shell import talk
from bot.entrypoints.serving.logs import set_up_logs
from bot.settings import Settings


def run(settings: Settings, _options: argparse.Namespace) -> int:
    set_up_logs(settings.log, level=logging.WARNING)
    asyncio.run(talk(settings))
    return 0
