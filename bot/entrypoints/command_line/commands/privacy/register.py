"""`overture privacy register`: the register of processing, from what is set up here, as Markdown or JSON."""

from __future__ import annotations

import argparse
import json

from bot.entrypoints.command_line.commands.segments.reading import contents_of, now_of
from bot.entrypoints.command_line.files import write_whole
from bot.entrypoints.command_line.processing_register import as_markdown, register
from bot.settings import Settings, connector_values


def run(settings: Settings, options: argparse.Namespace) -> int:
    told = register(settings, contents_of(settings), connector_values(), now_of(settings))
    text = json.dumps(told, indent=2, ensure_ascii=False) if options.json else as_markdown(told)
    if options.out is None:
        print(text)
    else:
        write_whole(options.out, f"{text}\n")
        print(f"written: {options.out}")
    return 0
