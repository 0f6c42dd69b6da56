"""`overture validate`: every fault of the content, or what there is."""

from __future__ import annotations

import argparse
import sys

from bot.adapters.library import read_contents
from bot.entrypoints.connectors import channel_names, connector_doubts, shelves_of
from bot.settings import Settings, connector_values


def run(settings: Settings, _options: argparse.Namespace) -> int:
    contents = read_contents(shelves_of(settings, channel_names(settings)))
    assistant = contents.assistant
    for warning in (*contents.warnings, *connector_doubts(settings, connector_values())):
        print(f"warning: {warning}", file=sys.stderr)
    print(
        f"No faults: {len(assistant.intents)} intents, {len(assistant.rules)} rules, {len(assistant.stories)} stories, "
        f"{len(assistant.forms)} forms, {len(assistant.responses)} responses, {len(contents.pages)} knowledge pages, "
        f"{len(contents.journeys)} journeys, {len(contents.segments)} segments, "
        f"{len(contents.score_rules)} score rules."
    )
    return 0
