"""What every store keeps of feeds: each key once, positions that only grow, none that appears too late."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.adapters.database.sealing import Sealing
from bot.ports import Store
from tests.contracts.samples import NOON, opened
from tests.field_keys import SEALED


async def read(store: Store, *feeds: str, after: int = 0, limit: int = 500) -> list[tuple[int, str, object]]:
    async with store.transaction() as uow:
        found = await uow.feeds.read(feeds, after=after, limit=limit)
    return [(item.position, item.feed, item.item["n"]) for item in found]


def numbers(found: Sequence[tuple[int, str, object]]) -> list[object]:
    return [number for _, _, number in found]


async def test_items_come_back_in_the_order_in_which_they_were_appended(store: Store) -> None:
    async with store.transaction() as uow:
        for n in range(5):
            await uow.feeds.append("explain" if n % 2 else "webchat:anna", f"k{n}", {"n": n, "text": "hé"}, NOON)
    everything = await read(store, "explain", "webchat:anna", "nothing")
    assert numbers(everything) == [0, 1, 2, 3, 4]
    positions = [position for position, _, _ in everything]
    assert positions == sorted(set(positions))
    assert numbers(await read(store, "explain")) == [1, 3]
    assert numbers(await read(store, "explain", "webchat:anna", after=positions[2])) == [3, 4]
    assert numbers(await read(store, "explain", "webchat:anna", limit=2)) == [0, 1]
    async with store.transaction() as uow:
        (first, *_) = await uow.feeds.read(["webchat:anna"], after=0)
    assert (first.feed, first.item, first.at) == ("webchat:anna", {"n": 0, "text": "hé"}, NOON)


async def test_a_feed_has_each_key_once(store: Store) -> None:
    for n in range(2):
        async with store.transaction() as uow:
            await uow.feeds.append("explain", "k", {"n": n}, NOON)
            await uow.feeds.append("explain", "k", {"n": n + 10}, NOON)
            await uow.feeds.append("other", "k", {"n": n + 20}, NOON)
    assert numbers(await read(store, "explain", "other")) == [0, 20]


async def test_items_are_found_by_their_keys_in_the_order_of_the_feed(store: Store) -> None:
    async with store.transaction() as uow:
        for n in range(4):
            await uow.feeds.append("rest:anna", f"k{n}", {"n": n}, NOON)
        await uow.feeds.append("rest:ben", "k1", {"n": 10}, NOON)
    async with store.transaction() as uow:
        assert [item.item for item in await uow.feeds.find("rest:anna", ["k3", "k1", "nothing"])] == [
            {"n": 1},
            {"n": 3},
        ]
        assert await uow.feeds.find("rest:anna", []) == []


async def test_a_transaction_reads_what_it_appended(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.feeds.append("explain", "k", {"n": 1}, NOON)
        assert [item.item for item in await uow.feeds.read(["explain"], after=0)] == [{"n": 1}]


async def test_what_has_grown_is_told_with_the_newest_position_of_each(store: Store) -> None:
    async with store.transaction() as uow:
        assert await uow.feeds.newest() == 0
        assert await uow.feeds.grown(0) == {}
        for n in range(3):
            await uow.feeds.append("explain" if n else "webchat:anna", f"k{n}", {"n": n}, NOON)
    everything = await read(store, "explain", "webchat:anna")
    first, _, last = (position for position, _, _ in everything)
    async with store.transaction() as uow:
        assert await uow.feeds.newest() == last
        assert await uow.feeds.grown(0) == {store.feed_name("webchat:anna"): first, "explain": last}
        assert await uow.feeds.grown(first) == {"explain": last}
        assert await uow.feeds.grown(last) == {}


async def test_an_address_in_the_name_of_a_feed_is_sealed(store_url: str) -> None:
    async with opened(store_url, SEALED) as store:
        async with store.transaction() as uow:
            await uow.feeds.append("webchat:anna", "k", {"n": 1}, NOON)
        async with store.transaction() as uow:
            (name,) = await uow.feeds.grown(0)
            assert "anna" not in name
            assert name == store.feed_name("webchat:anna")


async def test_a_reader_never_skips_a_position_that_commits_late(
    store: Store, store_url: str, sealing: Sealing
) -> None:
    """Writers of several processes hold their transactions open for different times; a reader follows all feeds."""
    feeds = ["explain", "webchat:anna", "webchat:ben", "sandbox:sms"]
    seen: list[object] = []

    async def write(writer: int, database: Store) -> None:
        for n in range(12):
            async with database.transaction() as uow:
                await uow.feeds.append(feeds[writer], f"k{n}", {"n": f"{writer}:{n}"}, NOON)
                await asyncio.sleep(0.002 * ((writer + n) % 3))

    async def follow() -> None:
        after = 0
        async with asyncio.timeout(20):
            while len(seen) < 48:
                found = await read(store, *feeds, after=after)
                seen.extend(numbers(found))
                after = max([after, *(position for position, _, _ in found)])
                await asyncio.sleep(0)  # a transaction that nothing holds up gives nobody else a turn

    async with opened(store_url, sealing) as one, opened(store_url, sealing) as two:
        writing = (write(number, (store, one, two, one)[number]) for number in range(4))
        await asyncio.gather(follow(), *writing)
    assert len(seen) == len(set(seen)) == 48
