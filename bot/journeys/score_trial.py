"""What a score rule would do to one person, or to all, before it is saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.effects import Emit
from bot.domain.ids import ProfileId
from bot.domain.score import ScoreChange, ScoreRule
from bot.domain.timeline import PersonEvent
from bot.journeys.scoring import Points, points_for_attributes, points_for_event


def tried(
    rule: ScoreRule,
    profile: Mapping[str, Any],
    log: Sequence[ScoreChange],
    happened: Iterable[PersonEvent],
    now: datetime,
) -> list[ScoreChange]:
    """Their change log with this rule.

    One that looks at what is known puts its points right, as it does once it is in force. One of an
    event gives what it would have given for what `happened` to them, the oldest first, had it been in force all along;
    that is more than it will do, for it counts from now on.
    """
    if rule.event is None:
        return [*log, *(_line(one, now) for one in points_for_attributes([rule], profile, log, now))]
    found = [one for one in log if one.rule != rule.id]
    for event in happened:
        given = points_for_event([rule], Emit(event.event, event.data), profile, found, event.at)
        found += [_line(one, event.at) for one in given]
    return found


def reaching(rule: ScoreRule, was: ScoreRule | None, least: int) -> str:
    """The condition that is true of those who would have at least so many points once this rule, of what is known,
    stands in place of what it `was`, and everybody's points are put right."""
    points = f"lead.{rule.dimension}"
    cases = [(f"({rule.condition})", rule.points), (f"not ({rule.condition})", 0)]
    if was is not None:
        cases = [
            (f"{case} and {of_it}", given - taken)
            for case, given in cases
            for of_it, taken in ((f"({was.condition})", was.points), (f"not ({was.condition})", 0))
        ]
    return " or ".join(f"({case} and {points} >= {least - more})" for case, more in cases)


def _line(given: Points, at: datetime) -> ScoreChange:
    rule = given.rule
    return ScoreChange(ProfileId(""), "", rule.dimension, given.points, given.reason, rule.id, at, rule.half_life)
