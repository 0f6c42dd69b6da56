"""Wake-ups between processes, and counts of calls, through Redis. While it is away, work is found by the clock."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError

from bot.adapters.call_budgets import MemoryCallBudgets
from bot.adapters.feeds import TOPIC as FEEDS
from bot.adapters.memory import About, EventListener, MemoryWakeups
from bot.domain.call_budget import PUT_BACK, CallBudget, day_of, until_tomorrow
from bot.domain.errors import SettingsError

log = structlog.get_logger()

ANSWER_TIMEOUT_SECONDS = 2.0
LISTEN_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 5.0
HEAD_START_SECONDS = 0.25
"""Work that is waited for here is most likely done here. Others, who would look for it in vain, hear a little later
that there is some which nobody has in hand, and once for all that came meanwhile."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
A_MICROSECOND = timedelta(microseconds=1)

TAKE_TURN = """
local now, pause, leeway = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local most, day = tonumber(ARGV[4]), ARGV[5]
local kept = redis.call('hmget', KEYS[1], 'paced_to', 'day', 'today')
local today = kept[2] == day and tonumber(kept[3]) or 0
if most >= 0 and today >= most then return -1 end
local paced_to = math.max(tonumber(kept[1] or '0'), now)
if paced_to - leeway - pause - now > tonumber(ARGV[6]) then paced_to = now end
if paced_to - leeway - now > 0 then return paced_to - leeway - now end
redis.call('hset', KEYS[1], 'paced_to', string.format('%.0f', paced_to + pause), 'day', day, 'today', today + 1)
redis.call('expire', KEYS[1], 172800)
return 0
"""
"""`Calls.take` of bot/domain/call_budget.py, in microseconds; -1 says that the day is used up."""

TRIED = "redis.call('set', KEYS[1], '', 'PX', 1000) return redis.call('del', KEYS[1])"
"""What leases and paces need of it."""

RIGHTS = "+@read +@write +@pubsub +@scripting +@connection +time"
"""Of a user of Redis's, to whatever is named as ours is."""


def redis_client(url: str, *, answer_timeout: float | None) -> Redis:
    """One quick retry covers a connection that the server closed while it was idle; Redis being away is no wait.

    What did not answer in time is not asked again: it stands still, and the time-out would be as long again.
    """
    over_network = {} if url.startswith("unix:") else {"socket_keepalive": True}
    try:
        client = Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=ANSWER_TIMEOUT_SECONDS,
            socket_timeout=answer_timeout,
            health_check_interval=int(LISTEN_SECONDS),
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
            **over_network,
        )
        # This connects nothing, and reads what stands behind the "?".
        client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
    except (ValueError, TypeError, RedisError) as error:
        raise SettingsError(
            "OVERTURE_REDIS is no Redis URL. Write redis://host:6379/0, rediss://host:6379/0 for TLS, or "
            'unix:///run/redis/redis.sock; behind a "?" may stand what redis-py knows, such as ssl_ca_certs=/path.'
        ) from error
    return client


async def check_redis(url: str) -> None:
    """Raises SettingsError when Redis cannot be reached, or does not do for us what leases, paces and wake-ups need.

    Later it may be away for a while; at the start it may not.
    """
    client = redis_client(url, answer_timeout=ANSWER_TIMEOUT_SECONDS)
    prefix = _wake_ups_of(client)
    try:
        await client.register_script(TRIED)(keys=[f"overture:tried:{secrets.token_hex(8)}"])
        await client.publish(prefix + "tried", "")
        async with client.pubsub() as channel:
            await channel.psubscribe(prefix + "*")
            await channel.get_message(timeout=ANSWER_TIMEOUT_SECONDS)
    except (RedisError, OSError) as error:
        raise SettingsError(f"Redis cannot be used: {str(error).rstrip('.')}. {_advice(error, prefix)}") from error
    finally:
        await client.aclose()


def _advice(error: Exception, wake_ups: str) -> str:
    match error, error.__context__:
        case AuthenticationError(), _:
            return "OVERTURE_REDIS names its user and password: redis://user:password@host:6379/0."
        case NoPermissionError(), _:
            # Redis lets nobody follow a pattern of channels that is not among the user's own, letter by letter.
            return f"Its user needs these rights, at least: {RIGHTS} ~overture:* &{wake_ups}*"
        case ResponseError(), _:
            return (
                "It has to run scripts, keep keys and pass on messages. See its maxmemory, and whether it is a replica "
                "or part of a cluster."
            )
        case _, ssl.SSLCertVerificationError():
            return (
                "This machine does not know who signed its certificate, or it is another host's. OVERTURE_REDIS may "
                "name a file of those to trust: rediss://host:6379/0?ssl_ca_certs=/path/ca.pem."
            )
        case _:
            return (
                "Is it up, and is its address right (rediss:// where it wants TLS, redis:// where it has none)? "
                "OVERTURE_REDIS names it; set it empty where one process is all there is."
            )


def _wake_ups_of(client: Redis) -> str:
    """What the names of our channels begin with; those of all Redis's databases are in one place."""
    return f"overture:{client.connection_pool.connection_kwargs.get('db', 0)}:wake:"


class RedisWakeups:
    """The `Wakeups` of several processes: a published word for the others, a direct one for our own listeners."""

    def __init__(self, url: str, *, told_at_once: Collection[str] = (FEEDS,)) -> None:
        """`told_at_once`: topics that are news for whoever listens, and not work that one of them does."""
        self._publisher = redis_client(url, answer_timeout=ANSWER_TIMEOUT_SECONDS)
        # redis-py gives up on a silent connection after 5 s unless told otherwise; a subscription is silent for long.
        self._subscriber = redis_client(url, answer_timeout=None)
        self._prefix = _wake_ups_of(self._publisher)
        self._name = secrets.token_hex(8)
        self._listeners = MemoryWakeups()
        self._tried = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self._told_at_once = frozenset(told_at_once)
        self._unpublished: defaultdict[str, About] = defaultdict(About)
        self._publishing: asyncio.Task[None] | None = None
        self._held_back: defaultdict[str, About] = defaultdict(About)
        self._head_start: asyncio.TimerHandle | None = None

    async def notify(self, topic: str, about: Collection[str] = ()) -> None:
        """Our own listeners at once; the others after them, or at once where there is none of ours."""
        await self._listeners.notify(topic, about)
        if topic in self._told_at_once or not self._listeners.are_there(topic):
            self._tell_others(topic, about)
            return
        self._held_back[topic].add(about)
        if self._head_start is None:
            self._head_start = asyncio.get_running_loop().call_later(HEAD_START_SECONDS, self._end_head_start)

    def taken(self, topic: str, name: str) -> None:
        if topic in self._held_back:
            self._held_back[topic].drop(name)

    def _end_head_start(self) -> None:
        """Others are told that there is work and not which: by the time they look, some of it is done."""
        self._head_start = None
        held_back, self._held_back = self._held_back, defaultdict(About)
        for topic, about in held_back.items():
            if about:
                self._tell_others(topic)

    def _tell_others(self, topic: str, about: Collection[str] = ()) -> None:
        """With whatever else there is to say while the last is on its way."""
        self._unpublished[topic].add(about)
        if self._publishing is None or self._publishing.done():
            self._publishing = asyncio.create_task(self._publish(), name="redis wake-ups published")

    async def _publish(self) -> None:
        while self._unpublished:
            unpublished, self._unpublished = self._unpublished, defaultdict(About)
            try:
                async with self._publisher.pipeline(transaction=False) as together:
                    for topic, about in unpublished.items():
                        together.publish(self._prefix + topic, _word(self._name, about.names))
                    await together.execute()
            except (RedisError, OSError) as error:
                log.warning("wake-ups were not published", topics=sorted(unpublished), error=str(error))

    @asynccontextmanager
    async def listen(self, topic: str, heeds: Callable[[str], bool] | None = None) -> AsyncIterator[EventListener]:
        if self._reader is None:
            self._reader = asyncio.create_task(self._read(), name="redis wake-ups")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_TIMEOUT_SECONDS):
                await self._tried.wait()
        async with self._listeners.listen(topic, heeds) as listener:
            yield listener

    async def close(self) -> None:
        if self._head_start is not None:
            self._head_start.cancel()
            self._end_head_start()
        if self._publishing is not None:
            await self._publishing
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
            case {"type": "pmessage", "channel": str(channel), "data": str(word)}:
                sender, _, names = word.partition(" ")
                if sender != self._name:
                    await self._listeners.notify(channel.removeprefix(self._prefix), _names(names))


def _word(sender: str, about: Sequence[str]) -> str:
    return f"{sender} {json.dumps(about)}" if about else sender


def _names(told: str) -> Sequence[str]:
    """None, which stands for anything, also where another version says it in a way that is not ours."""
    try:
        match json.loads(told or "[]"):
            case [*names] if all(isinstance(one, str) for one in names):
                return names
    except ValueError:
        pass
    return ()


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
            wait = int(
                await self._take(
                    keys=[f"overture:calls:{account}"], args=[*spans, most, day_of(now), PUT_BACK // A_MICROSECOND]
                )
            )
        except (RedisError, OSError) as error:
            log.warning("calls are counted by this process alone", crm=account, error=str(error))
            return await self._alone.take(account, budget, now)
        return until_tomorrow(now) if wait < 0 else wait * A_MICROSECOND

    async def close(self) -> None:
        await self._redis.aclose()
