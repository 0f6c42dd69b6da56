"""What every carrier of wake-ups keeps to."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.adapters.redis import RedisWakeups
from bot.domain.errors import SettingsError
from bot.ports import Wakeups
from tests import servers

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


# ---------------------------------------------------------------- between processes


async def test_another_process_wakes_us(redis_server: str) -> None:
    here, there = RedisWakeups(redis_server), RedisWakeups(redis_server)
    async with here.listen("inbox") as listener:
        await there.notify("inbox")
        assert await listener.wait(SOON)
        assert not await listener.wait(A_MOMENT)
    await here.close()
    await there.close()


async def test_redis_going_away_and_coming_back_raises_nothing() -> None:
    port = servers.free_port()
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
