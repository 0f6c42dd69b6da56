"""Leases between processes: in Redis, and in the database while a process cannot reach Redis (docs/decisions/66)."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from redis.commands.core import AsyncScript as Script
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.database import Database
from bot.adapters.redis import ANSWER_TIMEOUT_SECONDS, redis_client
from bot.domain.errors import Conflict

log = structlog.get_logger()

TAKE = "if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end return 0"
EXTEND = """
local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return 1
"""
"""A key that is gone is set again: Redis began anew while its holder went on."""

RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
"""For the holder only: after an expiry the name may be somebody else's."""

OUT_OF_ORDER = (OSError, TimeoutError, SQLAlchemyError, Conflict)
"""What a database raises that cannot be asked at the moment."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How soon one process knows what another has seen. Sound as long as `all_know_after` is more than the longest time
    in which a process that lives sees that rows are wanted: `looked_every`, and `renewed_every` for what it holds."""

    away_after: timedelta = timedelta(seconds=2)
    """Redis is taken for away when it has not answered for so long; a restart is no reason to change anything."""

    left_alone_for: timedelta = timedelta(seconds=1)
    """Redis, after it did not answer."""

    looked_every: timedelta = timedelta(seconds=1)
    renewed_every: timedelta = timedelta(seconds=2)
    all_know_after: timedelta = timedelta(seconds=5)
    said_for: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Lease:
    """A name, and the word by which its holder is known."""

    name: str
    holder: str
    ttl: timedelta


class FleetLeases:
    """The `Leases` of several processes: a key that expires unless its holder keeps it alive.

    Whoever cannot reach Redis says so in the database, and from then on all want a row there as well.
    """

    def __init__(self, redis: str, database: Database, terms: Terms | None = None) -> None:
        self._terms = terms or Terms()
        self._keys = _RedisKeys(redis, self._terms.left_alone_for)
        self._database = database
        self._looked_at = -1.0
        self._rows_are_wanted = False

    @asynccontextmanager
    async def hold(self, name: str, *, ttl: timedelta) -> AsyncIterator[bool]:
        """False also where neither Redis nor the database answers: nobody may then think to be alone."""
        lease = Lease(name, secrets.token_hex(16), ttl)
        if not await self._take(lease):
            yield False
            return
        over = asyncio.Event()
        keeper = asyncio.create_task(self._keep(lease, over), name=f"lease {name}")
        try:
            yield True
        finally:
            over.set()
            await asyncio.gather(keeper, return_exceptions=True)
            await self._give_back(lease)

    async def close(self) -> None:
        await self._keys.close()

    async def _take(self, lease: Lease) -> bool:
        in_redis = await self._keys.take(lease)
        if in_redis is False:
            return False
        try:
            if await self._may_hold(lease, in_redis=bool(in_redis), not_before=self._terms.all_know_after):
                return True
        except OUT_OF_ORDER as error:
            log.warning("a lease could not be taken in the database", lease=lease.name, error=type(error).__name__)
        if in_redis:
            await self._keys.give_back(lease)
        return False

    async def _may_hold(self, lease: Lease, *, in_redis: bool, not_before: timedelta) -> bool:
        """Whether Redis is enough, or there is a row of ours as well."""
        if await self._wants_rows() or self._keys.away_for > self._terms.away_after:
            return await self._take_row(lease, is_away=not in_redis, not_before=not_before)
        return in_redis

    async def _take_row(self, lease: Lease, *, is_away: bool, not_before: timedelta) -> bool:
        async with self._database.transaction() as uow:
            if is_away:
                await uow.leases.say_that_redis_is_away(self._terms.said_for)
                self._now_wants_rows(True)
            return await uow.leases.take(lease.name, lease.holder, lease.ttl, not_before=not_before)

    async def _keep(self, lease: Lease, over: asyncio.Event) -> None:
        """Until it is `over`. It is not cut short in a call, which might then set a key that nobody gives back."""
        pause = min(lease.ttl / 3, self._terms.renewed_every).total_seconds()
        while not await _within(pause, over):
            try:
                if not await self._extend(lease):
                    log.warning("a lease was lost while it was held", lease=lease.name)
                    return
            except OUT_OF_ORDER as error:
                log.warning("a lease could not be kept alive", lease=lease.name, error=type(error).__name__)

    async def _extend(self, lease: Lease) -> bool:
        """Whoever holds one may have a row at once; and while Redis is away for a moment, nobody takes it."""
        in_redis = await self._keys.extend(lease)
        if in_redis is False:
            return False
        has_row = await self._may_hold(lease, in_redis=bool(in_redis), not_before=timedelta())
        return has_row or (in_redis is None and not self._rows_are_wanted)

    async def _give_back(self, lease: Lease) -> None:
        await self._keys.give_back(lease)
        if not self._rows_are_wanted:
            return
        try:
            async with self._database.transaction() as uow:
                await uow.leases.give_back(lease.name, lease.holder)
        except OUT_OF_ORDER as error:
            log.warning("a lease was left to expire", lease=lease.name, error=type(error).__name__)

    async def _wants_rows(self) -> bool:
        """Whether some process was without Redis lately, by a look into the database no older than the terms say."""
        if time.monotonic() - self._looked_at > self._terms.looked_every.total_seconds():
            begun = time.monotonic()
            async with self._database.transaction() as uow:
                self._now_wants_rows(await uow.leases.any())
            self._looked_at = begun
        return self._rows_are_wanted

    def _now_wants_rows(self, wanted: bool) -> None:
        if wanted and not self._rows_are_wanted:
            log.warning("a process cannot reach Redis; leases are kept in the database, too, which is slower")
        if self._rows_are_wanted and not wanted:
            log.info("leases are kept in Redis alone again")
        self._rows_are_wanted = wanted


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Whether it is set within so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


class _RedisKeys:
    """Keys that expire. None for an answer: Redis did not give one, or is left alone since it gave none."""

    def __init__(self, url: str, left_alone_for: timedelta) -> None:
        self._redis = redis_client(url, answer_timeout=ANSWER_TIMEOUT_SECONDS)
        self._take = self._redis.register_script(TAKE)
        self._extend = self._redis.register_script(EXTEND)
        self._release = self._redis.register_script(RELEASE)
        self._breaker = CircuitBreaker(failures=1, rest=left_alone_for)

    @property
    def away_for(self) -> timedelta:
        return self._breaker.open_for

    async def take(self, lease: Lease) -> bool | None:
        answered = not self._breaker.is_open
        taken = await self._ask(self._take, lease)
        if taken is None and answered:  # it may have been set although the answer was lost
            with contextlib.suppress(RedisError, OSError):
                await self._release(keys=[_key(lease)], args=_values(lease))
        return taken

    async def extend(self, lease: Lease) -> bool | None:
        return await self._ask(self._extend, lease)

    async def give_back(self, lease: Lease) -> None:
        await self._ask(self._release, lease)

    async def close(self) -> None:
        await self._redis.aclose()

    async def _ask(self, script: Script, lease: Lease) -> bool | None:
        if not self._breaker.lets_through():
            return None
        try:
            answer = await script(keys=[_key(lease)], args=_values(lease))
        except (RedisError, OSError) as error:
            if not self._breaker.is_open:
                log.warning("Redis does not answer about leases", error=str(error))
            self._breaker.failed()
            return None
        self._breaker.succeeded()
        return bool(answer)


def _key(lease: Lease) -> str:
    return f"overture:lease:{lease.name}"


def _values(lease: Lease) -> list[str | int]:
    return [lease.holder, lease.ttl // timedelta(milliseconds=1)]
