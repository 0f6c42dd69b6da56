"""What every keeper of a sender's pace keeps to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.memory import MemoryPacer
from bot.adapters.redis_pacer import RedisPacer
from bot.domain.message import Content
from bot.domain.pace import Pace, full
from bot.ports import Pacer
from tests import servers
from tests.ports import free_port

NOTHING, HOUR = timedelta(), timedelta(hours=1)


def one(_content: Content) -> float:
    return 1


SLOW = Pace(1 / 3600, 3, one)
"""An hour for each token: how long a test takes makes no difference."""

QUICK = Pace(100, 1, one)


async def take(
    pacer: Pacer, pace: Pace = SLOW, *, sender: str = "sms", price: float = 1, yields: bool = False
) -> timedelta:
    [wait] = await pacer.take(sender, pace, [price], datetime.now(UTC), yields=yields)
    return wait


def hours(wait: timedelta) -> float:
    return round(wait / HOUR, 1)


@pytest_asyncio.fixture(params=["memory", "redis"])
async def pacer(request: pytest.FixtureRequest) -> AsyncIterator[Pacer]:
    if request.param == "memory":
        yield MemoryPacer()
        return
    url = request.getfixturevalue("redis_server")
    await _empty(url)
    keeper = RedisPacer(url)
    yield keeper
    await keeper.close()


async def _empty(url: str) -> None:
    async with Redis.from_url(url) as redis:
        for key in await redis.keys("overture:pace:*"):
            await redis.delete(key)


async def test_a_burst_goes_at_once_and_the_rest_one_after_another(pacer: Pacer) -> None:
    waits = [hours(await take(pacer)) for _ in range(6)]
    assert waits == [0, 0, 0, 1, 2, 3]


async def test_a_long_message_costs_more(pacer: Pacer) -> None:
    assert await take(pacer, price=2) == NOTHING
    assert hours(await take(pacer, price=2)) == 1
    assert await take(pacer, price=1) == NOTHING


async def test_what_costs_more_than_the_bucket_holds_goes_when_it_is_full_and_leaves_a_debt(pacer: Pacer) -> None:
    assert await take(pacer, price=5) == NOTHING
    assert hours(await take(pacer)) == 3


async def test_what_yields_waits_for_the_others_and_they_never_wait_for_it(pacer: Pacer) -> None:
    assert [hours(await take(pacer, yields=True)) for _ in range(6)] == [0, 0, 0, 1, 2, 3]
    assert hours(await take(pacer)) == 1, "and not 4"
    assert hours(await take(pacer, yields=True)) == 4


async def test_senders_do_not_hinder_each_other(pacer: Pacer) -> None:
    assert await take(pacer, price=3) == NOTHING
    assert await take(pacer, sender="whatsapp") == NOTHING
    assert await take(pacer) > NOTHING


async def test_a_bucket_fills_again(pacer: Pacer) -> None:
    assert await take(pacer, QUICK) == NOTHING
    await asyncio.sleep(0.02)
    assert await take(pacer, QUICK) == NOTHING


async def test_of_many_at_once_no_more_go_than_the_bucket_holds(pacer: Pacer) -> None:
    waits = await asyncio.gather(*(take(pacer) for _ in range(20)))
    assert sorted(map(hours, waits)) == [0, 0, 0, *range(1, 18)]


# ---------------------------------------------------------------- between processes


async def test_several_processes_keep_to_the_pace_together(redis_server: str) -> None:
    await _empty(redis_server)
    fleet = [RedisPacer(redis_server) for _ in range(3)]
    waits = await asyncio.gather(*(take(pacer) for pacer in fleet * 4))
    assert sorted(map(hours, waits)) == [0, 0, 0, *range(1, 10)]
    for pacer in fleet:
        await pacer.close()


async def test_a_bucket_that_is_full_again_is_forgotten(redis_server: str) -> None:
    await _empty(redis_server)
    pacer = RedisPacer(redis_server)
    await take(pacer, price=2)
    async with Redis.from_url(redis_server) as redis:
        left = timedelta(milliseconds=await redis.pttl("overture:pace:sms"))
    assert hours(left) == 2
    await pacer.close()


async def test_a_clock_of_redis_that_is_put_back_holds_up_no_sender(redis_server: str) -> None:
    await _empty(redis_server)
    pacer = RedisPacer(redis_server)
    for _ in range(3):
        await take(pacer)
    async with Redis.from_url(redis_server) as redis:
        for name in ("at", "promised", "to_all"):
            kept = float(await redis.hget("overture:pace:sms", name) or 0)
            await redis.hset("overture:pace:sms", name, f"{kept + 9 * HOUR / timedelta(microseconds=1):.17g}")
        assert [hours(await take(pacer)) for _ in range(2)] == [1, 2]
        at = float(await redis.hget("overture:pace:sms", "at") or 0)
    assert abs(at / 1_000_000 - datetime.now(UTC).timestamp()) < 60, "from here on it fills again"
    await pacer.close()


@settings(max_examples=30)
@given(
    calls=st.lists(st.tuples(st.floats(0.1, 30), st.booleans()), min_size=1, max_size=8),
    per_second=st.floats(0.001, 0.01),
    burst=st.floats(1, 20),
)
def test_redis_counts_as_a_bucket_in_memory_does(
    redis_server: str, calls: list[tuple[float, bool]], per_second: float, burst: float
) -> None:
    pace = Pace(per_second, burst, one)

    async def of_redis() -> list[timedelta]:
        await _empty(redis_server)
        pacer = RedisPacer(redis_server)
        waits = [await take(pacer, pace, price=price, yields=yields) for price, yields in calls]
        await pacer.close()
        return waits

    now = datetime.now(UTC)
    bucket, expected = full(pace, now), []
    for price, yields in calls:
        bucket, wait = bucket.take(pace, price, now, yields=yields)
        expected.append(wait)
    for counted, wait in zip(asyncio.run(of_redis()), expected, strict=True):
        assert abs(counted - wait) < timedelta(seconds=60)


# ---------------------------------------------------------------- when Redis is away


async def test_without_redis_each_keeps_to_the_pace_by_itself_and_begins_with_nothing() -> None:
    pacer = RedisPacer("redis://127.0.0.1:1/0")
    assert [hours(await take(pacer)) for _ in range(3)] == [1, 2, 3]
    await pacer.close()


async def test_redis_going_away_and_coming_back_loses_nothing() -> None:
    seconds = 0.0
    port = free_port()
    with servers.private_redis(port) as (url, server):
        pacer = RedisPacer(url, CircuitBreaker(failures=1, rest=timedelta(seconds=5), seconds=lambda: seconds))
        assert await take(pacer) == NOTHING
        server.kill()
        server.wait()
        assert hours(await take(pacer)) == 1
    with servers.private_redis(port):
        assert hours(await take(pacer)) == 2, "Redis is left alone for a while"
        seconds += 5
        assert await take(pacer) == NOTHING
        await pacer.close()
