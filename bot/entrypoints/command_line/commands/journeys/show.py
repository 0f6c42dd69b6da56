"""`overture journeys show`: one journey as a tree of text."""

from __future__ import annotations

import argparse

from bot.entrypoints.command_line.commands.journeys.trying import trying
from bot.journeys.outline import tree
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    for line in tree(trying(settings).journey(options.journey)):
        print(line)
    return 0
