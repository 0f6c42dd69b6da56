from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.journey import WHOLE, Tally
from bot.domain.steps import SplitArm
from bot.journeys.chance import arm_for, best_arm, held_out_by_digest, is_held_out, lot

THREE = (SplitArm("a", 50, "x"), SplitArm("b", 30, "y"), SplitArm("c", 20, "z"))
PEOPLE = [f"0199{number:08x}" for number in range(20_000)]


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_a_lot_is_always_the_same_and_one_of_the_whole(drawn_for: list[str]) -> None:
    assert 0 <= lot(*drawn_for) < WHOLE
    assert lot(*drawn_for) == lot(*drawn_for)


def test_a_lot_never_changes_between_releases() -> None:
    """Whoever was held out stays so: a change of this number would mix the groups of every running comparison."""
    assert lot("ana", "welcome", "holdout") == 2735


@given(st.text(), st.text(), st.integers(0, WHOLE))
def test_a_database_holds_out_the_same_people(person: str, journey: str, share: int) -> None:
    behind, below = held_out_by_digest(journey, share)
    digest = hashlib.sha256(person.encode("utf-8", "surrogatepass") + behind).digest()
    assert (b"\0" + digest[:8] < below) == is_held_out(person, journey, share)


@given(st.integers(0, WHOLE - 1), st.integers(-1, 1))
def test_the_bound_of_a_database_is_exact(share: int, beside: int) -> None:
    """Also for digests right at it, which chance would hardly draw."""
    _, below = held_out_by_digest("welcome", share)
    drawn = max(int.from_bytes(below) + beside, 0)
    assert (drawn < int.from_bytes(below)) == (drawn * WHOLE >> 64 < share)


def test_as_many_are_held_out_as_the_journey_says() -> None:
    held = sum(is_held_out(person, "welcome", 500) for person in PEOPLE)
    assert abs(held - len(PEOPLE) * 0.05) < 150
    assert not any(is_held_out(person, "welcome", 0) for person in PEOPLE[:100])


def test_people_are_parted_by_the_weights() -> None:
    counted = Counter(arm_for(person, "welcome", "offer", THREE).name for person in PEOPLE)
    for arm in THREE:
        assert abs(counted[arm.name] - len(PEOPLE) * arm.weight / 100) < 300


def test_two_journeys_and_two_splits_draw_apart() -> None:
    """Else the people held out by one journey would be those held out by all, and every test would part them alike."""
    held = [person for person in PEOPLE if is_held_out(person, "welcome", 1000)]
    also = sum(is_held_out(person, "nurture", 1000) for person in held)
    assert abs(also - len(held) * 0.1) < 80
    arms = Counter(arm_for(person, "welcome", "second", THREE).name for person in held)
    assert abs(arms["a"] - len(held) / 2) < 150


# ---------------------------------------------------------------- the way that does best

KNOWN = {"a": Tally(400, 20), "b": Tally(400, 80), "c": Tally(400, 40)}


def ways(tallies: Mapping[str, Tally], arms: Sequence[SplitArm] = THREE, count: int = 4000) -> Counter[str]:
    runs = ((f"run {person}", person) for person in PEOPLE[:count])
    return Counter(best_arm(run, person, "welcome", "offer", arms, tallies)[0].name for run, person in runs)


def test_nearly_everybody_goes_the_way_that_is_surely_best() -> None:
    """All but one of ten, who go by the weights: 50, 30 and 20 of 100."""
    found = ways(KNOWN)
    assert found["b"] > 4000 * 0.9
    assert 4000 * 0.03 < found["a"] < 4000 * 0.07
    assert 4000 * 0.01 < found["c"] < 4000 * 0.03


def test_while_it_is_not_known_which_is_best_all_are_tried() -> None:
    found = ways({"a": Tally(40, 4), "b": Tally(40, 5), "c": Tally(40, 4)})
    assert all(found[name] > 400 for name in "abc")


def test_until_each_way_was_gone_by_enough_people_the_weights_hold() -> None:
    for tallies in ({}, KNOWN | {"c": Tally(29, 29)}):
        found = ways(tallies)
        assert abs(found["a"] - 2000) < 150
        assert abs(found["c"] - 800) < 120


@given(st.text(), st.text(), st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=3, max_size=3))
def test_the_same_run_goes_the_same_way(run: str, person: str, counted: list[tuple[int, int]]) -> None:
    tallies = {name: Tally(went + reached, reached) for name, (went, reached) in zip("abc", counted, strict=True)}
    first, why = best_arm(run, person, "welcome", "offer", THREE, tallies)
    assert (first, why) == best_arm(run, person, "welcome", "offer", THREE, tallies)
    assert first in THREE
    assert why


@pytest.mark.parametrize("seed", range(5))
def test_more_people_reach_the_metric_than_by_the_weights(seed: int) -> None:
    """Of three ways with a known truth, looked at each day for sixty days; what came of one is known a week later."""
    truth, chance = {"a": 0.05, "b": 0.12, "c": 0.06}, Random(seed)
    reached, by_day = 0, [Counter[tuple[str, bool]]() for _ in range(60)]
    for day, counted in enumerate(by_day):
        known: Counter[tuple[str, bool]] = sum(by_day[: max(day - 7, 0)], Counter())
        tallies = {name: Tally(known[name, True] + known[name, False], known[name, True]) for name in truth}
        for number in range(60):
            run = f"{seed} {day} {number}"
            arm, _ = best_arm(run, run, "welcome", "offer", THREE, tallies)
            came = chance.random() < truth[arm.name]
            counted[arm.name, came] += 1
            reached += came
    by_the_weights = 3600 * sum(arm.weight / 100 * truth[arm.name] for arm in THREE)
    assert reached > by_the_weights * 1.15
