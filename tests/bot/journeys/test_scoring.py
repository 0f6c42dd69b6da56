"""Which points rules give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.effects import Emit
from bot.domain.ids import ProfileId
from bot.domain.score import USUAL_GRADES, GroupCap, ScoreCap, ScoreChange, ScoreRule, total_score
from bot.journeys.scoring import Points, lead_facts, points_for_attributes, points_for_event

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
LARGE = ScoreRule("large", "fit", 20, "a large team", condition="profile.team_size > 50")


def line(one: Points, at: datetime) -> ScoreChange:
    return ScoreChange(
        ProfileId("ana"), "", one.rule.dimension, one.points, one.reason, one.rule.id, at, one.rule.half_life
    )


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


@given(st.integers(-50, 50).filter(bool), st.integers(1, 60), st.lists(st.integers(0, 24 * 20), max_size=40))
def test_no_window_has_more_points_than_the_cap(points: int, most: int, hours: Sequence[int]) -> None:
    """In whatever order events are told."""
    rule = ScoreRule("r", "engagement", points, "r", "a.b", cap=ScoreCap(most, WEEK))
    log: list[ScoreChange] = []
    for hour in hours:
        at = NOW + timedelta(hours=hour)
        log += [line(one, at) for one in points_for_event([rule], Emit("a.b"), {}, log, at)]
    for end in {one.at for one in log}:
        assert abs(sum(one.points for one in log if end - WEEK < one.at <= end)) <= most
    assert all(0 < one.points <= points or points <= one.points < 0 for one in log)
    if hours:
        assert log[0].points == (min(points, most) if points > 0 else max(points, -most))


def group(most: int, *rules: ScoreRule) -> list[ScoreRule]:
    cap = GroupCap(ScoreCap(most, WEEK), frozenset(one.id for one in rules))
    return [replace(one, group_cap=cap) for one in rules]


some_rules = st.lists(
    st.builds(
        lambda points, event, most, half_life: ScoreRule(
            "", "engagement", points, "r", event, cap=ScoreCap(most, WEEK) if most else None, half_life=half_life
        ),
        st.integers(-50, 50).filter(bool),
        st.sampled_from(["a.b", "a.c"]),
        st.none() | st.integers(1, 60),
        st.none() | st.integers(1, 30),
    ),
    max_size=5,
).map(lambda rules: [replace(one, id=f"r{number}") for number, one in enumerate(rules)])
happenings = st.lists(
    st.tuples(st.integers(0, 24 * 20), st.sampled_from(["a.b", "a.c", "small", "large"])), max_size=30
)


@given(some_rules, st.integers(1, 100), happenings, st.integers(0, 90))
def test_a_group_keeps_to_its_cap_and_the_change_log_sums_to_the_score(
    rules: Sequence[ScoreRule], most: int, happened: Sequence[tuple[int, str]], days: int
) -> None:
    capped = [*group(most, *rules), LARGE]
    log: list[ScoreChange] = []
    for hour, what in happened:
        at = NOW + timedelta(hours=hour)
        if what in ("small", "large"):
            log += [line(one, at) for one in points_for_attributes(capped, {"team_size": len(what) * 11}, log, at)]
        else:
            log += [line(one, at) for one in points_for_event(capped, Emit(what), {}, log, at)]
    for end in {one.at for one in log}:
        within = [one for one in log if end - WEEK < one.at <= end and one.rule != LARGE.id]
        assert sum(one.points for one in within if one.points > 0) <= most
    now = NOW + timedelta(days=days)
    lead = lead_facts(log, now, grades=USUAL_GRADES)
    assert lead["total"] == lead["fit"] + lead["engagement"] == sum(one.worth(now) for one in log)
    assert lead["fit"] in (0, LARGE.points)
    assert lead["grade"] == USUAL_GRADES.of(total_score(log, now))


def test_what_still_fits_into_the_cap_of_the_group_is_given_and_what_is_taken_makes_no_room() -> None:
    kinds = {"a.b": 8, "a.c": 6, "a.d": -20}
    rules = group(10, *(ScoreRule(name, "engagement", points, "r", name) for name, points in kinds.items()))
    log: list[ScoreChange] = []
    for event in ("a.b", "a.c", "a.d", "a.b", "a.d"):
        log += [line(one, NOW) for one in points_for_event(rules, Emit(event), {}, log, NOW)]
    assert [one.points for one in log] == [8, 2, -20, -20]
    later = NOW + WEEK
    assert [one.points for one in points_for_event(rules, Emit("a.c"), {}, log, later)] == [6]


def test_two_rules_of_one_event_share_the_cap_of_their_group() -> None:
    rules = group(10, *(ScoreRule(name, "engagement", 8, "r", "a.b") for name in "xy"))
    assert [one.points for one in points_for_event(rules, Emit("a.b"), {}, [], NOW)] == [8, 2]
