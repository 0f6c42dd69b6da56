"""`overture backup`: everything that is kept, in one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.entrypoints.command_line.backup import back_up
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    target: Path = options.file
    back_up(settings, target)
    print(f"{target}: {_size(target.stat().st_size)}. It has personal data and your secret in it.")
    return 0


def _size(written: int) -> str:
    return f"{written / 1e6:,.1f} MB" if written >= 1e6 else f"{written / 1e3:,.0f} kB"
