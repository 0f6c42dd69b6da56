"""`overture journeys validate`: every fault of the journeys, or of one file of them, and of their tests."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.adapters.content.content_files import YAML
from bot.domain.errors import ContentError, Fault, SettingsError
from bot.entrypoints.command_line.commands.journeys.trying import tests_in, trying
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    only: Path | None = options.path
    if only is not None:
        _require_content(only, settings.journeys_folder)
    try:
        at_hand = trying(settings)
        tests = tests_in(settings.journeys_folder / "tests", at_hand)
    except ContentError as error:
        found = [fault for fault in error.faults if only is None or _is_of(fault, only)]
        if found:
            raise ContentError(found) from error
        print(f"No faults in {only}. Other files have {len(error.faults)}: overture validate.")
        return 0
    for warning in at_hand.contents.warnings:
        if _is_of_journeys(warning, settings.journeys_folder) and (only is None or _is_of(warning, only)):
            print(f"warning: {warning}", file=sys.stderr)
    journeys, segments = at_hand.contents.journeys, at_hand.contents.segments
    counts = ((len(journeys), "journey"), (len(segments), "segment"), (len(tests), "journey test"))
    print("No faults: " + ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for count, what in counts) + ".")
    return 0


def _require_content(path: Path, folder: Path) -> None:
    if not path.is_file():
        raise SettingsError(f"there is no file {path}. Name a file in {folder}.")
    if path.suffix not in YAML or not path.resolve().is_relative_to(folder.resolve()):
        raise SettingsError(f"{path} is not read: journeys are the .yml files in {folder}. Name one of them.")


def _is_of_journeys(fault: Fault, folder: Path) -> bool:
    return Path(fault.place.path).resolve().is_relative_to(folder.resolve())


def _is_of(fault: Fault, path: Path) -> bool:
    return Path(fault.place.path).resolve() == path.resolve()
