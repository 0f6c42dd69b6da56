"""`overture score check`: whether a scorecard is in force, and how far people have changed since it was learnt."""

from __future__ import annotations

import argparse

from bot.domain.errors import SettingsError
from bot.domain.statistics import DRIFTED, DRIFTING
from bot.entrypoints.cli import FAULTY
from bot.entrypoints.commands.segments.reading import contents_of, now_of, read
from bot.services.measure_drift import LEAST_PEOPLE, drift
from bot.settings import Settings


def run(settings: Settings, _options: argparse.Namespace) -> int:
    """Its status is 1 where something has drifted so far that the scorecard should be learnt anew."""
    card, now = contents_of(settings).scorecard, now_of(settings)
    if card is None:
        raise SettingsError("there is no scorecard yet. overture score train learns one; docs/scores.md says how.")
    print(f"Learnt on {card.trained_on.isoformat()}. {card.why[:1].upper()}{card.why[1:]}")
    found = read(settings, lambda uow: drift(uow, card, now))
    for name, index in sorted(found.items(), key=lambda one: -one[1]):
        print(f"  {name}: population stability index {index:.3f}, {told(index)}")
    if not found and card.characteristics:
        print(f"There are fewer than {LEAST_PEOPLE} people: too few to tell whether they have changed.")
    if any(index > DRIFTED for index in found.values()):
        print("People are no longer as they were. overture score train learns anew.")
        return FAULTY
    return 0


def told(index: float) -> str:
    return "much has changed" if index > DRIFTED else "some has changed" if index > DRIFTING else "as it was"
