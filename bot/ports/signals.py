"""What the core asks of time, and of other processes: clocks, wake-ups, leases, pace, and who counts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.call_budget import CallBudget
from bot.domain.pace import Pace


class Clock(Protocol):
    """Tells the time, which goes on evenly: a step of the machine's clock shows only once it is followed."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""

    @property
    def step(self) -> timedelta:
        """How far the machine's clock was put forward (back: below zero) since it was followed last; else zero."""

    def follow(self) -> None:
        """Take over the step, and tell the machine's time again."""


class Meter(Protocol):
    """Counts what happens, for those who watch a service from outside. No count tells anything of a person."""

    def took_turn(self, channel: str, took: timedelta) -> None:
        """A turn of a conversation is over: a customer's message, or something else that happened in it."""

    def delivered(self, channel: str, outcome: str) -> None:
        """An entry of the outbox was tried; `outcome` is its status then. `channel` may be a CRM or an endpoint."""

    def stepped(self, enrolments: int) -> None:
        """So many enrolments, whose time had come, were moved on."""

    def drifted(self, found: Mapping[str, Mapping[str, float]], alarms: Mapping[str, float]) -> None:
        """How far people have changed, for each scorecard by characteristic; above its alarm it should be learnt
        again. Scorecards that are no longer among them are dropped."""


class Wakeups(Protocol):
    """A nudge between tasks and processes that there is work. It may be lost: whoever waits also looks by the clock."""

    async def notify(self, topic: str, about: Collection[str] = ()) -> None:
        """`about`: the names of all that there is news of, where these are known."""

    def taken(self, topic: str, name: str) -> None:
        """We have in hand what was told of by this name: others need not be told, who were to look for it as well."""

    def listen(self, topic: str, heeds: Callable[[str], bool] | None = None) -> AbstractAsyncContextManager[Listener]:
        """With `heeds`: to be woken only by what may be about a name that it heeds."""

    async def close(self) -> None: ...


class Listener(Protocol):
    def wake(self, about: Collection[str] = ()) -> None:
        """Let this one look once more, and tell nobody else."""

    async def wait(self, at_most: timedelta) -> bool:
        """True once something was notified since the last wait (or since listening began), False after `at_most`."""

    def told(self) -> Sequence[str]:
        """What the last wait ended about, asked for once; nothing where that may have been anything."""


class Pacer(Protocol):
    """Keeps senders to their pace."""

    async def take(
        self, sender: str, pace: Pace, prices: Sequence[float], now: datetime, *, yields: bool = False
    ) -> Sequence[timedelta]:
        """How long messages of these prices are to wait, one after another; nothing where one may go now, which is then
        counted.

        Those that `yield` let all that wait and do not go first.
        """

    async def close(self) -> None: ...


class Breaker(Protocol):
    """Spares a vendor in trouble the calls that would fail. It opens after so many failures in a row."""

    def lets_through(self) -> bool:
        """Whether to call. While it is open, one call at a time is, now and then, to see whether that is over."""

    def succeeded(self) -> None: ...

    def failed(self, pause: timedelta | None = None, why: str = "") -> None:
        """`pause` is what the vendor asked for."""

    @property
    def is_open(self) -> bool: ...

    @property
    def open_for(self) -> timedelta:
        """Since it opened; nothing where it is closed."""

    @property
    def rest_left(self) -> timedelta:
        """Until the next call that is let through."""

    @property
    def why(self) -> str:
        """Of the last failure."""


class CallBudgets(Protocol):
    """Counts the calls to vendors' accounts, for all processes together where they share a counter."""

    async def take(self, account: str, budget: CallBudget, now: datetime) -> timedelta:
        """How long a call is to wait; nothing where it may be made now, which is then counted."""

    async def close(self) -> None: ...


class Leases(Protocol):
    def hold(self, name: str, *, ttl: timedelta) -> AbstractAsyncContextManager[bool]:
        """Try to hold `name` for the body of the `async with`; it yields whether that worked. Kept alive while held."""

    async def close(self) -> None: ...
