"""Learns a scorecard from closed leads, and measures it on those that were closed last: they are foretold as the
service would have, from what was known before. It is put in force only where that is better than the score rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import log
from typing import Any

import numpy as np

from bot.domain.likelihood import POINTS_TO_DOUBLE, WORDINGS, Bin, Characteristic, Predicts, Rung, Scorecard, Wording
from bot.domain.statistics import Interval, auc, brier, calibration_error
from bot.journeys.binning import bins_of
from bot.journeys.closed_leads import Example

BETTER_BY = 0.03
MOST_CALIBRATION_ERROR = 0.05
LEAST_OF_EACH = 30
"""So many won and as many lost in each part, or nothing is learnt."""

ISOTONIC_FROM = 1_000
"""With fewer leads to calibrate by, a curve of two parameters (Platt's) says more than steps (isotonic)."""

TELLS_ALL = 0.95
"""What alone tells won from lost as well as this is most likely written down after the close."""

MOST_BINS, LEAST_IN_A_BIN = 10, 100
"""Calibration is judged in bins of so many leads: in smaller ones chance alone looks like an error of 0.05."""

STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0)
RESAMPLES = 300
SHUFFLES = 20


@dataclass(frozen=True, slots=True)
class Parts:
    """Learnt from, calibrated by, judged on: one after the other in time, with nobody whose time overlaps two."""

    learning: Sequence[Example]
    calibrating: Sequence[Example]
    judging: Sequence[Example]

    @property
    def all(self) -> tuple[Sequence[Example], ...]:
        return self.learning, self.calibrating, self.judging


@dataclass(frozen=True, slots=True)
class Judgement:
    """How good the scorecard is on the leads that were closed last, beside the score rules."""

    auc: Interval
    rules: Interval
    better_by: Interval
    brier: float
    calibration: Interval
    best_tenth: float
    importance: tuple[tuple[str, float], ...]
    calibrated_by: str


@dataclass(frozen=True, slots=True)
class Learnt:
    """`card` is off where `judgement` is not good enough, or there is none. `left_out` gives the reason of each."""

    card: Scorecard
    parts: Parts
    judgement: Judgement | None
    left_out: tuple[tuple[str, str], ...] = ()


def split_by_time(examples: Sequence[Example]) -> Parts:
    """The first half of the closes, the next quarter, the last quarter; `examples` are in their order."""
    if not examples:
        return Parts((), (), ())
    second, third = examples[len(examples) // 2].closed_at, examples[len(examples) * 3 // 4].closed_at
    return Parts(
        [one for one in examples if one.closed_at < second],
        [one for one in examples if second <= one.cut and one.closed_at < third],
        [one for one in examples if third <= one.cut],
    )


def learn_scorecard(
    examples: Sequence[Example],
    binning: Callable[[Sequence[Example]], tuple[Characteristic, ...]],
    today: date,
    predicts: Predicts = "likelihood",
) -> Learnt:
    """`examples` in the order of their closes; `binning` makes bins of what may be learnt from."""
    parts = split_by_time(examples)
    words = WORDINGS[predicts]
    if (few := _too_few(parts, words)) is not None:
        return Learnt(Scorecard(today, False, few, (Rung(0, 0),), (), predicts), parts, None)
    kept, left_out = _without_tell_tales(binning(parts.learning), parts.learning, words)
    if not kept:
        why = f"nothing that may be learnt from is known of enough {words.who}s."
        return Learnt(Scorecard(today, False, why, (Rung(0, 0),), (), predicts), parts, None, left_out)
    weighed = _with_points(kept, parts.learning)
    ladder, calibrated_by = _ladder(weighed, parts.calibrating)
    card = Scorecard(today, False, "", ladder, weighed, predicts)
    judgement = _judge(card, parts.judging, calibrated_by)
    is_on, why = _verdict(judgement, words)
    return Learnt(replace(card, is_on=is_on, why=why), parts, judgement, left_out)


def points_of(characteristics: Sequence[Characteristic], examples: Sequence[Example]) -> Any:
    """The points of each example, as an array."""
    return sum((_points(one, bins_of(one, examples)) for one in characteristics), np.zeros(len(examples), dtype=int))


def _points(characteristic: Characteristic, bins: Sequence[int]) -> Any:
    return np.array([0, *(one.points for one in characteristic.bins)])[np.asarray(bins, dtype=int)]


def _too_few(parts: Parts, words: Wording) -> str | None:
    names = ("to learn from", "to calibrate by", "to judge by")
    for name, part in zip(names, parts.all, strict=True):
        won = sum(one.won for one in part)
        if min(won, len(part) - won) < LEAST_OF_EACH:
            return (
                f"too few closed {words.who}s {name}: {won} {words.came} and {len(part) - won} {words.otherwise}, "
                f"where at least {LEAST_OF_EACH} of each are needed. The score rules stay alone."
            )
    return None


def _without_tell_tales(
    characteristics: Sequence[Characteristic], examples: Sequence[Example], words: Wording
) -> tuple[list[Characteristic], tuple[tuple[str, str], ...]]:
    """Without those that alone tell who was won: what knows the end was written down after it."""
    won = np.array([one.won for one in examples])
    kept, left_out = [], []
    for each in characteristics:
        bins = np.array(bins_of(each, examples))
        shares = [won[bins == number].mean() if (bins == number).any() else 0 for number in range(len(each.bins) + 1)]
        alone = auc([float(shares[number]) for number in bins], won.tolist()) or 0.5
        if alone >= TELLS_ALL:
            apart = f"alone it tells {words.came} from {words.otherwise} (AUC {alone:.2f})"
            why = f"{apart}: most likely it is written down after the close"
            left_out.append((each.name, why))
        else:
            kept.append(each)
    return kept, tuple(left_out)


def _with_points(characteristics: Sequence[Characteristic], examples: Sequence[Example]) -> tuple[Characteristic, ...]:
    """Logistic regression over the bins, its coefficients in points; as strongly held back as foretells later leads
    best."""
    columns = np.hstack([_one_hot(one, examples) for one in characteristics])
    won = np.array([one.won for one in examples])
    earlier = int(len(examples) * 0.7)
    strength = min(STRENGTHS, key=lambda one: _loss(columns, won, earlier, one))
    points = iter(np.rint(_fitted(columns, won, strength).coef_[0] * POINTS_TO_DOUBLE / log(2)).astype(int).tolist())
    return tuple(
        Characteristic(each.name, tuple(Bin(one.condition, next(points), one.words) for one in each.bins))
        for each in characteristics
    )


def _one_hot(characteristic: Characteristic, examples: Sequence[Example]) -> Any:
    bins = np.array(bins_of(characteristic, examples))
    return (bins[:, None] == np.arange(1, len(characteristic.bins) + 1)).astype(float)


def _fitted(columns: Any, won: Any, strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=1_000).fit(columns, won)


def _loss(columns: Any, won: Any, earlier: int, strength: float) -> float:
    if len(set(won[:earlier].tolist())) < 2:
        return 0.0
    chances = _fitted(columns[:earlier], won[:earlier], strength).predict_proba(columns[earlier:])[:, 1]
    return float(-np.log(np.where(won[earlier:], chances, 1 - chances)).mean())


def _ladder(characteristics: Sequence[Characteristic], examples: Sequence[Example]) -> tuple[tuple[Rung, ...], str]:
    """Which points are how many per cent, by leads that the points were not learnt from."""
    points, won = points_of(characteristics, examples), np.array([one.won for one in examples])
    lowest = sum(min(0, *(one.points for one in each.bins)) for each in characteristics)
    highest = sum(max(0, *(one.points for one in each.bins)) for each in characteristics)
    steps = np.arange(lowest, highest + 1)
    if len(examples) >= ISOTONIC_FROM:
        chances, name = _isotonic(points, won, steps), "isotonic regression"
    else:
        chances, name = _platt(points, won, steps), "Platt's method"
    percents = np.clip(np.rint(100 * chances), 1, 99).astype(int).tolist()
    rungs: list[Rung] = []
    for at, percent in zip(steps.tolist(), percents, strict=True):
        if not rungs or percent > rungs[-1].percent:
            rungs.append(Rung(at, percent))
    return tuple(rungs), name


def _isotonic(points: Any, won: Any, steps: Any) -> Any:
    from sklearn.isotonic import IsotonicRegression

    return IsotonicRegression(out_of_bounds="clip").fit(points, won.astype(float)).predict(steps)


def _platt(points: Any, won: Any, steps: Any) -> Any:
    curve = _fitted(points[:, None] / POINTS_TO_DOUBLE, won, strength=100.0)
    if curve.coef_[0][0] <= 0:  # more points, less often won: all that is left to say is how often anybody is
        return np.full(len(steps), won.mean())
    return curve.predict_proba(steps[:, None] / POINTS_TO_DOUBLE)[:, 1]


# ---------------------------------------------------------------- judging


def _judge(card: Scorecard, examples: Sequence[Example], calibrated_by: str) -> Judgement:
    won = [one.won for one in examples]
    bins = [bins_of(one, examples) for one in card.characteristics]
    chances = _chances(card, bins)
    rules = [float(one.rules) for one in examples]
    figures = _resampled(chances, rules, won)
    best = sorted(range(len(won)), key=lambda one: -chances[one])[: max(len(won) // 10, 1)]
    return Judgement(
        auc=figures[0],
        rules=figures[1],
        better_by=figures[2],
        brier=brier(chances, won),
        calibration=figures[3],
        best_tenth=sum(won[one] for one in best) / len(best) / (sum(won) / len(won)),
        importance=_importance(card, bins, won),
        calibrated_by=calibrated_by,
    )


def _chances(card: Scorecard, bins: Sequence[Sequence[int]]) -> list[float]:
    points = sum((_points(one, each) for one, each in zip(card.characteristics, bins, strict=True)))
    return [card.percent(int(one)) / 100 for one in np.asarray(points)]


def _resampled(chances: Sequence[float], rules: Sequence[float], won: Sequence[bool]) -> list[Interval]:
    """AUC, that of the rules, their difference, the calibration error; 95% of resamples (bootstrap) lie between."""
    random = np.random.default_rng(0)
    columns = np.array([chances, rules, won], dtype=float)
    drawn = [_figures(columns)]
    while len(drawn) <= RESAMPLES:
        picked = columns[:, random.integers(0, len(won), len(won))]
        if 0 < picked[2].sum() < len(won):
            drawn.append(_figures(picked))
    found = np.array(drawn)
    low, high = np.quantile(found[1:], (0.025, 0.975), axis=0)
    return [Interval(*map(float, one)) for one in zip(found[0], low, high, strict=True)]


def _figures(columns: Any) -> tuple[float, float, float, float]:
    won = [bool(one) for one in columns[2]]
    ours, theirs = auc(columns[0].tolist(), won) or 0.0, auc(columns[1].tolist(), won) or 0.0
    return (
        ours,
        theirs,
        ours - theirs,
        calibration_error(columns[0].tolist(), won, bins=max(min(MOST_BINS, len(won) // LEAST_IN_A_BIN), 1)),
    )


def _importance(card: Scorecard, bins: Sequence[Sequence[int]], won: Sequence[bool]) -> tuple[tuple[str, float], ...]:
    """By how much the AUC falls where a characteristic is dealt out anew among the leads (permutation importance)."""
    random = np.random.default_rng(0)
    whole = auc(_chances(card, bins), won) or 0.0
    found = []
    for number, each in enumerate(card.characteristics):
        falls = []
        for _ in range(SHUFFLES):
            dealt = [*bins]
            dealt[number] = random.permutation(np.asarray(bins[number])).tolist()
            falls.append(whole - (auc(_chances(card, dealt), won) or 0.0))
        found.append((each.name, float(np.mean(falls))))
    return tuple(sorted(found, key=lambda one: -one[1]))


def _verdict(found: Judgement, words: Wording) -> tuple[bool, str]:
    """Whether it is put in force, and why or why not."""
    figures = f"AUC {found.auc.value:.3f} against {found.rules.value:.3f} by the score rules"
    error = f"expected calibration error {found.calibration.value:.3f}"
    wrong = []
    if found.better_by.value < BETTER_BY:
        wrong.append(f"it is not better than the score rules by {BETTER_BY} ({figures})")
    if found.calibration.value > MOST_CALIBRATION_ERROR:
        wrong.append(f"its per cents are too far from what came ({error}, where {MOST_CALIBRATION_ERROR} is allowed)")
    if wrong:
        return False, f"not in force: {' and '.join(wrong)}."
    return True, f"in force: on the {words.who}s that were closed last, {figures}; {error}."


def period(examples: Sequence[Example]) -> tuple[datetime, datetime] | None:
    """From the first close to the last."""
    closes = [one.closed_at for one in examples]
    return (min(closes), max(closes)) if closes else None
