from __future__ import annotations

import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.journey import WHOLE
from bot.domain.steps import SplitArm
from bot.journeys.chance import arm_for, held_out_by_digest, is_held_out, lot

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
