"""`overture restore`: what a backup has, put back."""

from __future__ import annotations

import argparse

from bot.entrypoints.command_line.backup import restore
from bot.services.fetch_files import FOLDER as MEDIA
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    restored = restore(settings, options.file, over=options.over)
    print(f"restored as it was on {restored.made_at:%Y-%m-%d %H:%M} UTC.")
    if files := restored.files_after_it:
        print(
            f"Files in {settings.data / MEDIA} that are not in the backup: {files:,}. Nothing says any more whose they"
        )
        print("are, so that erasing people and retention will not find them: put them elsewhere, or delete them.")
    print("What waited then and has left since leaves again. What to do before a start: docs/fleet.md, Backup.")
    return 0
