"""Wake-ups and leases between processes, through Redis. When it is away, work is found by the clock instead."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.adapters.call_budgets import MemoryCallBudgets
from bot.adapters.memory import EventListener, MemoryWakeups
from bot.domain.call_budget import CallBudget, day_of, until_tomorrow
from bot.domain.errors import SettingsError

log = structlog.get_logger()

ANSWER_TIMEOUT_SECONDS = 2.0
LISTEN_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 5.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
A_MICROSECOND = timedelta(microseconds=1)

EXTEND = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
"""Both act only for the holder: after an expiry the name may be somebody else's."""


TAKE_TURN = """
local now, pause, leeway = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local most, day = tonumber(ARGV[4]), ARGV[5]
local kept = redis.call('hmget', KEYS[1], 'paced_to', 'day', 'today')
local today = kept[2] == day and tonumber(kept[3]) or 0
if most >= 0 and today >= most then return -1 end
local paced_to = math.max(tonumber(kept[1] or '0'), now)
if paced_to - leeway - now > 0 then return paced_to - leeway - now end
redis.call('hset', KEYS[1], 'paced_to', string.format('%.0f', paced_to + pause), 'day', day, 'today', today + 1)
redis.call('expire', KEYS[1], 172800)
return 0
"""
"""`Calls.take` of bot/domain/call_budget.py, in microseconds; -1 says that the day is used up."""


def redis_client(url: str, *, answer_timeout: float | None) -> Redis:
    """One quick retry covers a connection that the server closed while it was idle; Redis being away is no wait."""
    try:
        return Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=ANSWER_TIMEOUT_SECONDS,
            socket_timeout=answer_timeout,
            socket_keepalive=True,
            health_check_interval=int(LISTEN_SECONDS),
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError as error:
        raise SettingsError("OVERTURE_REDIS is no Redis URL. Write redis://host:6379/0.") from error


async def check_redis(url: str) -> None:
    """Raises SettingsError when Redis cannot be reached. Later it may be away for a while; at the start it may not."""
    client = redis_client(url, answer_timeout=ANSWER_TIMEOUT_SECONDS)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        raise SettingsError(
            f"Redis cannot be used: {error} Is it up, and is its address right? OVERTURE_REDIS names it; "
            "set it empty where one process is all there is."
        ) from error
    finally:
        await client.aclose()


class RedisWakeups:
    """The `Wakeups` of several processes: a published word for the others, a direct one for our own listeners."""

    def __init__(self, url: str) -> None:
        self._publisher = redis_client(url, answer_timeout=ANSWER_TIMEOUT_SECONDS)
        # redis-py gives up on a silent connection after 5 s unless told otherwise; a subscription is silent for long.
        self._subscriber = redis_client(url, answer_timeout=None)
        database = self._publisher.connection_pool.connection_kwargs.get("db", 0)
        self._prefix = f"overture:{database}:wake:"
        self._name = secrets.token_hex(8)
        self._listeners = MemoryWakeups()
        self._tried = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None

    async def notify(self, topic: str) -> None:
        await self._listeners.notify(topic)
        try:
            await self._publisher.publish(self._prefix + topic, self._name)
        except (RedisError, OSError) as error:
            log.warning("a wake-up was not published", topic=topic, error=str(error))

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[EventListener]:
        if self._reader is None:
            self._reader = asyncio.create_task(self._read(), name="redis wake-ups")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_TIMEOUT_SECONDS):
                await self._tried.wait()
        async with self._listeners.listen(topic) as listener:
            yield listener

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        await self._publisher.aclose()
        await self._subscriber.aclose()

    async def _read(self) -> None:
        """Pass on what is published, for ever; subscribe again after each failure."""
        pause = 0.1
        while True:
            try:
                async with self._subscriber.pubsub() as channel:
                    await channel.psubscribe(self._prefix + "*")
                    while True:
                        message = await channel.get_message(timeout=LISTEN_SECONDS)
                        pause = 0.1
                        await self._pass_on(message)
            except (RedisError, OSError) as error:
                log.warning("wake-ups from other processes are not heard", error=str(error), again_in=pause)
            self._tried.set()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _pass_on(self, message: dict[str, Any] | None) -> None:
        match message:
            case {"type": "psubscribe"}:
                self._tried.set()
                # Whatever was said while nobody could hear it is found by looking.
                await self._listeners.notify_all()
            case {"type": "pmessage", "channel": str(channel), "data": sender} if sender != self._name:
                await self._listeners.notify(channel.removeprefix(self._prefix))


class RedisLeases:
    """The `Leases` of several processes: a key that expires unless its holder keeps it alive."""

    def __init__(self, url: str) -> None:
        self._redis = redis_client(url, answer_timeout=ANSWER_TIMEOUT_SECONDS)
        self._extend = self._redis.register_script(EXTEND)
        self._release = self._redis.register_script(RELEASE)

    @asynccontextmanager
    async def hold(self, name: str, *, ttl: timedelta) -> AsyncIterator[bool]:
        """False also when Redis does not answer: nobody may then think to be alone."""
        key, token = f"overture:lease:{name}", secrets.token_hex(16)
        if not await self._take(key, token, ttl):
            yield False
            return
        keeper = asyncio.create_task(self._keep(key, token, ttl), name=f"lease {name}")
        try:
            yield True
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            await self._give_back(key, token)

    async def close(self) -> None:
        await self._redis.aclose()

    async def _take(self, key: str, token: str, ttl: timedelta) -> bool:
        try:
            return bool(await self._redis.set(key, token, nx=True, px=ttl))
        except (RedisError, OSError) as error:
            log.warning("a lease could not be taken", lease=key, error=str(error))
            # The server may have set it although its answer was lost.
            await self._give_back(key, token)
            return False

    async def _keep(self, key: str, token: str, ttl: timedelta) -> None:
        milliseconds = int(ttl / timedelta(milliseconds=1))
        while True:
            await asyncio.sleep(ttl.total_seconds() / 3)
            try:
                if not await self._extend(keys=[key], args=[token, milliseconds]):
                    log.warning("a lease was lost while it was held", lease=key)
                    return
            except (RedisError, OSError) as error:
                log.warning("a lease could not be kept alive", lease=key, error=str(error))

    async def _give_back(self, key: str, token: str) -> None:
        try:
            await self._release(keys=[key], args=[token])
        except (RedisError, OSError) as error:
            log.warning("a lease was left to expire", lease=key, error=str(error))


class RedisCallBudgets:
    """The `CallBudgets` of several processes. Without Redis each keeps to the budget by itself."""

    def __init__(self, url: str) -> None:
        self._redis = redis_client(url, answer_timeout=ANSWER_TIMEOUT_SECONDS)
        self._take = self._redis.register_script(TAKE_TURN)
        self._alone = MemoryCallBudgets()

    async def take(self, account: str, budget: CallBudget, now: datetime) -> timedelta:
        most = -1 if budget.per_day is None else budget.per_day
        spans = [one // A_MICROSECOND for one in (now - EPOCH, budget.pause, budget.leeway)]
        try:
            wait = int(await self._take(keys=[f"overture:calls:{account}"], args=[*spans, most, day_of(now)]))
        except (RedisError, OSError) as error:
            log.warning("calls are counted by this process alone", crm=account, error=str(error))
            return await self._alone.take(account, budget, now)
        return until_tomorrow(now) if wait < 0 else wait * A_MICROSECOND

    async def close(self) -> None:
        await self._redis.aclose()
