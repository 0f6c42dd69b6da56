"""How many calls a vendor's plan allows: so many a second, and so many a day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

A_BUDGET = "hubspot=19/s 650000/d"
_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?)/(s|d)")
_SECOND = timedelta(seconds=1)
PUT_BACK = timedelta(minutes=1)
"""Clocks of processes that share an account are never so far apart: then one was put back."""


@dataclass(frozen=True, slots=True)
class CallBudget:
    """None where there is no limit of that kind. Within a second calls may follow each other at once."""

    per_second: float | None = None
    per_day: int | None = None

    @property
    def pause(self) -> timedelta:
        """Between two calls, on average."""
        return _SECOND / self.per_second if self.per_second else timedelta()

    @property
    def leeway(self) -> timedelta:
        """How much a burst may be ahead of that pace: by the calls of one second."""
        return max(_SECOND - self.pause, timedelta())


@dataclass(frozen=True, slots=True)
class Calls:
    """What an account has used. `paced_to` is when it would be if its calls had kept to the pace one by one."""

    paced_to: datetime
    day: int
    today: int

    def take(self, budget: CallBudget, now: datetime) -> tuple[Calls, timedelta]:
        """The account afterwards, and how long to wait: nothing where the call may be made, which then counts."""
        today = self.today if self.day == day_of(now) else 0
        if budget.per_day is not None and today >= budget.per_day:
            return self, until_tomorrow(now)
        paced_to = max(self.paced_to, now)
        if paced_to - budget.leeway - budget.pause - now > PUT_BACK:
            paced_to = now
        if (early := paced_to - budget.leeway - now) > timedelta():
            return self, early
        return Calls(paced_to + budget.pause, day_of(now), today + 1), timedelta()


def day_of(now: datetime) -> int:
    """Of UTC, by number: few vendors say whose midnight it is."""
    return now.toordinal()


def until_tomorrow(now: datetime) -> timedelta:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - now


def unused(now: datetime) -> Calls:
    return Calls(now, day_of(now), 0)


def read_budgets(text: str) -> Mapping[str, CallBudget]:
    """`hubspot=19/s 650000/d; webhook=none`; raises ValueError with a sentence."""
    found = {}
    for part in filter(str.strip, text.split(";")):
        name, _, told = (one.strip() for one in part.partition("="))
        found[name] = CallBudget() if told == "none" else _read(told)
        if not name:
            raise ValueError(f"each budget begins with a CRM's name, such as {A_BUDGET}")
    return found


def _read(told: str) -> CallBudget:
    shares = [_SHARE.fullmatch(one) for one in told.split()]
    by_unit = {one[2]: float(one[1]) for one in shares if one is not None}
    if None in shares or not shares or len(by_unit) != len(shares) or not all(by_unit.values()):
        raise ValueError(f'"{told}" is no budget of calls; write such as {A_BUDGET}, or none')
    return CallBudget(by_unit.get("s"), int(by_unit["d"]) if "d" in by_unit else None)
