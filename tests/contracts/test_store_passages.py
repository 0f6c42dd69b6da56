"""What every store counts of the ways that people go: each once, whoever counts beside it, and of nobody by name."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.tables import passage
from bot.domain.journey import ENTRANCE, Passage
from bot.ports import Store
from tests.contracts.samples import opened

FIRST, SECOND, OUT = (ENTRANCE, "first"), ("first", "second"), ("second", "end")


async def test_ways_of_many_transactions_are_summed(store: Store) -> None:
    async with store.transaction() as uow:
        uow.passages.add("welcome", "1", [FIRST, SECOND])
        uow.passages.add("welcome", "1", [FIRST])
        assert await uow.passages.of("welcome") == [Passage("1", *FIRST, 2), Passage("1", *SECOND, 1)]
        uow.passages.add("welcome", "1", [FIRST])
    async with store.transaction() as uow:
        uow.passages.add("welcome", "1", [SECOND, OUT, SECOND])
        uow.passages.add("welcome", "2", [FIRST])
        uow.passages.add("renewal", "1", [FIRST])
    async with store.transaction() as uow:
        assert await uow.passages.of("welcome") == [
            Passage("1", *FIRST, 3),
            Passage("1", *SECOND, 3),
            Passage("1", *OUT, 1),
            Passage("2", *FIRST, 1),
        ]


async def test_what_publishing_moved_is_told_apart_from_what_people_went(store: Store) -> None:
    async with store.transaction() as uow:
        uow.passages.add("welcome", "2", [SECOND])
        uow.passages.add("welcome", "2", [SECOND], times=40, moved=True)
        uow.passages.add("welcome", "2", [SECOND], times=2, moved=True)
    async with store.transaction() as uow:
        assert await uow.passages.of("welcome") == [Passage("2", *SECOND, 1), Passage("2", *SECOND, 42, moved=True)]


async def test_a_transaction_that_is_rolled_back_counts_nothing(store: Store) -> None:
    async def fail() -> None:
        async with store.transaction() as uow:
            uow.passages.add("welcome", "1", [FIRST])
            assert await uow.passages.of("welcome") == [Passage("1", *FIRST, 1)]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.transaction() as uow:
        assert await uow.passages.of("welcome") == []


async def test_two_workers_count_the_same_ways_without_losing_one(postgresql_url: str) -> None:
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:

        async def count(store: Store, ways: list[tuple[str, str]]) -> None:
            for _ in range(25):
                async with store.transaction() as uow:
                    for way in ways:
                        uow.passages.add("welcome", "1", [way])

        await asyncio.gather(count(one, [FIRST, SECOND, OUT]), count(other, [OUT, SECOND, FIRST]))
        async with one.transaction() as uow:
            assert [found.times for found in await uow.passages.of("welcome")] == [50, 50, 50]


def test_nothing_is_kept_of_whom_it_was() -> None:
    assert set(passage.columns.keys()) == {"journey", "version", "source", "target", "moved", "times"}
