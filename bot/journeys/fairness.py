"""How a scorecard treats groups of people: plain counts and shares, which need no library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.likelihood import Scorecard
from bot.domain.statistics import Interval, auc, wilson
from bot.journeys.closed_leads import Example
from bot.journeys.scorecard_training import points_of

LEAST_PEOPLE = 20
"""A smaller group is not told: chance says more of it than the scorecard, and it may be one person."""

FIRST = 0.2
"""Who is `first` is among so many of the likeliest: those whom sales would call."""


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Of one group: how many are among the first, of all and of those who were won; what was foretold and what came."""

    value: str
    people: int
    first: Interval
    first_of_won: Interval | None
    foretold: float
    won: Interval
    auc: float | None


def by_group(card: Scorecard, group: str, examples: Sequence[Example]) -> list[GroupFigures]:
    """The figures of each value of the attribute, the largest group first."""
    if not examples or not card.characteristics:
        return []
    chances = [card.percent(int(one)) / 100 for one in points_of(card.characteristics, examples)]
    least = sorted(chances, reverse=True)[max(round(len(chances) * FIRST) - 1, 0)]
    members: dict[str, list[int]] = {}
    for number, one in enumerate(examples):
        members.setdefault(one.groups.get(group, ""), []).append(number)
    found = []
    for value, numbers in members.items():
        won = [examples[one].won for one in numbers]
        theirs = [chances[one] for one in numbers]
        first, share = wilson(sum(one >= least for one in theirs), len(theirs)), wilson(sum(won), len(won))
        if len(numbers) < LEAST_PEOPLE or first is None or share is None:
            continue
        first_of_won = wilson(sum(one >= least for one, is_won in zip(theirs, won, strict=True) if is_won), sum(won))
        mean = sum(theirs) / len(theirs)
        found.append(GroupFigures(value, len(numbers), first, first_of_won, mean, share, auc(theirs, won)))
    return sorted(found, key=lambda one: (-one.people, one.value))
