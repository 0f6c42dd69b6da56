"""`overture journeys schema`: the JSON Schema of a journey's file, with the names of this content for completion."""

from __future__ import annotations

import argparse
import json

from bot.adapters.content.known_names import known_names
from bot.adapters.content.library import read_contents
from bot.entrypoints.command_line.files import write_whole
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.journeys.json_schema import journey_schema
from bot.journeys.known import Known
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    schema = journey_schema(Known() if options.without_names else names_of(settings))
    text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    if options.out is None:
        print(text, end="")
        return 0
    write_whole(options.out, text)
    print(f"{options.out} is written. Begin a journey with this line, and an editor with a YAML plug-in reads it:")
    print(f"# yaml-language-server: $schema={options.out.resolve().as_posix()}")
    return 0


def names_of(settings: Settings) -> Known:
    """What journeys may refer to; raises ContentError where the content has faults."""
    shelves = shelves_of(settings, channel_names(settings))
    contents = read_contents(shelves)
    known = known_names(shelves, contents.assistant, contents.segments, contents.profile)
    return known.with_journeys(contents.journeys)
