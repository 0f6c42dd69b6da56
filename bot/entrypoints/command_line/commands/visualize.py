"""`overture visualize`: the assistant's rules, stories and forms on one page."""

from __future__ import annotations

import argparse

from bot.adapters.content.library import read_contents
from bot.dialogue.figures import figures_of
from bot.entrypoints.command_line.files import write_whole
from bot.entrypoints.command_line.graph_page import graph_page
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    contents = read_contents(shelves_of(settings, channel_names(settings)))
    figures = figures_of(contents.assistant)
    write_whole(options.out, graph_page(f"The dialogue of {settings.assistant}", figures))
    drawn = len(figures.forms) + len(figures.rules) + len(figures.stories)
    print(f"{drawn} figures are in {options.out}: open it in a browser.")
    return 0
