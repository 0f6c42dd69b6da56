"""Which points rules give."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.effects import Emit
from bot.domain.ids import ProfileId
from bot.domain.score import ScoreCap, ScoreChange, ScoreRule
from bot.journeys.scoring import Points, points_for_attributes, points_for_event

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
LARGE = ScoreRule("large", "fit", 20, "a large team", condition="profile.team_size > 50")


def line(one: Points, at: datetime) -> ScoreChange:
    return ScoreChange(ProfileId("ana"), "", one.rule.dimension, one.points, one.reason, one.rule.id, at)


def by_attributes(log: list[ScoreChange], **profile: Any) -> None:
    log += [line(one, NOW) for one in points_for_attributes([LARGE], profile, log, NOW)]


def test_what_is_true_of_somebody_counts_as_long_as_it_is_true() -> None:
    log: list[ScoreChange] = []
    for size in (10, 60, 70, 10, 20, 80):
        by_attributes(log, team_size=size)
    assert [(one.points, one.reason) for one in log] == [
        (20, "a large team"),
        (-20, "no longer: a large team"),
        (20, "a large team"),
    ]


def test_what_two_profiles_counted_is_put_right_once_they_are_one() -> None:
    log = [line(Points(LARGE, 20, "a large team"), NOW)] * 2
    by_attributes(log, team_size=60)
    assert [one.points for one in log] == [20, 20, -20]


def test_an_event_counts_where_its_condition_is_true_of_it() -> None:
    rule = ScoreRule("r", "engagement", 5, "r", "order.completed", "event.total > 10 and profile.vip")
    for total, vip, points in ((11, True, [5]), (9, True, []), (11, False, []), ("many", True, [])):
        event = Emit("order.completed", {"total": total})
        assert [one.points for one in points_for_event([rule], event, {"vip": vip}, [], NOW)] == points
    assert not list(points_for_event([rule], Emit("order.begun", {"total": 11}), {"vip": True}, [], NOW))


@given(
    st.integers(-50, 50).filter(bool), st.integers(1, 60), st.lists(st.integers(0, 24 * 20), max_size=40).map(sorted)
)
def test_no_window_has_more_points_than_the_cap(points: int, most: int, hours: Sequence[int]) -> None:
    rule = ScoreRule("r", "engagement", points, "r", "a.b", cap=ScoreCap(most, WEEK))
    log: list[ScoreChange] = []
    for hour in hours:
        at = NOW + timedelta(hours=hour)
        log += [line(one, at) for one in points_for_event([rule], Emit("a.b"), {}, log, at)]
        within = [one.points for one in log if at - WEEK < one.at <= at]
        assert abs(sum(within)) <= most
    assert all(0 < one.points <= points or points <= one.points < 0 for one in log)
    if hours:
        assert log[0].points == (min(points, most) if points > 0 else max(points, -most))
