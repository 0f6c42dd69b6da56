"""What every carrier of wake-ups keeps to."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from time import monotonic

import pytest
from redis.asyncio import Redis

from bot.adapters.redis import HEAD_START_SECONDS, RedisWakeups
from bot.domain.errors import SettingsError
from bot.ports import Wakeups
from tests import servers
from tests.ports import free_port

SOON, A_MOMENT = timedelta(seconds=5), timedelta(milliseconds=50)


async def test_a_listener_wakes_when_its_topic_is_notified(wakeups: Wakeups) -> None:
    async with wakeups.listen("inbox") as listener:
        waiting = asyncio.create_task(listener.wait(SOON))
        await asyncio.sleep(0)
        await wakeups.notify("inbox")
        assert await waiting


async def test_a_listener_waits_no_longer_than_it_is_told(wakeups: Wakeups) -> None:
    async with wakeups.listen("inbox") as listener:
        await listener.wait(A_MOMENT)
        assert not await listener.wait(A_MOMENT)


async def test_other_topics_wake_nobody(wakeups: Wakeups) -> None:
    async with wakeups.listen("inbox") as listener:
        await listener.wait(A_MOMENT)
        await wakeups.notify("outbox")
        assert not await listener.wait(A_MOMENT)


async def test_a_notification_between_listening_and_waiting_is_not_lost(wakeups: Wakeups) -> None:
    async with wakeups.listen("inbox") as listener:
        await wakeups.notify("inbox")
        await asyncio.sleep(0.02)
        assert await listener.wait(SOON)


async def test_many_notifications_before_a_wait_are_one(wakeups: Wakeups) -> None:
    async with wakeups.listen("inbox") as listener:
        for _ in range(3):
            await wakeups.notify("inbox")
        assert await listener.wait(SOON)
        assert not await listener.wait(A_MOMENT)


async def test_every_listener_wakes(wakeups: Wakeups) -> None:
    async with wakeups.listen("feeds") as one, wakeups.listen("feeds") as two:
        await wakeups.notify("feeds")
        assert await one.wait(SOON)
        assert await two.wait(SOON)


async def test_notifying_nobody_is_no_error(wakeups: Wakeups) -> None:
    async with wakeups.listen("inbox"):
        pass
    await wakeups.notify("inbox")


async def test_a_listener_hears_what_there_is_news_of(wakeups: Wakeups) -> None:
    async with wakeups.listen("inbox") as listener:
        await listener.wait(A_MOMENT)  # what was missed before it listened
        listener.told()
        await wakeups.notify("inbox", ["anna"])
        await wakeups.notify("inbox", ["ben", "anna"])
        assert await listener.wait(SOON)
        assert list(listener.told()) == ["anna", "ben"]
        assert not listener.told(), "it is told once"
        await wakeups.notify("inbox", ["anna"])
        assert await listener.wait(SOON)
        await wakeups.notify("inbox", ["ben"])
        assert await listener.wait(SOON)
        assert list(listener.told()) == ["ben"], "nothing is kept that nobody asked for"
        listener.wake(["carl"])
        await wakeups.notify("inbox")
        assert await listener.wait(SOON)
        assert not listener.told(), "it may be of anything"


async def test_a_listener_sleeps_through_what_it_does_not_heed(wakeups: Wakeups) -> None:
    async with wakeups.listen("feeds", {"anna"}.__contains__) as listener:
        await listener.wait(A_MOMENT)
        await wakeups.notify("feeds", ["ben"])
        assert not await listener.wait(A_MOMENT)
        await wakeups.notify("feeds", ["ben", "anna"])
        assert await listener.wait(SOON)
        await wakeups.notify("feeds")
        assert await listener.wait(SOON), "which may be about anna"


# ---------------------------------------------------------------- between processes


async def test_another_process_wakes_us(redis_server: str) -> None:
    here, there = RedisWakeups(redis_server), RedisWakeups(redis_server)
    async with here.listen("inbox") as listener:
        await there.notify("inbox")
        assert await listener.wait(SOON)
        assert not await listener.wait(A_MOMENT)
    await here.close()
    await there.close()


async def test_work_that_is_waited_for_here_is_told_elsewhere_a_little_later_and_once(redis_server: str) -> None:
    here, there = RedisWakeups(redis_server), RedisWakeups(redis_server)
    async with here.listen("inbox") as ours, there.listen("inbox") as theirs:
        await theirs.wait(A_MOMENT)  # what was missed before it listened
        begun = monotonic()
        for _ in range(3):
            await here.notify("inbox")
        assert await ours.wait(SOON)
        assert await theirs.wait(SOON)
        assert monotonic() - begun >= HEAD_START_SECONDS * 0.9
        assert not await theirs.wait(2 * A_MOMENT)
    await here.close()
    await there.close()


async def test_news_for_everybody_has_no_head_start(redis_server: str) -> None:
    here, there = RedisWakeups(redis_server, told_at_once={"news"}), RedisWakeups(redis_server)
    async with here.listen("news"), here.listen("inbox"), there.listen("news") as news, there.listen("inbox") as work:
        await news.wait(A_MOMENT)
        await work.wait(A_MOMENT)
        await here.notify("inbox")
        await here.notify("news")
        assert await news.wait(SOON)
        assert not await work.wait(timedelta())
        assert await work.wait(SOON)
    await here.close()
    await there.close()


async def test_work_that_is_in_hand_here_is_told_to_nobody_else(redis_server: str) -> None:
    here, there = RedisWakeups(redis_server), RedisWakeups(redis_server)
    async with here.listen("inbox"), there.listen("inbox") as theirs:
        await theirs.wait(A_MOMENT)
        await here.notify("inbox", ["anna"])
        here.taken("inbox", "anna")
        here.taken("inbox", "ben")
        assert not await theirs.wait(timedelta(seconds=HEAD_START_SECONDS) + A_MOMENT)
        await here.notify("inbox", ["anna", "ben"])
        here.taken("inbox", "anna")
        assert await theirs.wait(SOON), "ben is left"
        await here.notify("inbox")
        here.taken("inbox", "anna")
        assert await theirs.wait(SOON), "there may be anything else"
    await here.close()
    await there.close()


async def test_other_processes_sleep_through_news_of_what_they_do_not_heed(redis_server: str) -> None:
    here = RedisWakeups(redis_server, told_at_once={"news"})
    there = RedisWakeups(redis_server)
    async with there.listen("news", {"with a space", "anna"}.__contains__) as theirs:
        await theirs.wait(A_MOMENT)
        theirs.told()
        await here.notify("news", ["ben"])
        assert not await theirs.wait(A_MOMENT)
        await here.notify("news", ["with a space"])
        assert await theirs.wait(SOON)
        assert list(theirs.told()) == ["with a space"]
    await here.close()
    await there.close()


@pytest.mark.parametrize("word", ["another {", "another {}", "another [1]", "another null"])
async def test_a_word_of_which_nothing_can_be_made_may_be_about_anything(redis_server: str, word: str) -> None:
    here, there = RedisWakeups(redis_server), RedisWakeups(redis_server)
    async with here.listen("inbox", {"anna"}.__contains__) as listener, Redis.from_url(redis_server) as redis:
        await listener.wait(A_MOMENT)
        await redis.publish(f"overture:{redis.connection_pool.connection_kwargs.get('db', 0)}:wake:inbox", word)
        assert await listener.wait(SOON)
        assert not listener.told()
        await there.notify("inbox")
        assert await listener.wait(SOON), "and others are heard as before"
    await here.close()
    await there.close()


async def test_what_was_to_be_told_later_is_told_as_its_carrier_closes(redis_server: str) -> None:
    here, there = RedisWakeups(redis_server), RedisWakeups(redis_server)
    async with here.listen("inbox"), there.listen("inbox") as theirs:
        await theirs.wait(A_MOMENT)
        await here.notify("inbox")
        await here.close()
        assert await theirs.wait(SOON)
    await there.close()


async def test_a_listener_that_is_woken_by_itself_wakes_nobody_else(wakeups: Wakeups) -> None:
    async with wakeups.listen("inbox") as one, wakeups.listen("inbox") as two:
        await two.wait(A_MOMENT)
        one.wake()
        assert await one.wait(SOON)
        assert not await two.wait(A_MOMENT)


async def test_what_is_notified_in_one_go_is_all_heard_elsewhere_also_as_its_carrier_closes(redis_server: str) -> None:
    topics = [f"topic-{number}" for number in range(20)]
    here, there = RedisWakeups(redis_server), RedisWakeups(redis_server)
    async with AsyncExitStack() as stack:
        listeners = [await stack.enter_async_context(here.listen(topic)) for topic in topics]
        for listener in listeners:
            await listener.wait(A_MOMENT)  # what was missed before it listened
        for topic in topics:
            await there.notify(topic)
        await there.close()
        assert all([await listener.wait(SOON) for listener in listeners])
    await here.close()


async def test_redis_going_away_and_coming_back_raises_nothing() -> None:
    port = free_port()
    with servers.private_redis(port) as (url, server):
        here, there = RedisWakeups(url), RedisWakeups(url)
        async with here.listen("inbox") as listener:
            await there.notify("inbox")
            assert await listener.wait(SOON)
            server.kill()
            server.wait()
            await there.notify("inbox")
            assert not await listener.wait(A_MOMENT)
            await here.notify("inbox")
            assert await listener.wait(SOON), "our own listeners need no Redis"
            with servers.private_redis(port):
                assert await listener.wait(SOON), "what was missed meanwhile is found by looking"
                await there.notify("inbox")
                assert await listener.wait(SOON)
        await here.close()
        await there.close()


async def test_listening_without_redis_goes_by_the_clock() -> None:
    wakeups = RedisWakeups("redis://127.0.0.1:1/0")
    async with wakeups.listen("inbox") as listener:
        assert not await listener.wait(A_MOMENT)
    await wakeups.close()


def test_a_url_of_no_use_is_a_sentence() -> None:
    with pytest.raises(SettingsError, match="OVERTURE_REDIS"):
        RedisWakeups("nonsense")
