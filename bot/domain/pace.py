"""How quickly a sender may send: a bucket of tokens that fills evenly, from which each message takes its price."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.message import Content


@dataclass(frozen=True, slots=True)
class Pace:
    """`per_second` tokens fill the bucket up to `burst`; `price` is what a message costs, in tokens.

    `per_address`: the vendor counts what each address gets, so each has a bucket of its own.
    """

    per_second: float
    burst: float
    price: Callable[[Content], float]
    per_address: bool = False


@dataclass(frozen=True, slots=True)
class Bucket:
    """How full it was at `at`, and until when its tokens are promised to those who were told to wait.

    Of those, some yield to the others: until `promised_to_all` it is promised to them as well.
    """

    tokens: float
    at: datetime
    promised_until: datetime
    promised_to_all: datetime

    def take(self, pace: Pace, price: float, now: datetime, *, yields: bool = False) -> tuple[Bucket, timedelta]:
        """The bucket afterwards, and how long to wait: nothing where the message may go, which has then paid.

        Those who wait are told to come one after another, and pay when they come. A message that costs more than the
        bucket holds goes when it is full, and leaves it in debt. One that `yields` goes when none of the others waits,
        and none of them ever waits for it; where one of them has taken its token, it waits once more.
        """
        if now < self.at:
            return self._at(now).take(pace, price, now, yields=yields)
        filled = min(pace.burst, self.tokens + (now - self.at).total_seconds() * pace.per_second)
        if filled >= min(price, pace.burst) and not (yields and self.promised_until > now):
            return replace(self, tokens=filled - price, at=now), timedelta()
        missing = timedelta(seconds=max(0.0, min(price, pace.burst) - filled) / pace.per_second)
        comes_at = max(now + missing, self.promised_until, *([self.promised_to_all] if yields else []))
        after = comes_at + timedelta(seconds=price / pace.per_second)
        promised = {"promised_to_all": after} if yields else {"promised_until": after}
        return replace(self, tokens=filled, at=now, **promised), comes_at - now

    def _at(self, now: datetime) -> Bucket:
        """By a clock that was put back: nothing has filled it meanwhile, and nobody waits until the clock is there."""
        back = self.at - now
        return Bucket(self.tokens, now, self.promised_until - back, self.promised_to_all - back)


def full(pace: Pace, now: datetime) -> Bucket:
    return Bucket(pace.burst, now, now, now)


def empty(_pace: Pace, now: datetime) -> Bucket:
    return Bucket(0, now, now, now)
