"""`overture senders list`: which senders are stopped, since when and why."""

from __future__ import annotations

import argparse

from bot.entrypoints.command_line.commands.segments.reading import read
from bot.settings import Settings


def run(settings: Settings, _options: argparse.Namespace) -> int:
    stopped = read(settings, lambda uow: uow.consents.stopped())
    for stop in stopped:
        print(f"{stop.channel}: stopped since {stop.at:%Y-%m-%d %H:%M} UTC: {stop.reason}")
    if not stopped:
        print("No sender is stopped.")
    return 0
