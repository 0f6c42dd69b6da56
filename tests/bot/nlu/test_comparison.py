from __future__ import annotations

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.comparison import Comparison

PAIRS = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60)


def test_a_way_that_is_right_more_often_than_chance_would_have_it_wins() -> None:
    compared = Comparison(both=80, only_old=2, only_new=12, neither=6)
    assert (compared.judged, compared.lead) == (100, 10)
    assert (compared.old_accuracy, compared.new_accuracy) == (0.82, 0.92)
    assert isclose(compared.chance, 0.00647, abs_tol=1e-5)
    assert compared.new_wins


def test_a_lead_that_chance_could_give_does_not_win() -> None:
    assert not Comparison(both=80, only_old=8, only_new=11, neither=1).new_wins
    assert not Comparison(both=10, only_new=4).new_wins
    assert Comparison(both=10, only_new=5).new_wins


def test_of_nothing_there_is_no_winner() -> None:
    assert not Comparison().new_wins


@given(PAIRS)
def test_what_is_better_one_way_round_is_not_the_other_way_round(pairs: list[tuple[bool, bool]]) -> None:
    compared, turned = Comparison.of(pairs), Comparison.of([(new, old) for old, new in pairs])
    assert compared.lead == -turned.lead
    assert not (compared.new_wins and turned.new_wins)
    assert 0.0 < compared.chance <= 1.0


@given(PAIRS, PAIRS)
def test_parts_add_up(some: list[tuple[bool, bool]], others: list[tuple[bool, bool]]) -> None:
    assert Comparison.of(some) + Comparison.of(others) == Comparison.of(some + others)
