"""`overture slack manifest`: the manifest from which Slack makes the app, with our own address in it."""

from __future__ import annotations

import argparse
import json

from bot.entrypoints.wiring.connectors import connector_module
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    made = connector_module("slack").manifest(
        settings.public_url,
        socket_mode=options.socket_mode,
        oauth=options.oauth,
        organisation=options.organisation,
    )
    print(json.dumps(made, indent=2))
    return 0
