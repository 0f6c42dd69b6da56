"""What every store counts of the ways of splits: each person once, on the day that they went, and nobody by name."""

from __future__ import annotations

from datetime import date

from bot.adapters.tables import split_tally
from bot.domain.journey import SplitCount, Tally
from bot.ports import Store

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


async def test_what_many_transactions_count_is_summed_by_days(store: Store) -> None:
    async with store.transaction() as uow:
        for day in (MONDAY, MONDAY, TUESDAY):
            uow.splits.count("welcome", SplitCount("offer", "tip", day))
        uow.splits.count("welcome", SplitCount("offer", "tip", MONDAY, reached=True))
        uow.splits.count("welcome", SplitCount("other", "a", MONDAY))
    async with store.transaction() as uow:
        uow.splits.count("welcome", SplitCount("offer", "discount", TUESDAY))
        uow.splits.count("welcome", SplitCount("offer", "tip", MONDAY, reached=True))
        uow.splits.count("renewal", SplitCount("offer", "tip", TUESDAY))
        found = {"offer": {"discount": Tally(1, 0), "tip": Tally(3, 2)}, "other": {"a": Tally(1, 0)}}
        assert await uow.splits.of("welcome", MONDAY, WEDNESDAY) == found
        assert await uow.splits.of("welcome", TUESDAY, WEDNESDAY) == {
            "offer": {"discount": Tally(1, 0), "tip": Tally(1, 0)}
        }
        assert await uow.splits.of_step("welcome", "offer", MONDAY, TUESDAY) == {"tip": Tally(2, 2)}
        assert await uow.splits.journeys(MONDAY, TUESDAY) == ["welcome"]
        assert await uow.splits.journeys(MONDAY, WEDNESDAY) == ["renewal", "welcome"]


async def test_a_batch_reads_what_was_there_before_it(store: Store) -> None:
    """It does not lock the sums, for which others would wait, and asks once however many people are in it."""
    async with store.transaction() as uow:
        uow.splits.count("welcome", SplitCount("offer", "tip", MONDAY))
        assert await uow.splits.of_step("welcome", "offer", MONDAY, TUESDAY) == {}
    async with store.transaction() as uow:
        assert await uow.splits.of_step("welcome", "offer", MONDAY, TUESDAY) == {"tip": Tally(1, 0)}


def test_nothing_in_it_says_who() -> None:
    assert set(split_tally.c.keys()) == {"journey", "step", "arm", "day", "went", "reached"}
