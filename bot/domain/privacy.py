"""What people may ask of us: their data, its erasure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """A receipt: how many rows of which table were deleted, and how many addresses are left alone from now on.

    `elsewhere` are records that others hold, by their CRM: those have to be erased there.
    """

    id: str
    at: datetime
    who: str
    rows: Mapping[str, int]
    suppressed: int
    elsewhere: Mapping[str, str] = field(default_factory=dict)
