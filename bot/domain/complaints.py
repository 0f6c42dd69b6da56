"""Complaints: how many of those who get our messages call them spam, for which mail services turn on their sender."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

WITHIN: Final = timedelta(days=7)
"""A complaint comes some days after its message, so both are counted over a week."""

FEWEST: Final = 3
"""Fewer say nothing: of a hundred messages, one complaint is above any bound."""

BOUND: Final = 3 / 1000
WISE: Final = 1 / 1000
"""Gmail and Yahoo ask bulk senders to stay below 0.3 %, and Gmail, to keep below 0.1 % (their sender requirements of
February 2024: support.google.com/mail/answer/81126, senders.yahooinc.com)."""


@dataclass(frozen=True, slots=True)
class Complaints:
    """Those about what left by a channel within a week, beside how many messages left; `sent` is counted no further
    than `enough_for` says."""

    complaints: int
    sent: int

    @property
    def are_too_many(self) -> bool:
        return self._are_above(BOUND)

    @property
    def are_many(self) -> bool:
        return self._are_above(WISE)

    def _are_above(self, bound: float) -> bool:
        return self.complaints >= FEWEST and self.complaints >= bound * self.sent

    def __str__(self) -> str:
        return f"{self.complaints:,} of {self.sent:,} messages within {WITHIN.days} days were called spam"


def enough_for(complaints: int) -> int:
    """So many messages are enough for these complaints to be few; none, where there are too few to say anything."""
    return int(complaints / WISE) + 1 if complaints >= FEWEST else 0
