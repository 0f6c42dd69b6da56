"""`overture restore`: what a backup has, put back."""

from __future__ import annotations

import argparse

from bot.entrypoints.backup import restore
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    made = restore(settings, options.file, over=options.over)
    print(f"restored as it was on {made:%Y-%m-%d %H:%M} UTC.")
    print("What waited then and has left since leaves again. What to do before a start: docs/fleet.md, Backup.")
    return 0
