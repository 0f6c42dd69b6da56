"""Feeds for those who have no transaction of their own."""

from __future__ import annotations

from datetime import timedelta

from bot.adapters.database import Database
from bot.adapters.feeds import TOPIC, StoreFeedWriter
from bot.adapters.memory import MemoryWakeups
from bot.services.runtime import FEEDS
from tests.manual_clock import ManualClock


async def test_an_item_is_kept_once_for_its_key_and_whoever_follows_is_told(
    sqlite_store: Database, clock: ManualClock
) -> None:
    wakeups = MemoryWakeups()
    feeds = StoreFeedWriter(sqlite_store, clock, wakeups)
    async with wakeups.listen(FEEDS) as listener:
        await feeds.append("sandbox:sms", "1", {"body": "Hello"})
        assert await listener.wait(timedelta(seconds=1))
    await feeds.append("sandbox:sms", "1", {"body": "Hello again"})
    await feeds.append("sandbox:slack", "1", {"text": "elsewhere"})
    await feeds.append("sandbox:sms", "2", {"body": "Bye"})
    assert list(await feeds.items("sandbox:sms")) == [{"body": "Hello"}, {"body": "Bye"}]


async def test_a_long_feed_is_read_whole(sqlite_store: Database, clock: ManualClock) -> None:
    async with sqlite_store.transaction() as uow:
        for number in range(1200):
            await uow.feeds.append("long", str(number), {"number": number}, clock.now())
    items = await StoreFeedWriter(sqlite_store, clock, MemoryWakeups()).items("long")
    assert [item["number"] for item in items] == list(range(1200))


def test_both_sides_mean_the_same_topic() -> None:
    assert TOPIC == FEEDS
