"""Figures about figures, held against published ones and against plain definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.statistics import auc, brier, calibration_error, newcombe, population_stability, wilson

SHARES = st.tuples(st.integers(0, 500), st.integers(1, 500)).map(lambda pair: (min(pair), max(pair)))


def test_wilsons_interval_is_the_published_one() -> None:
    """81 of 263: Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    found = wilson(81, 263)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    nobody = wilson(0, 20)
    assert nobody is not None
    assert (nobody.low, round(nobody.high, 4)) == (0.0, 0.1611)
    assert wilson(0, 0) is None


def test_newcombes_interval_is_the_published_one() -> None:
    """56 of 70 against 48 of 80: Newcombe, Statistics in Medicine 17 (1998), table II, method 10."""
    found = newcombe(56, 70, 48, 80)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)
    assert newcombe(1, 2, 0, 0) is None


@given(SHARES, SHARES)
def test_intervals_hold_what_they_are_of(one: tuple[int, int], other: tuple[int, int]) -> None:
    share, difference = wilson(*one), newcombe(*one, *other)
    assert share is not None
    assert difference is not None
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert -1 - 1e-9 <= difference.low <= difference.value <= difference.high <= 1 + 1e-9
    turned = newcombe(*other, *one)
    assert turned is not None
    assert turned.low == pytest.approx(-difference.high)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_auc_is_how_often_a_winner_is_ahead(people: list[tuple[int, bool]]) -> None:
    won = [score for score, is_won in people if is_won]
    lost = [score for score, is_won in people if not is_won]
    found = auc([score for score, _ in people], [is_won for _, is_won in people])
    if not won or not lost:
        assert found is None
    else:
        ahead = sum((one > other) + (one == other) / 2 for one in won for other in lost)
        assert found == pytest.approx(ahead / (len(won) * len(lost)))


def test_calibration_is_perfect_where_shares_are_as_foretold() -> None:
    chances = [0.2] * 10 + [0.8] * 10
    won = [True] * 2 + [False] * 8 + [True] * 8 + [False] * 2
    assert calibration_error(chances, won) == pytest.approx(0)
    assert calibration_error([0.9] * 10, [False] * 10) == pytest.approx(0.9)
    assert brier([1.0, 0.0], [True, False]) == 0


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_a_calibration_error_is_at_least_how_far_the_mean_is_off_and_at_most_all(
    people: list[tuple[float, bool]],
) -> None:
    chances, won = [chance for chance, _ in people], [is_won for _, is_won in people]
    off = abs(sum(chances) - sum(won)) / len(people)
    assert off - 1e-9 <= calibration_error(chances, won) <= 1 + 1e-9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_nothing_drifts_from_itself(shares: list[float]) -> None:
    assert population_stability(shares, shares) == 0
    assert population_stability(shares, shares[::-1]) >= 0
