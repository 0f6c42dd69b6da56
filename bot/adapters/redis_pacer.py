"""The pace of a sender, kept by several processes together through Redis. While it is away, each does by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from redis.exceptions import RedisError

from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.memory import MemoryPacer
from bot.adapters.redis import ANSWER_TIMEOUT_SECONDS, redis_client
from bot.domain.pace import Pace

log = structlog.get_logger()

REST = timedelta(seconds=5)
"""How long Redis is left alone after it did not answer: each message would wait for it in vain."""

TAKE = """
local said = redis.call('TIME')
local now = said[1] * 1000000 + said[2]
local per_second, burst, yields = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'promised', 'to_all')
local tokens = kept[1] and tonumber(kept[1]) or burst
local at = kept[2] and tonumber(kept[2]) or now
local promised = kept[3] and tonumber(kept[3]) or now
local to_all = kept[4] and tonumber(kept[4]) or now
if now < at then
  promised, to_all, at = promised - (at - now), to_all - (at - now), now
end
tokens = math.min(burst, tokens + (now - at) / 1000000 * per_second)
local waits = {}
for number = 4, #ARGV do
  local price = tonumber(ARGV[number])
  local wanted, wait = math.min(price, burst), 0
  if tokens >= wanted and not (yields and promised > now) then
    tokens = tokens - price
  else
    local comes = math.max(now + math.max(0, wanted - tokens) / per_second * 1000000, promised)
    if yields then comes = math.max(comes, to_all) end
    local after = comes + price / per_second * 1000000
    if yields then to_all = after else promised = after end
    wait = math.max(math.ceil(comes - now), 1)
  end
  waits[#waits + 1] = wait
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.17g', tokens), 'at', string.format('%.17g', now),
  'promised', string.format('%.17g', promised), 'to_all', string.format('%.17g', to_all))
local in_use = math.max((burst - tokens) / per_second * 1000, (math.max(promised, to_all) - now) / 1000)
redis.call('PEXPIRE', KEYS[1], math.ceil(in_use) + 1000)
return waits
"""
"""`bot.domain.pace.Bucket.take` for one price after another, in one step and by the server's clock, in microseconds.

A bucket that is full again and promised to nobody is forgotten.
"""


class RedisPacer:
    """The `Pacer` of several processes: one bucket for each sender, whichever of them takes from it."""

    def __init__(self, url: str, breaker: CircuitBreaker | None = None) -> None:
        self._redis = redis_client(url, answer_timeout=ANSWER_TIMEOUT_SECONDS)
        self._take = self._redis.register_script(TAKE)
        self._breaker = breaker or CircuitBreaker(failures=1, rest=REST)
        self._alone = MemoryPacer(begins_full=False)

    async def take(
        self, sender: str, pace: Pace, prices: Sequence[float], now: datetime, *, yields: bool = False
    ) -> Sequence[timedelta]:
        """By Redis's clock. While it is away by ours, from an empty bucket: nobody knows what others have sent."""
        if self._breaker.lets_through():
            try:
                counted = [pace.per_second, pace.burst, int(yields), *prices]
                waits = await self._take(keys=[f"overture:pace:{sender}"], args=counted)
            except (RedisError, OSError) as error:
                self._breaker.failed()
                channel = sender.partition(":")[0]  # behind it there may be an address
                log.warning("each process keeps to a sender's pace by itself", channel=channel, error=str(error))
            else:
                self._redis_answers()
                return [timedelta(microseconds=int(wait)) for wait in waits]
        return await self._alone.take(sender, pace, prices, now, yields=yields)

    async def close(self) -> None:
        await self._redis.aclose()

    def _redis_answers(self) -> None:
        if self._breaker.is_open:
            self._breaker.succeeded()
            self._alone = MemoryPacer(begins_full=False)
            log.info("processes keep to a sender's pace together again")
