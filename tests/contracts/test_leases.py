"""What every keeper of leases keeps to."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.adapters.database import Database
from bot.adapters.leases import FleetLeases
from bot.ports import Leases

MINUTE, SHORT = timedelta(minutes=1), timedelta(milliseconds=300)


async def test_one_at_a_time_holds_a_name(leases: Leases) -> None:
    async with leases.hold("conversation:1", ttl=MINUTE) as first, leases.hold("conversation:1", ttl=MINUTE) as second:
        assert first
        assert not second


async def test_names_do_not_hinder_each_other(leases: Leases) -> None:
    async with leases.hold("conversation:1", ttl=MINUTE) as one, leases.hold("conversation:2", ttl=MINUTE) as two:
        assert one
        assert two


async def test_leaving_gives_the_name_back(leases: Leases) -> None:
    for _ in range(2):
        async with leases.hold("conversation:1", ttl=MINUTE) as held:
            assert held


async def test_an_exception_gives_the_name_back_and_goes_through(leases: Leases) -> None:
    with pytest.raises(ZeroDivisionError):
        async with leases.hold("conversation:1", ttl=MINUTE):
            raise ZeroDivisionError
    async with leases.hold("conversation:1", ttl=MINUTE) as held:
        assert held


async def test_whoever_did_not_get_it_gives_nothing_back(leases: Leases) -> None:
    async with leases.hold("conversation:1", ttl=MINUTE):
        async with leases.hold("conversation:1", ttl=MINUTE):
            pass
        async with leases.hold("conversation:1", ttl=MINUTE) as held:
            assert not held


async def test_a_lease_is_kept_alive_while_it_is_held(leases: Leases) -> None:
    async with leases.hold("conversation:1", ttl=SHORT):
        await asyncio.sleep(SHORT.total_seconds() * 2)
        async with leases.hold("conversation:1", ttl=SHORT) as taken:
            assert not taken


# ---------------------------------------------------------------- between processes


async def test_another_process_takes_over_when_a_holder_died(redis_server: str, sqlite_store: Database) -> None:
    leases, redis = FleetLeases(redis_server, sqlite_store), Redis.from_url(redis_server)
    await redis.set("overture:lease:died", "its token", px=SHORT)
    async with leases.hold("died", ttl=MINUTE) as held:
        assert not held
    await asyncio.sleep(SHORT.total_seconds() + 0.05)
    async with leases.hold("died", ttl=MINUTE) as held:
        assert held
    await redis.aclose()
    await leases.close()


async def test_a_lost_lease_is_not_taken_from_its_new_holder(redis_server: str, sqlite_store: Database) -> None:
    leases, redis = FleetLeases(redis_server, sqlite_store), Redis.from_url(redis_server, decode_responses=True)
    async with leases.hold("lost", ttl=SHORT) as held:
        assert held
        await redis.set("overture:lease:lost", "somebody else's token", px=MINUTE)
        await asyncio.sleep(SHORT.total_seconds())
        assert await redis.pttl("overture:lease:lost") > SHORT / timedelta(milliseconds=1)
    assert await redis.get("overture:lease:lost") == "somebody else's token"
    await redis.delete("overture:lease:lost")
    await redis.aclose()
    await leases.close()
