"""As many deliveries are under way as their vendors keep up with."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.services.under_way import LEAST, LOOKED_BACK, MOST, UnderWay

SECOND = LOOKED_BACK.total_seconds()


@dataclass
class Vendor:
    """Takes each delivery so many seconds, by a watch of its own, and no more at once than it has `hands`."""

    takes: float
    hands: int = 10_000
    watch: float = 0.0
    most: int = 0
    taken: int = 0
    _ends: list[float] = field(default_factory=list)

    def serve(self, under_way: UnderWay, *, until: float, step: float = 0.01) -> None:
        waiting = 0
        while self.watch < until:
            self.watch += step
            over = [end for end in self._ends if end <= self.watch]
            self._ends = [end for end in self._ends if end > self.watch]
            for _ in over:
                under_way.settle()
                self.taken += 1
            while under_way.has_room_for(1):
                under_way.begin(1)
                waiting += 1
            self.most = max(self.most, waiting + len(self._ends))
            begun = min(waiting, self.hands - len(self._ends))
            self._ends += [self.watch + self.takes] * begun
            waiting -= begun


def test_so_many_are_always_under_way_and_no_more_while_nothing_is_answered() -> None:
    under_way = UnderWay(seconds=lambda: 0.0)
    assert under_way.has_room_for(LEAST)
    under_way.begin(LEAST)
    assert not under_way.has_room_for(1)
    under_way.settle()
    assert under_way.has_room_for(1)
    assert not under_way.has_room_for(2)


def test_a_vendor_far_away_is_kept_at_its_pace() -> None:
    vendor = Vendor(takes=0.5)
    under_way = UnderWay(seconds=lambda: vendor.watch)
    vendor.serve(under_way, until=10)
    before = vendor.taken
    vendor.serve(under_way, until=11)
    assert vendor.taken - before == pytest.approx(MOST / vendor.takes, rel=0.1)
    assert vendor.most == MOST


def test_one_that_takes_no_more_than_so_many_a_second_meets_no_crowd() -> None:
    vendor = Vendor(takes=0.1, hands=20)
    vendor.serve(UnderWay(seconds=lambda: vendor.watch), until=20)
    assert vendor.most <= vendor.hands / vendor.takes + 1, "what it takes in a second"


def test_one_that_has_fallen_silent_gets_no_more_once_a_second_is_over() -> None:
    watch = 0.0
    under_way = UnderWay(seconds=lambda: watch)
    for _ in range(MOST):
        under_way.begin(1)
        under_way.settle()
    under_way.begin(LEAST)
    assert under_way.has_room_for(MOST - LEAST)
    watch += SECOND
    assert not under_way.has_room_for(1)


def test_however_quick_they_are_there_is_an_end() -> None:
    under_way = UnderWay(seconds=lambda: 0.0)
    for _ in range(3 * MOST):
        under_way.begin(1)
        under_way.settle()
    assert under_way.has_room_for(MOST)
    assert not under_way.has_room_for(MOST + 1)
