"""How long a Redis that is in trouble lets others wait."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from bot.adapters.redis import check_redis, redis_client
from bot.domain.errors import SettingsError
from tests.ports import free_port
from tests.servers import private_redis


async def test_a_redis_that_stands_still_is_not_asked_a_second_time() -> None:
    """A process that has to go on without it waited twice as long for each look."""
    came = 0

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal came
        came += 1
        await reader.read()
        writer.close()

    port = free_port()
    async with await asyncio.start_server(say_nothing, "127.0.0.1", port):
        client = redis_client(f"redis://127.0.0.1:{port}/0", answer_timeout=0.2)
        with pytest.raises(RedisTimeoutError):
            await client.ping()
        await client.aclose()
    assert came == 1


async def test_a_redis_that_refuses_is_told_in_sentences() -> None:
    with pytest.raises(SettingsError, match=r"Connect.* refused|Connect call failed") as told:
        await check_redis("redis://127.0.0.1:1/0")
    assert ". Is it up, and is its address right?" in str(told.value)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("CONFIG SET maxmemory 1", "used memory > 'maxmemory'"),
        ("ACL SETUSER default -evalsha", "no permissions to run the 'evalsha' command"),
        ("ACL SETUSER default resetchannels", "See its rights (ACL), its maxmemory, and whether it is a replica."),
        ("ACL SETUSER default -psubscribe", "no permissions to run the 'psubscribe' command"),
        ("CONFIG SET requirepass s3cret", "names its user and password: redis://user:password@host:6379/0."),
    ],
)
async def test_a_redis_that_answers_and_does_not_do_what_we_need_is_told(setting: str, words: str) -> None:
    """A ping was enough for it, and each lease was then kept in the database."""
    with private_redis(free_port()) as (url, _):
        await check_redis(url)
        async with Redis.from_url(url) as client:
            await client.execute_command(*setting.split())  # type: ignore[no-untyped-call]
        with pytest.raises(SettingsError, match=r"^Redis cannot be used: ") as told:
            await check_redis(url)
    assert words in str(told.value)
