"""Figures that say how far to trust other figures: intervals of shares, the order of scores, calibration, drift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

Z_95 = 1.959963984540054
"""Standard deviations of a normal distribution within which 95% lie."""

LEAST_SHARE = 1e-4
"""Shares are taken to be at least this where they are divided by, so that an empty bin is no infinite drift."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and between what it lies with 95% confidence."""

    value: float
    low: float
    high: float


def wilson(successes: int, of: int) -> Interval | None:
    """A share with Wilson's score interval (E. B. Wilson, JASA 22, 1927); None of nobody."""
    if of <= 0:
        return None
    share = successes / of
    spread = Z_95 * Z_95 / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z_95 * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    low = middle - half if successes else 0.0
    high = middle + half if successes < of else 1.0
    return Interval(share, max(low, 0.0), min(high, 1.0))


def newcombe(successes: int, of: int, other_successes: int, of_others: int) -> Interval | None:
    """By how much the first share is larger, with Newcombe's hybrid score interval (R. G. Newcombe, Statistics in
    Medicine 17, 1998, method 10); None where either is a share of nobody."""
    one, other = wilson(successes, of), wilson(other_successes, of_others)
    if one is None or other is None:
        return None
    difference = one.value - other.value
    low = difference - sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    high = difference + sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Interval(difference, low, high)


def auc(scores: Sequence[float], won: Sequence[bool]) -> float | None:
    """How often one who was won has the higher score than one who was lost, a tie counting half; None without both."""
    winners = sum(won)
    losers = len(won) - winners
    if not winners or not losers:
        return None
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks, start = 0.0, 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        ranks += (start + 1 + end) / 2 * sum(won[place] for place in order[start:end])
        start = end
    return (ranks - winners * (winners + 1) / 2) / (winners * losers)


def brier(chances: Sequence[float], won: Sequence[bool]) -> float:
    """The mean square of how far each chance was from what came."""
    return sum((chance - came) ** 2 for chance, came in zip(chances, won, strict=True)) / max(len(won), 1)


def calibration_error(chances: Sequence[float], won: Sequence[bool], *, bins: int = 10) -> float:
    """How far chances are from shares, on average over bins of as many people each (expected calibration error).

    People of one chance stay in one bin: they cannot be told apart.
    """
    order = sorted(range(len(chances)), key=chances.__getitem__)
    gap, start = 0.0, 0
    while start < len(order):
        bin_ = start * bins // len(order)
        end = max(start + 1, -(-(bin_ + 1) * len(order) // bins))
        while end < len(order) and chances[order[end]] == chances[order[end - 1]]:
            end += 1
        gap += abs(sum(chances[one] - won[one] for one in order[start:end]))
        start = end
    return gap / max(len(order), 1)


def population_stability(before: Sequence[float], now: Sequence[float]) -> float:
    """The population stability index of two sets of shares; 0 where nothing has changed."""
    pairs = [(max(one, LEAST_SHARE), max(other, LEAST_SHARE)) for one, other in zip(before, now, strict=True)]
    return sum((other - one) * log(other / one) for one, other in pairs)
