"""Hours and days in which messages may go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Literal

PERSON_ZONE = "person"


@dataclass(frozen=True, slots=True)
class SendWindow:
    """Hours and weekdays (0 is Monday) in which messages may go out, in `zone`: an IANA name, or the person's own.

    What comes while it is closed waits for its opening, or is left out where `closed` says `skip`.
    """

    opens: time
    closes: time
    days: frozenset[int] = frozenset(range(7))
    zone: str = PERSON_ZONE
    closed: Literal["wait", "skip"] = "wait"
