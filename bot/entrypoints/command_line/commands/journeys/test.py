"""`overture journeys test`: hold the time-travel tests of `journeys/tests/` against the journeys."""

from __future__ import annotations

import argparse
from time import perf_counter

from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.journeys.trying import Trying, tests_in, trying
from bot.journeys.time_travel import JourneyTest, hold_test
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    path = options.path or settings.journeys_folder / "tests"
    if not path.exists():
        raise SettingsError(f"there is no {path}. Name a file or folder of journey tests: overture journeys test PATH.")
    at_hand = trying(settings)
    tests = tests_in(path, at_hand)
    if not tests:
        raise SettingsError(f"there are no tests in {path}. Write some as journeys/README.md shows, or name another.")
    return 0 if hold_all(tests, at_hand) else 1


def hold_all(tests: list[JourneyTest], at_hand: Trying) -> bool:
    """Hold each test and tell of those that fail; whether all passed."""
    begun = perf_counter()
    found = [hold_test(test, at_hand.world) for test in tests]
    took = 1000 * (perf_counter() - begun)
    failed = [fault for fault in found if fault is not None]
    for fault in failed:
        print(fault)
    print(f"{len(tests) - len(failed)} of {len(tests)} journey tests passed, in {took:.0f} ms.")
    return not failed
