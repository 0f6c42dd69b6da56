"""What is told of groups, held against shares that were counted by hand."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.likelihood import Bin, Characteristic, Rung, Scorecard
from bot.journeys.closed_leads import Example
from bot.journeys.fairness import Fairness, fairness
from tests.contracts.samples import NOON

BIG = Characteristic("team_size", (Bin("profile.team_size >= 50", 12, "team size 50 or more"),))
CARD = Scorecard(date(2026, 1, 2), True, "", (Rung(0, 10), Rung(12, 40)), (BIG,))


def leads(
    country: str, *, big_won: int = 0, big_lost: int = 0, small_won: int = 0, small_lost: int = 0
) -> list[Example]:
    kinds = ((60, True, big_won), (60, False, big_lost), (5, True, small_won), (5, False, small_lost))
    return [
        Example(won, NOON, NOON, {"profile": {"team_size": size}}, 0, {"country": country})
        for size, won, times in kinds
        for _ in range(times)
    ]


GB = leads("GB", big_won=20, big_lost=10, small_won=20, small_lost=50)
FR = leads("FR", big_won=5, big_lost=5, small_won=15, small_lost=25)
NOBODY_WON = leads("IT", big_lost=3, small_lost=27)
FEW = leads("MT", big_won=19)


def test_each_group_is_told_with_its_shares_the_largest_first() -> None:
    first, second = fairness(CARD, "country", [*FR, *GB]).groups
    assert (first.value, first.people, first.first.value, first.won.value) == ("GB", 100, 0.3, 0.4)
    assert first.first_of_won is not None
    assert (first.first_of_won.value, round(first.foretold, 3)) == (0.5, 0.19)
    assert (second.value, second.people, second.first.value) == ("FR", 50, 0.2)
    assert second.first_of_won is not None
    assert second.first_of_won.value == 0.25
    assert second.first.low < 0.2 < second.first.high


def test_how_far_apart_groups_are_is_parity_and_opportunity() -> None:
    found = fairness(CARD, "country", [*GB, *FR])
    assert found.parity == pytest.approx(0.1)
    assert found.opportunity == pytest.approx(0.25)


def test_a_group_of_whom_nobody_was_won_says_nothing_of_opportunity() -> None:
    found = fairness(CARD, "country", [*GB, *NOBODY_WON])
    italy = found.groups[1]
    assert (italy.value, italy.first_of_won, italy.auc) == ("IT", None, None)
    assert found.parity == pytest.approx(0.2)
    assert found.opportunity is None


def test_small_groups_are_not_told_and_one_alone_is_not_compared() -> None:
    found = fairness(CARD, "country", [*GB, *FEW])
    assert [one.value for one in found.groups] == ["GB"]
    assert (found.parity, found.opportunity) == (None, None)
    assert fairness(CARD, "country", FEW) == fairness(CARD, "country", []) == Fairness(())
