"""How quickly one address and one visitor may ask, and how much be held open, at doors that are open to everybody."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import monotonic

import structlog
from aiohttp import web

from bot.domain.errors import WebhookRejected

log = structlog.get_logger()

MOST_KEPT = 100_000
"""Callers whose last requests are remembered, so that many addresses cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` on average, and `burst` at once."""

    per_second: float
    burst: int


OF_AN_ADDRESS = Rate(per_second=20, burst=200)
"""An office of a few hundred people may share one address."""

OF_A_VISITOR = Rate(per_second=2, burst=20)
"""Messages: nobody types faster."""


UPLOADS_OF_AN_ADDRESS = Rate(per_second=0.2, burst=60)
UPLOADS_OF_A_VISITOR = Rate(per_second=1 / 60, burst=10)
"""Files: ten at once, and one more each minute."""


TRY_AGAIN_SECONDS = 30
"""Until when somebody may have closed what they had open."""


class Limit:
    """A limit for each key, by the generic cell rate algorithm (ITU-T I.371): one moment is kept of each."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def wait_of(self, key: str, now: float) -> float:
        """Seconds that this caller has to wait; 0 where the request is taken, which then counts."""
        step = 1 / self._rate.per_second
        free_at = max(self._free_at.get(key, now), now)
        wait = free_at - now - step * (self._rate.burst - 1)
        if wait > 1e-9:
            return wait
        self._free_at[key] = free_at + step
        self._free_at.move_to_end(key)
        if len(self._free_at) > MOST_KEPT:
            self._free_at.popitem(last=False)
        return 0.0


def refuse_for(limit: Limit, key: str, seconds: Callable[[], float] = monotonic) -> None:
    """Count one more of this key; raises WebhookRejected where those are too many."""
    if wait := limit.wait_of(key, seconds()):
        raise WebhookRejected(429, "too many requests; try again later", headers={"Retry-After": str(ceil(wait))})


class Limits:
    """Refuses with 429 and `Retry-After`. This machine itself is not limited: it is a proxy that nobody told us of.

    `proxies` is how many of them stand before us, each of which has added an address to `X-Forwarded-For`.
    """

    def __init__(
        self,
        proxies: int = 0,
        *,
        address: Rate = OF_AN_ADDRESS,
        visitor: Rate = OF_A_VISITOR,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._proxies, self._seconds = proxies, seconds
        self._addresses, self._visitors = Limit(address), Limit(visitor)

    def check(self, request: web.Request) -> None:
        address = caller_of(request, self._proxies)
        if address is None:
            return
        now = self._seconds()
        wait = self._addresses.wait_of(address, now)
        if request.method == "POST" and not wait and (token := request.headers.get("Authorization")):
            wait = self._visitors.wait_of(sha256(token.encode("utf-8", "replace")).hexdigest(), now)
        if wait:
            raise WebhookRejected(429, "too many requests; try again later", headers={"Retry-After": str(ceil(wait))})


class AtOnce:
    """How many of one kind an address may have open at a time, in this process. This machine itself is not limited."""

    def __init__(self, most: int, proxies: int = 0) -> None:
        self._most, self._proxies = most, proxies
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_of(self, request: web.Request) -> Iterator[None]:
        """Meanwhile this is one of its address's; raises WebhookRejected where it is one too many."""
        address = caller_of(request, self._proxies)
        if address is None:
            yield
            return
        if self._open[address] >= self._most:
            log.warning("one address has too many open at once; if it is a proxy of yours, set OVERTURE_PROXIES")
            headers = {"Retry-After": str(TRY_AGAIN_SECONDS)}
            raise WebhookRejected(429, "too many are open at once from your address; close some", headers=headers)
        self._open[address] += 1
        try:
            yield
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]


def caller_of(request: web.Request, proxies: int) -> str | None:
    """The caller's address, for IPv6 its network of 64 bits; None where that is this machine, or nobody says.

    Only what trusted proxies have added is believed: whatever stands before that, the caller may have written.
    """
    added = [part.strip() for line in request.headers.getall("X-Forwarded-For", []) for part in line.split(",")]
    address = added[-proxies] if 0 < proxies <= len(added) else request.remote
    try:
        known = ip_address(_without_port(address or ""))
    except ValueError:
        return None
    if isinstance(known, IPv6Address) and known.ipv4_mapped is not None:
        known = known.ipv4_mapped  # as a socket for both kinds names it
    if known.is_loopback:
        return None
    return str(known) if known.version == 4 else known.exploded[:19]


def _without_port(address: str) -> str:
    """Some proxies add the port, too: 203.0.113.7:40312, [2001:db8::1]:40312."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
