"""`overture score check`: whether scorecards are in force, and how far people have changed since they were learnt."""

from __future__ import annotations

import argparse
from datetime import datetime

from bot.domain.errors import SettingsError
from bot.domain.likelihood import WORDINGS, DriftBounds, Scorecard
from bot.entrypoints.command_line.cli import FAULTY
from bot.entrypoints.command_line.commands.segments.reading import contents_of, now_of, read
from bot.services.measure_drift import LEAST_PEOPLE, drift
from bot.settings import Settings


def run(settings: Settings, _options: argparse.Namespace) -> int:
    """Its status is 1 where something has drifted so far that a scorecard should be learnt anew."""
    contents, now = contents_of(settings), now_of(settings)
    if not contents.scorecards:
        raise SettingsError("there is no scorecard yet. overture score train learns one; docs/scores.md says how.")
    drifted = [_check(settings, card, contents.drift_bounds(card), now) for card in contents.scorecards]
    return FAULTY if any(drifted) else 0


def _check(settings: Settings, card: Scorecard, bounds: DriftBounds, now: datetime) -> bool:
    """Whether it has drifted."""
    print(f"{WORDINGS[card.predicts].title}: learnt on {card.trained_on.isoformat()}.")
    print(f"{card.why[:1].upper()}{card.why[1:]}")
    found = read(settings, lambda uow: drift(uow, card, now))
    for name, index in sorted(found.items(), key=lambda one: -one[1]):
        print(f"  {name}: population stability index {index:.3f}, {told(index, bounds)}")
    if not found and card.characteristics:
        print(f"There are fewer than {LEAST_PEOPLE} people: too few to tell whether they have changed.")
    drifted = any(index > bounds.much for index in found.values())
    if drifted:
        predict = "" if card.predicts == "likelihood" else f" --predict {card.predicts}"
        print(f"People are no longer as they were. overture score train{predict} learns anew.")
    return drifted


def told(index: float, bounds: DriftBounds) -> str:
    return "much has changed" if index > bounds.much else "some has changed" if index > bounds.some else "as it was"
