"""`overture openapi`: the OpenAPI document of the HTTP API, as JSON."""

from __future__ import annotations

import argparse
import json

from bot.entrypoints.api.openapi import document
from bot.settings import Settings


def run(settings: Settings, _options: argparse.Namespace) -> int:
    print(json.dumps(document(settings.service_url), indent=2, ensure_ascii=False))
    return 0
