from __future__ import annotations

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.comparison import Comparison

PAIRS = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60)


def test_a_lead_is_told_with_how_often_chance_would_give_it() -> None:
    compared = Comparison(both=80, only_old=2, only_new=12, neither=6)
    assert (compared.judged, compared.lead) == (100, 10)
    assert (compared.old_accuracy, compared.new_accuracy) == (0.82, 0.92)
    assert isclose(compared.chance, 0.00647, abs_tol=1e-5)


def test_a_way_that_is_behind_is_lost_only_where_chance_would_hardly_have_it_so() -> None:
    assert not Comparison(both=80, only_old=11, only_new=8, neither=1).is_lost
    assert not Comparison(both=10, only_old=4).is_lost
    assert Comparison(both=10, only_old=5).is_lost


def test_of_nothing_nobody_is_ahead_and_nobody_lost() -> None:
    assert not Comparison().lead
    assert not Comparison().is_lost


@given(PAIRS)
def test_what_is_better_one_way_round_is_not_the_other_way_round(pairs: list[tuple[bool, bool]]) -> None:
    compared, turned = Comparison.of(pairs), Comparison.of([(new, old) for old, new in pairs])
    assert compared.lead == -turned.lead
    assert not (compared.is_lost and turned.is_lost)
    assert not (compared.is_lost and compared.lead >= 0)
    assert 0.0 < compared.chance <= 1.0


@given(PAIRS, PAIRS)
def test_parts_add_up(some: list[tuple[bool, bool]], others: list[tuple[bool, bool]]) -> None:
    assert Comparison.of(some) + Comparison.of(others) == Comparison.of(some + others)
