"""`overture train`: a model of the content as it is now."""

from __future__ import annotations

import argparse
import sys
from time import perf_counter

from bot.adapters.library import read_contents, train_contents
from bot.entrypoints.connectors import channel_names, shelves_of
from bot.settings import Settings


def run(settings: Settings, _options: argparse.Namespace) -> int:
    shelves = shelves_of(settings, channel_names(settings))
    steps: list[str] = []

    def tell(step: str) -> None:
        steps.append(step)
        print(step)

    began = perf_counter()
    contents = read_contents(shelves)
    for warning in contents.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    model = train_contents(shelves, contents, tell)
    if steps:
        print(f"trained in {perf_counter() - began:.1f} s: {model}")
    else:
        print(f"nothing to train: {model} is of this content")
    return 0
