"""How a scorecard treats groups of people, as fairlearn measures it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.likelihood import Scorecard
from bot.domain.statistics import Interval, auc, wilson
from bot.journeys.closed_leads import Example
from bot.journeys.scorecard_training import points_of

LEAST_PEOPLE = 20
"""A smaller group is not reported: chance says more of it than the scorecard, and it may be one person."""

FIRST = 0.2
"""The share of likeliest people who count as `first`: those whom sales would call."""


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


@dataclass(frozen=True, slots=True)
class Fairness:
    """The figures of each group, the largest first, and how far apart they are; None where there is nothing to compare.

    `parity` is the difference of the shares among the first (demographic parity), `opportunity` that of those who were
    won (equal opportunity).
    """

    groups: Sequence[GroupFigures]
    parity: float | None = None
    opportunity: float | None = None


def fairness(card: Scorecard, group: str, examples: Sequence[Example]) -> Fairness:
    """By each value of the attribute that enough people have."""
    from fairlearn.metrics import (
        MetricFrame,
        count,
        demographic_parity_difference,
        equal_opportunity_difference,
        selection_rate,
        true_positive_rate,
    )

    values = np.array([one.groups.get(group, "") for one in examples], dtype=object)
    sizes = Counter(values)
    told = np.array([sizes[one] >= LEAST_PEOPLE for one in values], dtype=bool)
    if not told.any() or not card.characteristics:
        return Fairness(())
    chances = np.array([card.percent(int(one)) for one in points_of(card.characteristics, examples)]) / 100
    least = sorted(chances, reverse=True)[max(round(len(chances) * FIRST) - 1, 0)]
    won = np.array([one.won for one in examples], dtype=int)
    first = (chances >= least).astype(int)
    metrics = {"people": count, "first": selection_rate, "first_of_won": true_positive_rate, "won": _base_rate}
    frame = MetricFrame(metrics=metrics, y_true=won[told], y_pred=first[told], sensitive_features=values[told])
    groups = []
    for value, row in frame.by_group.to_dict("index").items():
        theirs, people = values == value, int(row["people"])
        came = won[theirs].tolist()
        among_first, share = _interval(row["first"], people), _interval(row["won"], people)
        if among_first is not None and share is not None:
            of_won = _interval(row["first_of_won"], sum(came))
            foretold, order = float(chances[theirs].mean()), auc(chances[theirs].tolist(), came)
            groups.append(GroupFigures(value, people, among_first, of_won, foretold, share, order))
    groups.sort(key=lambda one: (-one.people, one.value))
    any_won = np.array([sizes[one] >= LEAST_PEOPLE and won[values == one].any() for one in values], dtype=bool)
    return Fairness(
        groups,
        _apart(demographic_parity_difference, won, first, values, told),
        _apart(equal_opportunity_difference, won, first, values, any_won),
    )


def _base_rate(came: Any, _first: Any) -> float:
    return float(came.mean())


def _interval(rate: float, of: int) -> Interval | None:
    return wilson(round(rate * of), of) if of else None


def _apart(difference: Any, won: Any, first: Any, values: Any, told: Any) -> float | None:
    """Between the groups that are told; None where there are not two."""
    if len(set(values[told])) < 2:
        return None
    return float(difference(won[told], first[told], sensitive_features=values[told]))
