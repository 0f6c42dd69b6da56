"""Score: the change log sums to it, and grades read it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ProfileId
from bot.domain.score import Dimension, Score, ScoreChange, total_score

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def change(dimension: Dimension, points: int) -> ScoreChange:
    return ScoreChange(ProfileId("p"), "key", dimension, points, "a reason", "a rule", NOW)


CHANGES = st.lists(st.builds(change, st.sampled_from(["fit", "engagement"]), st.integers(-100, 100)))


@given(CHANGES, CHANGES)
def test_the_log_sums_to_the_score_however_it_is_cut(first: list[ScoreChange], second: list[ScoreChange]) -> None:
    whole, left, right = total_score([*first, *second]), total_score(first), total_score(second)
    assert whole == Score(left.fit + right.fit, left.engagement + right.engagement)
    assert whole.total == sum(one.points for one in (*first, *second))


@pytest.mark.parametrize(
    ("fit", "engagement", "grade"),
    [(40, 30, "A1"), (39, 29, "B2"), (20, 10, "B2"), (19, 9, "C3"), (0, 0, "C3"), (-5, 100, "C1"), (100, -5, "A3")],
)
def test_a_grade_has_a_letter_for_fit_and_a_digit_for_engagement(fit: int, engagement: int, grade: str) -> None:
    assert Score(fit, engagement).grade == grade


@given(st.integers(-200, 200), st.integers(-200, 200), st.integers(0, 50))
def test_more_fit_never_makes_a_worse_grade(fit: int, engagement: int, more: int) -> None:
    assert Score(fit + more, engagement).grade[0] <= Score(fit, engagement).grade[0]
    assert Score(fit, engagement + more).grade[1] <= Score(fit, engagement).grade[1]
