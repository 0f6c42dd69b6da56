"""Score: the change log sums to it, and grades read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ProfileId
from bot.domain.score import USUAL_GRADES, Dimension, Grades, Score, ScoreChange, total_score

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def change(dimension: Dimension, points: int, half_life: int | None = None, days: int = 0) -> ScoreChange:
    at = NOW - timedelta(days=days)
    return ScoreChange(ProfileId("p"), "key", dimension, points, "a reason", "a rule", at, half_life)


CHANGES = st.lists(
    st.builds(
        change,
        st.sampled_from(["fit", "engagement"]),
        st.integers(-100, 100),
        st.none() | st.integers(1, 400),
        st.integers(0, 900),
    )
)


@given(CHANGES, CHANGES, st.integers(0, 900))
def test_the_log_sums_to_the_score_at_any_time_however_it_is_cut(
    first: list[ScoreChange], second: list[ScoreChange], days: int
) -> None:
    now = NOW + timedelta(days=days)
    whole, left, right = (total_score(log, now) for log in ([*first, *second], first, second))
    assert whole == Score(left.fit + right.fit, left.engagement + right.engagement)
    assert whole.total == sum(one.worth(now) for one in (*first, *second))


@pytest.mark.parametrize(
    ("fit", "engagement", "grade"),
    [(40, 30, "A1"), (39, 29, "B2"), (20, 10, "B2"), (19, 9, "C3"), (0, 0, "C3"), (-5, 100, "C1"), (100, -5, "A3")],
)
def test_a_grade_has_a_letter_for_fit_and_a_digit_for_engagement(fit: int, engagement: int, grade: str) -> None:
    assert USUAL_GRADES.of(Score(fit, engagement)) == grade


@pytest.mark.parametrize(
    ("fit", "engagement", "grade"), [(100, 5, "A1"), (99, 4, "B2"), (50, -20, "B2"), (49, -21, "C3")]
)
def test_from_how_many_points_on_is_anybodys_to_say(fit: int, engagement: int, grade: str) -> None:
    assert Grades(100, 50, 5, -20).of(Score(fit, engagement)) == grade


LIMITS = st.lists(st.integers(-200, 200), min_size=2, max_size=2, unique=True).map(
    lambda two: sorted(two, reverse=True)
)
GRADES = st.builds(lambda fit, engagement: Grades(*fit, *engagement), LIMITS, LIMITS)


@given(GRADES, st.integers(-200, 200), st.integers(-200, 200), st.integers(0, 50))
def test_more_points_never_make_a_worse_grade(grades: Grades, fit: int, engagement: int, more: int) -> None:
    assert grades.of(Score(fit + more, engagement))[0] <= grades.of(Score(fit, engagement))[0]
    assert grades.of(Score(fit, engagement + more))[1] <= grades.of(Score(fit, engagement))[1]


@pytest.mark.parametrize(
    ("days", "worth"), [(0, 40), (5, 30), (10, 20), (15, 15), (20, 10), (30, 5), (40, 2), (60, 0), (9_999, 0)]
)
def test_points_with_a_half_life_are_worth_half_after_it(days: int, worth: int) -> None:
    now = NOW + timedelta(days=days)
    assert change("engagement", 40, 10).worth(now) == worth
    assert change("engagement", -40, 10).worth(now) == -worth
    assert change("engagement", 40).worth(now) == 40


@given(st.integers(-1_000_000, 1_000_000), st.integers(1, 3650), st.integers(0, 20_000))
def test_points_never_grow_and_never_change_sign(points: int, half_life: int, days: int) -> None:
    one = change("engagement", points, half_life)
    today, tomorrow = (one.worth(NOW + timedelta(days=by)) for by in (days, days + 1))
    assert 0 <= abs(tomorrow) <= abs(today) <= abs(points)
    assert today * points >= 0


def test_they_fade_at_midnight_and_not_in_between() -> None:
    one = change("engagement", 40, 1)
    assert one.worth(NOW + timedelta(hours=23, minutes=59)) == 40
    assert one.worth(NOW + timedelta(hours=24)) == 20
    assert one.worth(NOW - timedelta(days=3)) == 40  # clocks differ


def test_reps_read_what_is_left() -> None:
    one = change("engagement", 10, 10)
    assert one.told(NOW) == "+10 a reason"
    assert one.told(NOW + timedelta(days=4)) == "+10 a reason, +8 by now"
