"""How long a Redis that is in trouble lets others wait."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError
from structlog.testing import capture_logs

from bot.adapters.redis import RIGHTS, RedisCallBudgets, RedisWakeups, check_redis, redis_client
from bot.adapters.redis_pacer import RedisPacer
from bot.domain.call_budget import CallBudget
from bot.domain.errors import SettingsError
from bot.domain.pace import Pace
from tests.certificates import certificate_of_nobody
from tests.ports import free_port
from tests.servers import private_redis

NOW = datetime(2026, 6, 1, tzinfo=UTC)


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
    assert ". Is it up, and is its address right (rediss:// where it wants TLS" in str(told.value)


@pytest.mark.parametrize("url", ["redis://localhost?bogus=1", "rediss://localhost?ssl_cert_reqs=any", "localhost:6379"])
async def test_an_address_that_redis_py_makes_nothing_of_is_told_in_a_sentence(url: str) -> None:
    """What stood behind the "?" ended in a traceback."""
    with pytest.raises(SettingsError, match=r"^OVERTURE_REDIS is no Redis URL\. Write redis://"):
        await check_redis(url)


async def test_a_redis_of_this_machine_is_reached_by_its_socket(tmp_path: Path) -> None:
    with private_redis(free_port(), "--unixsocket", str(tmp_path / "redis.sock")):
        await check_redis(f"unix://{tmp_path / 'redis.sock'}?db=1")


async def test_a_certificate_that_nobody_here_trusts_is_told_as_that(tmp_path: Path) -> None:
    for name, content in certificate_of_nobody().items():
        (tmp_path / name).write_bytes(content)
    certificate, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    tls = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"]
    port = free_port()
    with private_redis(free_port(), "--tls-port", str(port), *tls):
        with pytest.raises(SettingsError, match=r"does not know who signed its certificate.*\?ssl_ca_certs=/path"):
            await check_redis(f"rediss://127.0.0.1:{port}/0")
        await check_redis(f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={certificate}")


async def test_a_user_with_the_rights_that_are_asked_for_may_do_all_that_we_do() -> None:
    with private_redis(free_port()) as (url, _):
        async with Redis.from_url(url) as admin:
            rights = [*RIGHTS.split(), "~overture:*", "&overture:0:wake:*"]
            await admin.execute_command("ACL", "SETUSER", "ours", "on", ">pw", "resetchannels", *rights)  # type: ignore[no-untyped-call]
        ours = url.replace("//", "//ours:pw@")
        await check_redis(ours)
        with capture_logs() as told:
            wakeups, pacer, budgets = RedisWakeups(ours), RedisPacer(ours), RedisCallBudgets(ours)
            async with wakeups.listen("work"):
                await wakeups.notify("feeds")
                await pacer.take("sms:1", Pace(1, 1, lambda _: 1), [1.0], NOW)
                await budgets.take("crm", CallBudget(per_second=1), NOW)
            for one in (wakeups, pacer, budgets):
                await one.close()
    assert told == []


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("CONFIG SET maxmemory 1", "used memory > 'maxmemory'"),
        ("ACL SETUSER default -evalsha", "no permissions to run the 'evalsha' command"),
        ("ACL SETUSER default resetchannels &overture:*", f"these rights, at least: {RIGHTS} ~overture:* &overture:0"),
        ("REPLICAOF 127.0.0.1 1", "See its maxmemory, and whether it is a replica"),
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
